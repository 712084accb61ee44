import { isDeepStrictEqual } from 'node:util';
import { numberAt, objectAt, stringAt, without, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { atLeast } from '../../capabilities.ts';
import { ifFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { naturalKey } from '../../natural-key.ts';
import { listDataSources } from './data-source/live.ts';
import { dataSourceMoves, dataSourceSecurity } from './data-source/security.ts';
import { isDataSourceUid } from '../dashboards/dashboard/references.ts';
import type { KindDefinition } from '../definition.ts';
import type { Forecast, Reference, Restorable, SecurityContext, WriteContext, Written } from '../kind.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { securityChange } from '../security/change.ts';
import { secretLosses } from '../security/moves.ts';
import type { Content } from '../content.ts';
import { mapMembers } from '../../../lib/json/map.ts';
import { installedPlugins } from '../server/installed-plugins.ts';

/**
 * Members of Grafana's answer that are not content: ids, versions, icons, and passwords in the clear of old releases.
 */
const VOLATILE = ['id', 'orgId', 'version', 'readOnly', 'accessControl', 'typeLogoUrl', 'typeName'];
const CLEAR_SECRETS = ['password', 'basicAuthPassword', 'secureJsonData'];

/** Names in `jsonData` under which one data source points at another. */
const POINTERS = new Set(['datasourceUid', 'datasourceUID', 'alertmanagerUid']);

/**
 * Data sources. The list lacks users, secret names and version, so each is read singly. The body is Grafana's answer
 * without ids and version; of secrets it holds the names only (`secureJsonFields`), which is all that Grafana shows.
 *
 * A secret that is not sent stays as it is: `PUT` fills `secureJsonData` up with the stored values of the keys it lacks
 * (datasources/service/datasource.go fillWithSecureJSONData, unchanged from 9 to the newest stored source). So a data
 * source is updated in place and never deleted and made again. An empty one takes the place of what is stored, and
 * counts as none: so goes a secret whose address changes.
 *
 * Data sources may point at each other in a circle (logs to traces and back); Grafana does not check that when saving,
 * so those pointers follow a renaming but are not references that order the writing.
 */
export const dataSource: KindDefinition = {
  name: 'data-source',
  declaration: {
    plural: 'Data sources',
    scope: 'org',
    restored: 'partly',
    identity: 'kept',
    lost: ['passwords and other secrets (enter them again, or supply them at restore)', 'numeric ID', 'version'],
    minimumVersion: '10.4',
    rights: ['datasources:read on datasources:*'],
  },
  dependsOn: ['plugin-settings'],
  writes: 'serial',
  largeBodies: true,
  hasSecrets: true,
  uidIsMadeUp: true,
  manyReferences: true,

  async *list(context) {
    for (const item of await listDataSources(context)) {
      const uid = stringAt(item, 'uid') ?? '';
      yield { uid, title: stringAt(item, 'name') ?? uid };
    }
  },

  async read(context, listed) {
    const path = pathOf(listed.uid);
    const answer = await ifFound(context.grafana.get(path, { signal: context.signal }));
    return answer === undefined ? undefined : dataSourceContent(resourceIn(answer, path, 'uid', listed.uid));
  },

  secretNames,

  references: () => [],

  rename(content, renamed) {
    return { ...content, body: renamePointers(content.body, renamed) };
  },

  /** Another one that became the default took that away from it. */
  before: (body) => ({ ...objectAt(body), isDefault: true }),

  /** Grafana makes the first one of an organization the default, until the restore takes that back. */
  createdInParts: true,
  isPartOf: isUnwantedDefault,

  missingSecrets,
  forecast,
  securityChanges: dataSourceSecurity,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(pathOf(uid), { signal: context.signal }));
  },

  /** Which secrets are stored is not restored: they are entered again. */
  comparable: comparableDataSource,
};

function comparableDataSource(body: Json): JsonObject {
  return without(objectAt(body) ?? {}, 'secureJsonFields');
}

/** Whether a data source is as wanted, except that it is the default. */
function isUnwantedDefault({ body: live }: Content, { body: wanted }: Content): boolean {
  const isMade = objectAt(live)?.['isDefault'] === true && objectAt(wanted)?.['isDefault'] !== true;
  const [is, asMade] = [live, { ...objectAt(wanted), isDefault: true }].map(comparableDataSource);
  return isMade && isDeepStrictEqual(is, asMade);
}

function pathOf(uid: string): string {
  return `/api/datasources/uid/${encodeURIComponent(uid)}`;
}

/** What the API returns of a data source, as content. */
export function dataSourceContent(answer: JsonObject): Content {
  const body = without(answer, ...VOLATILE, ...CLEAR_SECRETS);
  const version = numberAt(answer, 'version');
  return {
    body: { ...body, jsonData: objectAt(answer, 'jsonData') ?? {}, secureJsonFields: storedSecrets(answer) },
    title: stringAt(answer, 'name') ?? stringAt(answer, 'uid') ?? '',
    ...(answer['readOnly'] === true ? { managedBy: { manager: 'file' } } : {}),
    ...(version === undefined ? {} : { facts: { version } }),
  };
}

function storedSecrets(answer: Json): JsonObject {
  const fields = Object.entries(objectAt(answer, 'secureJsonFields') ?? {}).filter(([, stored]) => stored === true);
  return Object.fromEntries(fields);
}

