import type { DiffEntry, DiffPage, ResourceDiff } from '../../../../pkg/contract/api/diff.ts';
import type { OpenedPreview, PreviewRequest } from '../../../../pkg/contract/api/previews.ts';
import type { SnapshotDetail, SnapshotTree } from '../../../../pkg/contract/api/snapshots.ts';
import type { Status, Trends } from '../../../../pkg/contract/api/status.ts';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import { resourceChanges } from '../../../../pkg/engine/changes/changes.ts';
import type { Json } from '../../../../pkg/lib/json/json.ts';
import { FakeError } from './errors.ts';
import type { FakeState } from './state.ts';
import { sorted, type World } from './world.ts';

/** Reading answers of the made-up service: each computed from the state. */

export function worldOf(state: FakeState, id: string): World {
  if (id === 'live') {
    return state.live;
  }
  const index = id === 'latest' ? 0 : state.snapshots.findIndex((row) => row.id === id);
  if (index < 0 || state.snapshots[index] === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', `There is no snapshot ${id}.`, 'It may have been forgotten since.');
  }
  return state.snapshots[index]?.id === state.snapshots[0]?.id ? state.latest : state.earlier;
}

export function contentOf(world: World): Partial<Record<KindName, number>> {
  const content: Partial<Record<KindName, number>> = {};
  for (const { entry } of world.values()) {
    content[entry.kind] = (content[entry.kind] ?? 0) + 1;
  }
  return content;
}

export function status(state: FakeState): Status {
  const configured = state.settings.values.target.url !== '';
  const newest = state.snapshots[0];
  const now = Date.now();
  const active = state.runs.find((run) => run.status === 'running' || run.status === 'queued');
  const next = [1, 2, 3, 4, 5].map((step) => new Date(now + step * 7_200_000 - 2_400_000).toISOString());
  return {
    version: '0.1.0',
    instance: 'dashkeep-0',
    caller: { org: 1, home: true },
    started: state.started,
    now: new Date(now).toISOString(),
    protection: !configured ? 'unconfigured' : newest === undefined ? 'never' : 'yes',
    grafana: { url: 'http://grafana:3000', reachable: true, version: '13.2.2', edition: 'Open Source' },
    token: {
      state: 'valid',
      source: 'bootstrap',
      expires: new Date(now + 50 * 86_400_000).toISOString(),
      orgs: [{ id: 1, state: 'valid' }],
    },
    target: {
      configured,
      description: configured ? `${state.settings.values.target.url} at ${state.settings.values.target.endpoint}` : '',
      reachable: configured ? true : undefined,
      encrypted: false,
    },
    schedules: [{ job: 'backup', expression: '0 */2 * * *', timezone: 'Europe/Paris', next, intervalSeconds: 7200 }],
    lastBackup: state.runs.find((run) => run.kind === 'backup' && run.finished !== undefined),
    lastSuccess: newest?.time,
    running: active,
    newest,
    content: newest === undefined ? {} : contentOf(state.latest),
    snapshots: state.snapshots.length,
    leader: { elected: false, leading: true },
    warnings: [],
    ...state.status,
  };
}

export function trends(state: FakeState, points: number): Trends {
  return {
    points: state.snapshots
      .slice(0, points)
      .reverse()
      .map((row) => ({ ...row, snapshot: row.id })),
  };
}

export function snapshotDetail(state: FakeState, id: string): SnapshotDetail {
  const world = worldOf(state, id);
  const index = id === 'latest' ? 0 : state.snapshots.findIndex((row) => row.id === id);
  const row = state.snapshots[index];
  if (row === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', `There is no snapshot ${id}.`, 'It may have been forgotten since.');
  }
  const content = contentOf(world);
  const kinds = Object.fromEntries(
    Object.entries(content).map(([kind, listed]) => [
      kind,
      { listed, stored: kind === 'dashboard' ? 2 : 0, reused: listed, skipped: 0, failed: 0 },
    ]),
  );
  return {
    ...row,
    started: new Date(Date.parse(row.time) - (row.duration ?? 0)).toISOString(),
    finished: row.time,
    dashkeep: '0.1.0',
    grafana: { version: '13.2.2', url: 'http://grafana:3000', edition: 'Open Source' },
    orgs: [{ id: 1, name: 'Main Org.' }],
    kinds: {
      ...kinds,
      user: { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0, reason: 'needs admin credentials' },
    },
    errors: state.runs.find((run) => run.snapshot === row.id)?.errors ?? [],
    skipped: [],
    content,
    previous: state.snapshots[index + 1]?.id,
    next: state.snapshots[index - 1]?.id,
    encrypted: false,
  };
}

