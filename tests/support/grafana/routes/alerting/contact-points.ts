import { isJsonObject, type Json, type JsonObject } from '../../../../../pkg/contract/json.ts';
import type { Alerting, Integration } from '../../alerting/model.ts';
import {
  alertingOf,
  change,
  invalid,
  MAY_READ,
  MAY_WRITE,
  refuseProvenance,
  wantedProvenance,
} from '../../alerting/rules-of-the-house.ts';
import type { Call } from '../../call.ts';
import { problem } from '../../problems.ts';
import { Reply } from '../../call.ts';
import type { Router } from '../../router.ts';
import { receiversInUse } from './policies.ts';

const PATH = '/api/v1/provisioning/contact-points';
const MASK = '[REDACTED]';
const MAY_READ_SECRETS = ['alert.provisioning.secrets:read', 'alert.notifications.receivers.secrets:read'];

/** Secret settings by type, as dotted paths. */
const SECRETS: Record<string, string[]> = {
  slack: ['url', 'token'],
  webhook: ['password', 'authorization_credentials', 'http_config.oauth2.client_secret'],
  pagerduty: ['integrationKey'],
  opsgenie: ['apiKey'],
  telegram: ['bottoken'],
  discord: ['url'],
};

/** Settings without which a type is not taken; one of each list is enough. */
const REQUIRED: Record<string, string[]> = {
  email: ['addresses'],
  slack: ['url', 'token'],
  webhook: ['url'],
  pagerduty: ['integrationKey'],
  opsgenie: ['apiKey'],
  telegram: ['bottoken'],
  discord: ['url'],
};

interface Sent {
  uid?: string;
  name?: string;
  type?: string;
  disableResolveMessage?: boolean;
  settings?: JsonObject;
}

export function contactPointRoutes(router: Router): void {
  router.on(`GET ${PATH}`, (call) => {
    call.require(MAY_READ);
    return selected(call).map((one) => ({
      ...shown(one, false),
      name: one.name,
      provenance: one.provenance || undefined,
    }));
  });
  router.on(`GET ${PATH}/export`, (call) => {
    const decrypt = call.query.get('decrypt') === 'true';
    call.require(decrypt ? MAY_READ_SECRETS : MAY_READ);
    const all = selected(call);
    const contactPoints = [...new Set(all.map((one) => one.name))].map((name) => ({
      orgId: call.org.id,
      name,
      receivers: all.filter((one) => one.name === name).map((one) => shown(one, decrypt)),
    }));
    return { apiVersion: 1, contactPoints };
  });
  router.on(`POST ${PATH}`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.plain<Sent>();
    return change(call, (alerting) => create(call, alerting, sent));
  });
  router.on(`PUT ${PATH}/:uid`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.plain<Sent>();
    return change(call, (alerting) => update(call, alerting, sent));
  });
  router.on(`DELETE ${PATH}/:uid`, (call) => {
    call.require(MAY_WRITE);
    return change(call, (alerting) => remove(call, alerting));
  });
}

/** By name; those of one name in any order, as they come out of a map. */
function selected(call: Call): Integration[] {
  const name = call.query.get('name') ?? '';
  const all = alertingOf(call).integrations.filter((one) => name === '' || one.name === name);
  const shuffled = all.map((one) => ({ one, order: call.state.random.next() })).sort((a, b) => a.order - b.order);
  return shuffled.map(({ one }) => one).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function shown(one: Integration, decrypt: boolean): JsonObject {
  let settings = one.settings;
  for (const [path, secret] of one.secure) {
    settings = placed(settings, path.split('.'), decrypt ? secret : MASK);
  }
  return { uid: one.uid, type: one.type, settings, disableResolveMessage: one.disableResolveMessage };
}

function placed(settings: JsonObject, [first = '', ...rest]: string[], value: Json): JsonObject {
  const inner = settings[first];
  return { ...settings, [first]: rest.length === 0 ? value : placed(isJsonObject(inner) ? inner : {}, rest, value) };
}

function taken(settings: JsonObject, [first = '', ...rest]: string[]): { left: JsonObject; value: Json | undefined } {
  const { [first]: member, ...others } = settings;
  if (rest.length === 0) {
    return { left: others, value: member };
  }
  if (!isJsonObject(member)) {
    return { left: settings, value: undefined };
  }
  const { left, value } = taken(member, rest);
  return { left: { ...settings, [first]: left }, value };
}

function integrationOf(call: Call, sent: Sent, uid: string, stored: Integration | undefined): Integration {
  const { name = '', type = '' } = sent;
  let settings = sent.settings ?? {};
  if (name === '' || REQUIRED[type] === undefined) {
    throw invalid(name === '' ? 'name is required' : `unknown type '${type}'`);
  }
  const secure = new Map<string, string>();
  for (const path of SECRETS[type] ?? []) {
    const { left, value } = taken(settings, path.split('.'));
    if (typeof value === 'string' && value !== '') {
      settings = left;
      const kept = value === MASK && stored !== undefined ? stored.secure.get(path) : value;
      if (kept !== undefined) {
        secure.set(path, kept);
      }
    }
  }
  const wanted = REQUIRED[type] ?? [];
  if (!wanted.some((field) => secure.has(field) || (typeof settings[field] === 'string' && settings[field] !== ''))) {
    throw invalid(`could not find ${wanted[0]} property in settings`);
  }
  const provenance = wantedProvenance(call);
  return { uid, name, type, disableResolveMessage: sent.disableResolveMessage === true, settings, secure, provenance };
}

function create(call: Call, alerting: Alerting, sent: Sent): Reply {
  const uid = sent.uid ? sent.uid : call.state.newUid();
  const integration = integrationOf(call, sent, uid, undefined);
  const twin = alerting.integrations.find((one) => one.uid === uid);
  if (twin !== undefined) {
    const message = `receiver configuration with UID '${uid}' already exist in contact point '${twin.name}'`;
    throw problem(500, `${message}. Please use unique identifiers for receivers across all contact points`);
  }
  alerting.integrations.push(integration);
  return new Reply(202, { ...shown(integration, false), name: integration.name, provenance: integration.provenance });
}

function update(call: Call, alerting: Alerting, sent: Sent): Reply {
  const index = alerting.integrations.findIndex((one) => one.uid === call.param('uid'));
  const stored = alerting.integrations[index];
  if (stored === undefined) {
    throw problem(404, `contact point with uid '${call.param('uid')}' not found`);
  }
  const integration = integrationOf(call, sent, stored.uid, stored);
  refuseProvenance(stored.provenance, integration.provenance);
  alerting.integrations[index] = integration;
  return new Reply(202, { message: 'contactpoint updated' });
}

function remove(call: Call, alerting: Alerting): Reply {
  const uid = call.param('uid');
  const name = alerting.integrations.find((one) => one.uid === uid)?.name;
  const left = alerting.integrations.filter((one) => one.uid !== uid);
  if (name !== undefined && !left.some((one) => one.name === name) && receiversInUse(alerting).has(name)) {
    throw problem(409, `contact point '${name}' is currently used by a notification policy`);
  }
  alerting.integrations = left;
  return new Reply(202, { message: 'contactpoint deleted' });
}