function renamePointers(value: Json, renamed: (reference: Reference) => string): Json {
  return mapMembers(value, (name, member) =>
    POINTERS.has(name) && typeof member === 'string' && isDataSourceUid(member)
      ? renamed({ kind: 'data-source', uid: member })
      : undefined,
  );
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const { uid, content, live } = item;
  if (live?.managedBy !== undefined) {
    return { losses: [], blocked: reason('file-provisions') };
  }
  if (content.managedBy !== undefined && !context.includeManaged) {
    return { losses: [], blocked: reason('file-brings-back') };
  }
  if (!isAcceptedUid(uid) && atLeast(context.capabilities, 12)) {
    const proposedUid = acceptedUid(uid);
    return { losses: [], blocked: reason('uid-refused', { uid, proposed: proposedUid }), proposedUid };
  }
  const siblings = await liveSiblings(context);
  const twin = siblings.find((other) => stringAt(other, 'name') === content.title && stringAt(other, 'uid') !== uid);
  if (twin !== undefined) {
    const twinUid = stringAt(twin, 'uid') ?? '';
    const sameType = stringAt(twin, 'type') === stringAt(content.body, 'type');
    return {
      losses: [],
      blocked: reason('data-source-twin', { title: content.title, uid: twinUid }),
      ...(sameType ? { proposedUid: twinUid } : {}),
    };
  }
  return {
    losses: [
      ...missingSecrets(context, item),
      ...defaultChanges(item, siblings),
      ...(await missingPlugin(context, item)),
    ],
    security: defaultSecurity(item, siblings),
  };
}

function liveSiblings(context: WriteContext): Promise<JsonObject[]> {
  return context.memo('data-source-siblings', () => listDataSources(context));
}

/** 12 and later take these only, on create and update alike (upgrade guide 12.0). */
function isAcceptedUid(uid: string): boolean {
  return /^[a-zA-Z0-9_-]{1,40}$/.test(uid);
}

/** A uid that every release takes, the same for the same uid. */
function acceptedUid(uid: string): string {
  const readable = uid.replace(/[^a-zA-Z0-9_-]+/g, '-').slice(0, 31);
  return `${readable}-${naturalKey(uid).slice(0, 8)}`;
}

/** Names of the secrets that are stored in Grafana, which never shows them. */
function secretNames(body: Json): string[] {
  return Object.keys(objectAt(body, 'secureJsonFields') ?? {});
}

function missingSecrets(context: Pick<SecurityContext, 'secrets' | 'keepSecrets'>, item: Restorable): KnownReason[] {
  const supplied = context.secrets('data-source', item.uid) ?? {};
  const stored = objectAt(item.live?.body, 'secureJsonFields') ?? {};
  const missing = secretNames(item.content.body).filter(
    (name) => supplied[name] === undefined && stored[name] !== true,
  );
  return secretLosses(missing, dataSourceMoves.dropped(item, context));
}

function defaultChanges(item: Restorable, siblings: JsonObject[]): KnownReason[] {
  const current = currentDefault(siblings);
  return takesDefault(item, current) ? [reason('default-taken', { name: stringAt(current, 'name') ?? '' })] : [];
}

/** Queries that name no data source, with what people type into them, go to the new default one. */
function defaultSecurity(item: Restorable, siblings: JsonObject[]): SecurityChange[] {
  const current = currentDefault(siblings);
  return takesDefault(item, current)
    ? [securityChange('default-source', { before: stringAt(current, 'name'), after: item.content.title })]
    : [];
}

function takesDefault(item: Restorable, current: JsonObject | undefined): boolean {
  return isDefault(item) && current !== undefined && stringAt(current, 'uid') !== item.uid;
}

function isDefault({ content }: Restorable): boolean {
  return objectAt(content.body)?.['isDefault'] === true;
}

function currentDefault(siblings: JsonObject[]): JsonObject | undefined {
  return siblings.find((other) => other['isDefault'] === true);
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const dropped = dataSourceMoves.dropped(item, context).map((name) => [name, '']);
  const secrets = { ...Object.fromEntries(dropped), ...context.secrets('data-source', item.uid) };
  const body: JsonObject = {
    ...without(objectAt(item.content.body) ?? {}, 'secureJsonFields'),
    uid: item.uid,
    ...(Object.keys(secrets).length === 0 ? {} : { secureJsonData: secrets }),
  };
  if (item.live === undefined) {
    const made = await grafana.post('/api/datasources', body, { signal });
    if (objectAt(made, 'datasource')?.['isDefault'] === true && !isDefault(item)) {
      await grafana.put(pathOf(item.uid), without(body, 'secureJsonData'), { signal });
    }
  } else {
    const version = numberAt(await grafana.get(pathOf(item.uid), { signal }), 'version');
    await grafana.put(pathOf(item.uid), { ...body, ...(version === undefined ? {} : { version }) }, { signal });
  }
  return { uid: item.uid, losses: missingSecrets(context, item) };
}

/** Types that Grafana's core plugins had before they were renamed (`aliasIDs` in their plugin.json). */
const FORMER_TYPES: ReadonlySet<string | undefined> = new Set(['postgres', 'testdata', 'phlare']);

/** Says that the plugin is missing: Grafana takes a data source of any type, but no query works without its plugin. */
async function missingPlugin(context: WriteContext, { content }: Restorable): Promise<KnownReason[]> {
  const type = stringAt(content.body, 'type');
  if (type === undefined || FORMER_TYPES.has(type)) {
    return [];
  }
  const plugins = await installedPlugins(context);
  return plugins.some((one) => stringAt(one, 'id') === type) ? [] : [reason('needs-plugin', { plugin: type })];
}
