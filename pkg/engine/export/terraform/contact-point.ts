import { reason } from '../../../contract/reasons/catalogue.ts';
import { integrationsOf, secureFieldsOf, settingsOf } from '../../../grafana/kinds/alerting/contact-point/content.ts';
import { groupBy } from '../../../lib/group-by.ts';
import { stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import type { ExportedResource, Exporting } from '../format.ts';
import { templates } from './templates.ts';

/** Settings that have the same name in the provider. */
const SAME = `api_token api_url authorization_credentials authorization_scheme avatar_url check class client
  client_url color component corp_id agent_id dedup_key_field description details device disable_notifications
  disable_web_page_preview entity expire gateway_id group handler hide_open_button hide_version_info icon_emoji icon_url
  issue_type message message_thread_id namespace ok_sound parse_mode password priority project protect_content recipient
  recipient_id reopen_duration reopen_transition resolve_transition retry room_id api_secret secret severity sound source
  subject summary text title token topic url use_discord_username user username wont_fix_resolution`.split(/\s+/);

const LOGIN = { username: 'basic_auth_user', password: 'basic_auth_password', httpMethod: 'http_method' };

/** The block of each type in the provider, and the settings with another name there. */
const BLOCKS: Readonly<Record<string, { block: string; names: Readonly<Record<string, string>> }>> = {
  LINE: { block: 'line', names: {} },
  dingding: { block: 'dingding', names: { msgType: 'message_type' } },
  discord: { block: 'discord', names: {} },
  email: { block: 'email', names: { addresses: 'addresses', singleEmail: 'single_email' } },
  googlechat: { block: 'googlechat', names: {} },
  jira: { block: 'jira', names: { labels: 'labels' } },
  kafka: {
    block: 'kafka',
    names: {
      kafkaRestProxy: 'rest_proxy_url',
      kafkaTopic: 'topic',
      apiVersion: 'api_version',
      kafkaClusterId: 'cluster_id',
    },
  },
  oncall: { block: 'oncall', names: { ...LOGIN, maxAlerts: 'max_alerts' } },
  opsgenie: {
    block: 'opsgenie',
    names: {
      apiUrl: 'url',
      apiKey: 'api_key',
      autoClose: 'auto_close',
      overridePriority: 'override_priority',
      sendTagsAs: 'send_tags_as',
    },
  },
  pagerduty: { block: 'pagerduty', names: { integrationKey: 'integration_key', details: 'details' } },
  'prometheus-alertmanager': {
    block: 'alertmanager',
    names: { basicAuthUser: 'basic_auth_user', basicAuthPassword: 'basic_auth_password' },
  },
  pushover: {
    block: 'pushover',
    names: {
      userKey: 'user_key',
      apiToken: 'api_token',
      okPriority: 'ok_priority',
      okSound: 'ok_sound',
      uploadImage: 'upload_image',
    },
  },
  sensugo: { block: 'sensugo', names: { apikey: 'api_key' } },
  slack: {
    block: 'slack',
    names: {
      endpointUrl: 'endpoint_url',
      mentionChannel: 'mention_channel',
      mentionUsers: 'mention_users',
      mentionGroups: 'mention_groups',
    },
  },
  teams: { block: 'teams', names: { sectiontitle: 'section_title' } },
  telegram: { block: 'telegram', names: { bottoken: 'token', chatid: 'chat_id' } },
  threema: { block: 'threema', names: {} },
  victorops: { block: 'victorops', names: { messageType: 'message_type' } },
  webex: { block: 'webex', names: { bot_token: 'token' } },
  webhook: { block: 'webhook', names: { ...LOGIN, maxAlerts: 'max_alerts' } },
  wecom: { block: 'wecom', names: { msgtype: 'msg_type', touser: 'to_user' } },
};

/**
 * The arguments of a contact point: a block for each integration, whose secrets are variables. Every other text is a
 * literal already. Undefined if the provider does not support one of its types.
 */
export function contactPoint(
  { entry, content }: ExportedResource,
  { variable, lacks }: Exporting,
): JsonObject | undefined {
  const integrations = integrationsOf(content.body);
  const known = integrations.filter((one) => BLOCKS[stringAt(one, 'type') ?? ''] !== undefined);
  if (integrations.length === 0 || known.length < integrations.length) {
    return undefined;
  }
  const lost = new Set<string>();
  const blockOf = (integration: JsonObject): string => BLOCKS[stringAt(integration, 'type') ?? '']?.block ?? '';
  const argumentsOf = (integration: JsonObject): JsonObject => {
    const type = stringAt(integration, 'type') ?? '';
    const names = BLOCKS[type]?.names ?? {};
    const nameOf = (field: string): string | undefined => names[field] ?? (SAME.includes(field) ? field : undefined);
    const secure = secureFieldsOf(integration);
    const own = Object.entries(settingsOf(integration)).filter(([field]) => !secure.includes(field));
    const arguments_: JsonObject = { disable_resolve_message: integration['disableResolveMessage'] === true };
    for (const [field, value] of own) {
      const name = nameOf(field);
      if (name === undefined) {
        lost.add(field);
      } else {
        arguments_[name] = templates(type === 'email' && field === 'addresses' ? addresses(value) : value);
      }
    }
    for (const field of secure) {
      const name = nameOf(field);
      if (name === undefined) {
        lost.add(field);
      } else {
        arguments_[name] = `\${var.${variable(entry, `${type}.${field}`)}}`;
      }
    }
    return arguments_;
  };
  const blocks = [...groupBy(integrations, blockOf)].map(([block, its]) => [block, its.map(argumentsOf)] as const);
  if (lost.size > 0) {
    lacks(entry, reason('export-fields', { fields: [...lost].join(', ') }));
  }
  return { name: templates(entry.uid), disable_provenance: true, ...Object.fromEntries(blocks) };
}

/** Grafana has them as one text. */
function addresses(value: Json): Json {
  return String(value)
    .split(/[,;\n]/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
}
