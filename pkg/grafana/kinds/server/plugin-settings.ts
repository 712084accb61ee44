import { objectAt, stringAt, type Json, type JsonObject, without } from '../../../lib/json/json.ts';
import { compact } from '../../../contract/compact.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { hasMembers } from '../../account-directory.ts';
import { ifFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { addressesIn } from '../security/addresses.ts';
import { securityChange } from '../security/change.ts';
import { looserChecks } from '../security/checks.ts';
import { movesOf, secretLosses } from '../security/moves.ts';
import type { KindDefinition } from '../definition.ts';
import type { Forecast, KindContext, Restorable, SecurityContext, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { installedPlugins, OWN_PLUGIN } from './installed-plugins.ts';
import { bundledDashboards, pluginDashboards, requireNoDashboards } from './plugin-dashboards.ts';

const LIST = '/api/plugins';

const moves = movesOf('plugin-settings', (body) => addressesIn(objectAt(body, 'jsonData'), 'jsonData'));

/**
 * Settings of app plugins that are enabled, pinned or configured: `{enabled, pinned, jsonData, secureJsonFields}`.
 * Saving replaces `jsonData` and both flags, so all are sent; `secureJsonData` is merged key by key
 * (pluginsettings/service.go), so secrets that are not supplied stay, and an empty one counts as none. Dashkeep's own
 * app is left out. Without the right to create data sources or install plugins Grafana lists its core plugins only,
 * without a word (api/plugins.go GetPluginList), so that right is asked for first.
 */
export const pluginSettings: KindDefinition = {
  name: 'plugin-settings',
  declaration: {
    plural: 'App plugin settings',
    scope: 'org',
    restored: 'partly',
    identity: 'kept',
    lost: ['secrets (enter them again, or supply them at restore)', 'the plugin itself: install it first'],
    minimumVersion: '10.4',
    rights: ['datasources:create (or plugins:install), so that all plugins are listed', 'plugins:write on plugins:*'],
  },
  dependsOn: [],
  writes: 'serial',
  hasSecrets: true,

  async *list(context) {
    for (const plugin of await installedPlugins(context)) {
      const uid = stringAt(plugin, 'id') ?? '';
      const isOther = stringAt(plugin, 'type') === 'app' && uid !== OWN_PLUGIN;
      const content = isOther ? await readSettings(context, uid) : undefined;
      if (content !== undefined && content.pristine === undefined) {
        yield { uid, title: content.title, content };
      }
    }
  },

  read: (context, listed) => readSettings(context, listed.uid),

  secretNames,

  references: () => [],
  missingSecrets: (context, item) => missingSecrets(context, item, item.live),
  forecast,
  // An app without settings looks as if nobody had ever used it, once it was disabled.
  isInUse: hasMembers,

  securityChanges(item, context) {
    const { content, live } = item;
    const checks = live === undefined ? [] : looserChecks(settingsOf(live), settingsOf(content));
    const isBack = live !== undefined && !isEnabled(live) && isEnabled(content);
    return [...(isBack ? [securityChange('app-enabled', {})] : []), ...moves.changes(item, context), ...checks];
  },

  write,

  /** Which secrets are stored is not restored: they are entered again. */
  comparable: (body) => without(objectAt(body) ?? {}, 'secureJsonFields'),
};

function isEnabled({ body }: Content): boolean {
  return objectAt(body)?.['enabled'] === true;
}

function settingsOf({ body }: Content): JsonObject | undefined {
  return objectAt(body, 'jsonData');
}

function pathOf(plugin: string): string {
  return `${LIST}/${encodeURIComponent(plugin)}/settings`;
}

async function readSettings(context: KindContext, plugin: string): Promise<Content | undefined> {
  const path = pathOf(plugin);
  const found = await ifFound(context.grafana.get(path, { signal: context.signal }));
  if (found === undefined) {
    return undefined;
  }
  const answer = resourceIn(found, path, 'id', plugin);
  const version = stringAt(answer, 'info', 'version') ?? '';
  const fields = Object.entries(objectAt(answer, 'secureJsonFields') ?? {}).filter(([, stored]) => stored === true);
  const body: JsonObject = {
    enabled: answer['enabled'] === true,
    pinned: answer['pinned'] === true,
    jsonData: objectAt(answer, 'jsonData') ?? {},
    secureJsonFields: Object.fromEntries(fields),
  };
  return {
    body,
    title: stringAt(answer, 'name') ?? plugin,
    ...(version === '' ? {} : { facts: { version } }),
    ...(isUntouched(body, answer['autoEnabled'] === true) ? { pristine: true } : {}),
  };
}

/** Whether nobody ever enabled, pinned or configured it; some plugins are enabled and pinned from the start. */
function isUntouched(body: JsonObject, autoEnabled: boolean): boolean {
  const isEmpty = (name: string): boolean => Object.keys(objectAt(body, name) ?? {}).length === 0;
  const flags = body['enabled'] === autoEnabled && (autoEnabled || body['pinned'] === false);
  return flags && isEmpty('jsonData') && isEmpty('secureJsonFields');
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const live = item.live ?? (await readSettings(context, item.uid));
  if (live === undefined) {
    return { losses: [], blocked: reason('plugin-missing', { uid: item.uid }) };
  }
  const deletes = await deletedDashboards(context, item, live);
  return compact({ losses: missingSecrets(context, item, live), deletes });
}

/** The dashboards that Grafana deletes or replaces; undefined if the app is neither enabled nor disabled. */
async function deletedDashboards(
  context: KindContext,
  { uid, content }: Restorable,
  live: Content | undefined,
): Promise<Forecast['deletes']> {
  const { title } = content;
  if (live === undefined || isEnabled(live) === isEnabled(content)) {
    return undefined;
  }
  return isEnabled(live)
    ? { dashboards: await pluginDashboards(context, uid), why: reason('deleted-with-app', { title }) }
    : { dashboards: await bundledDashboards(context, uid), why: reason('replaced-by-app', { title }) };
}

/** Names of the secrets that are stored in Grafana, which never shows them. */
function secretNames(body: Json): string[] {
  return Object.keys(objectAt(body, 'secureJsonFields') ?? {});
}

function missingSecrets(
  context: Pick<SecurityContext, 'secrets' | 'keepSecrets'>,
  item: Restorable,
  live: Content | undefined,
): KnownReason[] {
  const supplied = context.secrets('plugin-settings', item.uid) ?? {};
  const stored = objectAt(live?.body, 'secureJsonFields') ?? {};
  const missing = secretNames(item.content.body).filter(
    (name) => supplied[name] === undefined && stored[name] !== true,
  );
  return secretLosses(missing, moves.dropped(item, context));
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const live = await readSettings(context, item.uid);
  const dropped = moves.dropped(live === undefined ? item : { ...item, live }, context).map((name) => [name, '']);
  const secrets = { ...Object.fromEntries(dropped), ...context.secrets('plugin-settings', item.uid) };
  const body: JsonObject = {
    ...without(objectAt(item.content.body) ?? {}, 'secureJsonFields'),
    ...(Object.keys(secrets).length === 0 ? {} : { secureJsonData: secrets }),
  };
  await requireNoDashboards(context, (await deletedDashboards(context, item, live))?.dashboards ?? []);
  await context.grafana.post(pathOf(item.uid), body, { signal: context.signal });
  return { uid: item.uid, losses: missingSecrets(context, item, live) };
}
