import type { ChangePage } from '../../../../pkg/contract/api/changes.ts';
import type { ResourceVersion, VersionPage } from '../../../../pkg/contract/api/versions.ts';
import { KIND_NAMES, type KindName } from '../../../../pkg/contract/kinds.ts';
import { resourceDiff } from './answers.ts';
import { among, paged, type Call } from './call.ts';
import { FakeError } from './errors.ts';
import type { FakeState } from './state.ts';

/** Every difference of the two made-up states, as the newest snapshot shows it. */
export function recentChanges({ state, query }: Call): ChangePage {
  const [newest, before] = state.snapshots;
  const indexed = { snapshots: state.snapshots.length, pending: 0, unreadable: 0 };
  if (newest === undefined || before === undefined) {
    return { items: [], total: 0, indexed };
  }
  const keys = [...new Set([...state.latest.keys(), ...state.earlier.keys()])];
  const folderUid = query.get('folder');
  const folder = folderUid === null ? undefined : state.latest.get(`folder/${folderUid}`)?.entry.title;
  const items = keys.flatMap((key): ResourceVersion[] => {
    const [now, then] = [state.latest, state.earlier].map((world) => world.get(key)?.entry);
    const known = now ?? then;
    const isSame = now?.object === then?.object && now?.folder === then?.folder;
    const isWanted =
      known !== undefined &&
      among(query, 'kind', known.kind) &&
      (folderUid === null || known.folder === folder) &&
      (query.get('person') === null || (now !== undefined && 'ada'.includes(query.get('person') ?? '')));
    if (!isWanted || isSame) {
      return [];
    }
    const { kind, uid, title } = known;
    const { changes, truncated } = resourceDiff(state.earlier, state.latest, kind, uid);
    return [
      {
        ...{ resource: { kind, uid }, title, folder: known.folder, time: newest.time, after: before.time, lived: 0 },
        what: now === undefined ? 'deleted' : then === undefined ? 'created' : 'changed',
        snapshots: { first: newest.id, last: newest.id, count: 1, before: before.id },
        ...(now === undefined ? {} : { updated: newest.time, updatedBy: 'ada' }),
        ...(now !== undefined && then !== undefined && now.folder !== then.folder ? { movedFrom: then.folder } : {}),
        ...(now !== undefined && then !== undefined ? { changes, truncated } : {}),
      },
    ];
  });
  const count = (...whats: ResourceVersion['what'][]) => items.filter(({ what }) => whats.includes(what)).length;
  const counts = { added: count('created', 'returned'), changed: count('changed'), removed: count('deleted') };
  return { ...paged(items, query), indexed, ...(query.has('since') && { counts }) };
}

/** Every change of one thing in the made-up snapshots: all but the newest hold the same. */
export function versions(state: FakeState, path: string): VersionPage {
  const [, org = '1', kindName = '', uidText = ''] =
    /^\/resources\/(\d+)\/([a-z-]+)\/([^/]+)\/versions$/.exec(path) ?? [];
  const kind = KIND_NAMES.find((name) => name === kindName) as KindName;
  const uid = decodeURIComponent(uidText);
  const [now, then] = [state.latest, state.earlier].map((world) => world.get(`${kind}/${uid}`)?.entry);
  const known = now ?? then;
  if (known === undefined || state.snapshots.length < 2) {
    throw new FakeError(404, 'DK_NOT_FOUND', `No snapshot holds ${kind}/${uid}.`, 'Check the uid.');
  }
  const [newest, ...older] = state.snapshots;
  const oldest = older[older.length - 1];
  const items: ResourceVersion[] = [];
  const shared = { title: known.title, folder: known.folder, bytes: known.bytes };
  if (newest !== undefined && now?.object !== then?.object) {
    const { changes, truncated } = resourceDiff(state.earlier, state.latest, kind, uid);
    items.push({
      ...shared,
      what: now === undefined ? 'deleted' : then === undefined ? 'created' : 'changed',
      time: newest.time,
      after: older[0]?.time,
      lived: 0,
      snapshots: { first: newest.id, last: newest.id, count: 1 },
      updatedBy: 'ada',
      comment: 'Show the right rate',
      changes,
      truncated,
    });
  }
  if (then !== undefined && oldest !== undefined && older[0] !== undefined) {
    items.push({
      ...shared,
      what: 'first-seen',
      time: oldest.time,
      until: items.length > 0 ? newest?.time : undefined,
      lived: Date.parse(older[0].time) - Date.parse(oldest.time),
      snapshots: { first: oldest.id, last: older[0].id, count: older.length },
    });
  }
  const indexed = { snapshots: state.snapshots.length, pending: 0, unreadable: 0 };
  return {
    items,
    total: items.length,
    org: Number(org),
    kind,
    uid,
    title: known.title,
    deleted: now === undefined,
    indexed,
  };
}