export function tree(world: World): SnapshotTree {
  const entries = [...world.values()].map((made) => made.entry);
  const direct = new Map<string, number>();
  const total = new Map<string, number>();
  for (const { folderUid } of entries) {
    for (let at = folderUid; at !== undefined; at = world.get(`folder/${at}`)?.entry.folderUid) {
      total.set(at, (total.get(at) ?? 0) + 1);
      direct.set(at, (direct.get(at) ?? 0) + (at === folderUid ? 1 : 0));
    }
  }
  const folders = entries
    .filter((entry) => entry.kind === 'folder')
    .map((folder) => ({
      org: 1,
      uid: folder.uid,
      title: folder.title,
      parentUid: folder.folderUid,
      direct: direct.get(folder.uid) ?? 0,
      total: 1 + (total.get(folder.uid) ?? 0),
      path: folder.folder === '' ? folder.title : `${folder.folder} / ${folder.title}`,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const root = entries.filter((entry) => entry.folderUid === undefined).length;
  return { orgs: [{ id: 1, name: 'Main Org.', root, total: entries.length }], folders };
}

/** A temporary copy whose data source is gone. */
export function preview(state: FakeState, { snapshot, uid }: PreviewRequest): OpenedPreview {
  const title = worldOf(state, snapshot).get(`dashboard/${uid}`)?.entry.title ?? uid;
  const made = {
    uid: `dashkeep-preview-${uid}`,
    title: `${title} (as of 2026-11-24 10:00 UTC)`,
    path: `/d/dashkeep-preview-${uid}`,
    created: new Date().toISOString(),
    expires: new Date(Date.now() + 3_600_000).toISOString(),
    by: 'ada',
  };
  state.previews.push(made);
  return {
    ...made,
    missing: [],
    lostDataSources: [{ uid: 'old', name: 'Prometheus (old)', type: 'prometheus' }],
  };
}

/** The folders that are live, as Grafana's own search gives them. */
export function liveFolders(state: FakeState) {
  return [...state.live.values()]
    .filter(({ entry }) => entry.kind === 'folder')
    .map(({ entry: { uid, title, folderUid } }) => ({ uid, title, parentUid: folderUid }));
}

export function isUnder(world: World, folder: string | undefined, ancestor: string): boolean {
  for (let at = folder; at !== undefined; at = world.get(`folder/${at}`)?.entry.folderUid) {
    if (at === ancestor) {
      return true;
    }
  }
  return false;
}

export function diffEntries(from: World, to: World): DiffEntry[] {
  const list: DiffEntry[] = [];
  const add = (change: DiffEntry['change'], world: World, key: string) => {
    const entry = world.get(key)?.entry;
    if (entry !== undefined) {
      const { org, kind, uid, title, folder } = entry;
      list.push({ change, org, kind, uid, title, folder });
    }
  };
  for (const { entry } of sorted(to)) {
    const key = `${entry.kind}/${entry.uid}`;
    const before = from.get(key);
    if (before === undefined) {
      add('added', to, key);
    } else if (before.entry.object !== entry.object) {
      add('changed', to, key);
    }
  }
  for (const { entry } of sorted(from)) {
    const key = `${entry.kind}/${entry.uid}`;
    if (!to.has(key)) {
      add('removed', from, key);
    }
  }
  return list;
}

export function diffCounts(list: DiffEntry[]): DiffPage['counts'] {
  const count = (change: DiffEntry['change']) => list.filter((entry) => entry.change === change).length;
  return { added: count('added'), changed: count('changed'), removed: count('removed') };
}

/** What differs in one resource, told as the real service tells it. */
export function resourceDiff(from: World, to: World, kind: KindName, uid: string): ResourceDiff {
  const before = from.get(`${kind}/${uid}`);
  const after = to.get(`${kind}/${uid}`);
  const shown = after ?? before;
  if (shown === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', 'Neither side holds it.', 'Choose other snapshots.');
  }
  const change =
    before === undefined
      ? 'added'
      : after === undefined
        ? 'removed'
        : before.entry.object === after.entry.object
          ? 'unchanged'
          : 'changed';
  const told =
    before === undefined || after === undefined
      ? { changes: [], truncated: false }
      : resourceChanges(kind, { body: before.body as Json }, { body: after.body as Json });
  return {
    change,
    org: 1,
    kind,
    uid,
    title: shown.entry.title,
    truncated: told.truncated,
    foreign: [],
    from: { time: '2026-03-01T10:00:05.000Z', updatedBy: 'ada' },
    to: { time: '2026-03-01T10:00:40.000Z', by: 'grace' },
    before: before?.body,
    after: after?.body,
    changes: told.changes,
  };
}
