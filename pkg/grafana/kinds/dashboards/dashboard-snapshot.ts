import { compact } from '../../../contract/compact.ts';
import { objectAt, stringAt, type Json, type JsonObject, without } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { ifFound, isGrafanaError } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { listWithRoom } from '../../http/pagination/lists.ts';
import type { Forecast, Kind, KindContext, Listed, Restorable, Serving, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { servedWhole } from '../../rights.ts';
import { securityChange } from '../security/change.ts';
import { renameInDashboard } from './dashboard/references.ts';

/** Grafana writes "never" as some fifty years; nobody else asks for more than twenty. */
const NEVER_MS = 20 * 365 * 24 * 3600 * 1000;

/**
 * Snapshots of dashboards that people shared, with their data, under their key. Creating takes the key, so links keep
 * working (dashboardsnapshots PrepareLocalSnapshot makes one up only when none is given); the delete key is never shown
 * again. The dashboard must exist (its ValidateDashboardExists). A snapshot cannot be changed, and one that was sent to
 * another server has no data here. Expiry is asked for in seconds from now; Grafana drops the fraction of the result.
 */
export const dashboardSnapshot: Kind = {
  name: 'dashboard-snapshot',
  declaration: {
    plural: 'Dashboard snapshots',
    scope: 'org',
    restored: 'partly',
    identity: 'key kept; new delete key',
    lost: ['delete key', 'author and dates', 'data of snapshots published on another server'],
    minimumVersion: '10.4',
    rights: ['snapshots:read', 'the Admin role, to see those of other users'],
  },
  dependsOn: ['dashboard'],
  writes: 'serial',
  largeBodies: true,
  leftOutOfDrills: reason('drill-one-key'),

  needs: { feature: 'snapshotEnabled' },

  async serves(context): Promise<Serving> {
    if (context.capabilities.turnedOff.includes('snapshotEnabled')) {
      return { served: false, reason: reason('snapshots-off') };
    }
    // Others than admins are shown their own only. No permission says who is an admin; this one is an admin's.
    return servedWhole(context, 'org.users:write');
  },

  async *list(context) {
    for (const [uid, { title, revision }] of await itemsOf(context)) {
      yield compact({ uid, title, revision });
    }
  },

  async read(context, listed) {
    const path = pathOf(listed.uid);
    const answer = await ifFound(context.grafana.get(path, { signal: context.signal }));
    const item = answer === undefined ? undefined : await itemIn(context, listed);
    return answer === undefined || item === undefined
      ? undefined
      : contentOf(resourceIn(answer, path, 'dashboard'), item.title);
  },

  references(content) {
    const uid = stringAt(content.body, 'dashboard', 'uid') ?? '';
    return uid === '' ? [] : [{ kind: 'dashboard', uid, required: true, owner: true }];
  },

  rename(content, renamed) {
    const { body, ...rest } = renameInDashboard(content, renamed);
    const dashboard = objectAt(body, 'dashboard') ?? {};
    const uid = stringAt(dashboard, 'uid') ?? '';
    return uid === ''
      ? { ...rest, body }
      : { ...rest, body: { ...objectAt(body), dashboard: { ...dashboard, uid: renamed({ kind: 'dashboard', uid }) } } };
  },

  forecast,

  /**
   * Grafana asks no one who has the key to log in (api.go, `/api/snapshots/:key`), and people delete a snapshot to end
   * that. Its dashboard proves nothing: Grafana deletes no snapshot with it, and the author of the snapshot chose its
   * UID.
   */
  securityChanges({ live }) {
    return live === undefined ? [securityChange('public', { field: 'snapshot', after: 'yes' })] : [];
  },

  write,

  /** By its key, which an admin of its organization may do: nobody but who created it knows the delete key. */
  async remove(context, uid) {
    await ifFound(context.grafana.delete(pathOf(uid), { signal: context.signal }));
  },

  comparable: (body) => without(objectAt(body) ?? {}, 'expires'),
};

const pathOf = (key: string): string => `/api/snapshots/${encodeURIComponent(key)}`;

/** What `itemOf` looks at, and the key. */
const OF_AN_ITEM = ['key', 'name', 'created', 'updated', 'expires'];

interface Item {
  title: string;
  /** What the list shows of a snapshot that cannot be changed, only be made again under the same key. */
  revision?: string;
}

/** Snapshots by key: only the list shows their names. */
function itemsOf(context: KindContext): Promise<Map<string, Item>> {
  return context.memo('dashboard-snapshots', () => listItems(context));
}

async function listItems({ grafana, signal }: KindContext): Promise<Map<string, Item>> {
  const items = await listWithRoom(grafana, '/api/dashboard/snapshots', OF_AN_ITEM, signal);
  return new Map(items.map((item) => [stringAt(item, 'key') ?? '', itemOf(item)]));
}

/** What this organization has under a key, perhaps since a moment ago: Grafana shows a key's content in each. */
async function itemIn(context: KindContext, { uid, title }: Listed): Promise<Item | undefined> {
  const item = (await itemsOf(context)).get(uid) ?? (await listItems(context)).get(uid);
  const isWhole = item !== undefined || !('lacking' in (await dashboardSnapshot.serves(context)));
  // Who is shown only their own snapshots cannot tell.
  return isWhole ? item : { title };
}

function itemOf(item: JsonObject): Item {
  const [created, updated, expires] = ['created', 'updated', 'expires'].map((name) => stringAt(item, name));
  const title = stringAt(item, 'name') ?? '';
  return created === undefined ? { title } : { title, revision: [created, updated, expires].join('/') };
}

function contentOf(answer: Json, title: string): Content {
  const dashboard = objectAt(answer, 'dashboard') ?? {};
  const meta = objectAt(answer, 'meta') ?? {};
  const expires = stringAt(meta, 'expires') ?? '';
  const created = stringAt(meta, 'created') ?? '';
  const external = meta['isExternal'] === true || stringAt(meta, 'externalUrl', 'url') !== undefined;
  return {
    body: {
      name: title,
      dashboard: withoutOriginalUrl(dashboard),
      ...(expires === '' || isNever(created, expires) ? {} : { expires }),
      ...(external ? { external } : {}),
    },
    title,
    ...(created === '' ? {} : { facts: { created } }),
  };
}

/** `snapshot.originalUrl` is written again from the address of the Grafana that creates it. */
function withoutOriginalUrl(dashboard: JsonObject): JsonObject {
  const { snapshot, ...rest } = dashboard;
  const facts = without(objectAt(snapshot) ?? {}, 'originalUrl');
  return Object.keys(facts).length === 0 ? rest : { ...rest, snapshot: facts };
}

function isNever(created: string, expires: string): boolean {
  return Date.parse(expires) - (Date.parse(created) || 0) > NEVER_MS;
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  if (item.live !== undefined) {
    return { losses: [], blocked: reason('snapshot-fixed') };
  }
  if (objectAt(item.content.body)?.['external'] === true) {
    return { losses: [], blocked: reason('snapshot-external') };
  }
  if ((stringAt(item.content.body, 'dashboard', 'uid') ?? '') === '') {
    return { losses: [], blocked: reason('snapshot-origin') };
  }
  const expires = stringAt(item.content.body, 'expires');
  if (expires !== undefined && Date.parse(expires) <= context.clock.now().getTime()) {
    return { losses: [], skip: reason('snapshot-expired', { expires }) };
  }
  return { losses: [reason('delete-key-new')] };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const body = objectAt(item.content.body) ?? {};
  const expires = stringAt(body, 'expires');
  const left = expires === undefined ? 0 : Date.parse(expires) - context.clock.now().getTime();
  const answer = await context.grafana
    .post(
      '/api/snapshots',
      {
        key: item.uid,
        name: body['name'] ?? item.content.title,
        dashboard: body['dashboard'] ?? {},
        expires: Math.max(0, Math.ceil(left / 1000)),
      },
      { signal: context.signal },
    )
    .catch((error: unknown) => refuseTakenKey(context, item.uid, error));
  return { uid: stringAt(answer, 'key') ?? item.uid, losses: [reason('delete-key-new')] };
}

/** No two snapshots have the same key, and Grafana keeps those of an organization that is deleted. */
async function refuseTakenKey(context: WriteContext, key: string, error: unknown): Promise<never> {
  const { grafana, signal } = context;
  const isRefused = isGrafanaError(error) && error.httpStatus === 500;
  const isThere = isRefused && (await ifFound(grafana.get(pathOf(key), { signal }))) !== undefined;
  const isTaken = isThere && !(await listItems(context)).has(key);
  throw isTaken ? refusal('DK_GRAFANA_REFUSED', reason('link-taken'), { cause: error }) : error;
}
