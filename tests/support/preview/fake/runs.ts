import type { RestoreOptions, RestorePlan, RestoreRequest } from '../../../../pkg/contract/api/restores.ts';
import type { Run } from '../../../../pkg/contract/api/runs.ts';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import { reason } from '../../../../pkg/contract/reasons/catalogue.ts';
import { because, lossesOf } from '../../../../pkg/contract/reasons/reason.ts';
import { contentOf, diffCounts, diffEntries, isUnder, worldOf } from './answers.ts';
import { foundThere } from './elsewhere.ts';
import { FakeError } from './errors.ts';
import { backupRun, newId, type FakeState } from './state.ts';
import { keyOf, sorted, type FakeResource } from './world.ts';

/** What the made-up service does when asked: runs that take a while, plans, and applying them. */

function begin(state: FakeState, kind: Run['kind'], trigger: string): Run {
  const busy = state.runs.find((run) => run.status === 'running' || run.status === 'queued');
  if (busy !== undefined) {
    throw new FakeError(409, 'DK_BUSY', `A ${busy.kind} is running already.`, 'Wait for it to end, or cancel it.');
  }
  const run: Run = {
    id: `run-${newId(state, new Date())}`,
    kind,
    status: 'running',
    trigger,
    by: 'admin',
    started: new Date().toISOString(),
    counts: {},
    problems: 0,
    cancellable: true,
    errors: [],
    undoable: false,
    progress: { phase: 'list', done: 0, kinds: {} },
  };
  state.runs.unshift(run);
  return run;
}

/** Moves a run along as time passes, then ends it; `done` decides how. */
function play(state: FakeState, run: Run, kinds: Partial<Record<KindName, number>>, done: () => void): void {
  const started = Date.now();
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const timer = setInterval(() => {
    if (run.status !== 'running') {
      clearInterval(timer);
      return;
    }
    const share = Math.min(1, (Date.now() - started) / state.options.runTime);
    run.progress = {
      phase: run.kind === 'restore' ? 'write' : 'read',
      done: Math.floor(total * share),
      total,
      rate: total / (state.options.runTime / 1000),
      secondsLeft: ((1 - share) * state.options.runTime) / 1000,
      kinds: Object.fromEntries(
        Object.entries(kinds).map(([kind, count]) => [
          kind,
          { done: Math.floor(count * share), total: count, failed: 0 },
        ]),
      ),
    };
    if (share === 1) {
      clearInterval(timer);
      run.finished = new Date().toISOString();
      run.duration = Date.now() - started;
      run.cancellable = false;
      run.progress = undefined;
      run.status = 'complete';
      done();
    }
  }, 100);
  timer.unref();
}

export function startBackup(state: FakeState): Run {
  if (state.settings.values.target.url === '') {
    throw new FakeError(400, 'DK_SETTINGS', 'No target is set.', 'Choose a bucket in the settings first.');
  }
  const run = begin(state, 'backup', 'manual');
  play(state, run, contentOf(state.live), () => {
    const changes = diffCounts(diffEntries(state.latest, state.live));
    state.earlier = state.latest;
    state.latest = new Map(state.live);
    const id = newId(state, new Date());
    state.snapshots.unshift({
      id,
      time: new Date().toISOString(),
      status: 'complete',
      trigger: 'manual',
      by: 'admin',
      resources: state.latest.size,
      bytes: 182_000,
      changes,
      signed: true,
      duration: run.duration,
      problems: 0,
      run: run.id,
    });
    Object.assign(run, backupRun({ ...state.snapshots[0], run: run.id } as never), { started: run.started });
  });
  return run;
}

export function startOther(state: FakeState, kind: Run['kind']): Run {
  const run = begin(state, kind, 'manual');
  play(state, run, contentOf(state.latest), () => {
    run.counts = kind === 'verify' ? { snapshots: state.snapshots.length, objects: 412, problems: 0 } : {};
  });
  return run;
}

export function cancel(run: Run): Run {
  if (run.status !== 'running') {
    throw new FakeError(409, 'DK_BUSY', 'The run has ended already.', 'Nothing to cancel.');
  }
  run.status = 'cancelled';
  run.finished = new Date().toISOString();
  run.cancellable = false;
  run.progress = undefined;
  return run;
}

function selected(request: RestoreRequest, made: FakeResource, world: Map<string, FakeResource>): boolean {
  const { selection } = request;
  const { entry } = made;
  switch (selection.type) {
    case 'everything':
      return true;
    case 'kinds':
      return selection.kinds.includes(entry.kind);
    case 'folder':
      return entry.uid === selection.uid || isUnder(world, entry.folderUid, selection.uid);
    case 'resources':
      return selection.resources.some((wanted) => wanted.kind === entry.kind && wanted.uid === entry.uid);
    case 'lost':
      return entry.kind === 'dashboard';
  }
}

export function plan(state: FakeState, request: RestoreRequest) {
  const world = worldOf(state, request.snapshot);
  const options = request.options ?? {};
  const items: PlanItem[] = sorted(world)
    .filter((made) => selected(request, made, world))
    .map(({ entry }): PlanItem => {
      const live = (options.to === undefined ? state.live : state.elsewhere).get(keyOf(entry.kind, entry.uid));
      const { org, kind, uid, title, folder } = entry;
      const losses = kind === 'data-source' ? [reason('enter-again', { field: 'basicAuthPassword' })] : [];
      const security = options.overwrite && live !== undefined ? movedAddress(kind, title, options) : [];
      const item = { org, kind, uid, title, folder, ...lossesOf(losses), security };
      if (options.copy !== undefined) {
        return { ...item, action: 'create', ...because(reason('copy')), targetUid: `${uid}-copy` };
      }
      if (live === undefined) {
        return { ...item, action: 'create', ...because(reason('missing')) };
      }
      if (live.entry.object === entry.object) {
        return { ...item, ...lossesOf([]), security: [], action: 'unchanged', ...because(reason('same')) };
      }
      return options.overwrite
        ? { ...item, action: 'update', ...because(reason('differs')) }
        : {
            ...{ ...item, ...lossesOf([]), action: 'skip' },
            ...because(reason(options.to?.promote === true ? 'changed-there' : 'kept')),
          };
    });
  const made = keep(state, items, {
    snapshot: request.snapshot === 'latest' ? (state.snapshots[0]?.id ?? '') : request.snapshot,
    selection: request.selection,
    options,
  });
  return options.to === undefined ? made : Object.assign(made, foundThere(request, options.to));
}

/** Each data source that is overwritten is one whose address changed. */
function movedAddress(kind: string, title: string, { keepSecrets }: RestoreOptions): PlanItem['security'] {
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const params = {
    field: 'url',
    before: `http://${name}.monitoring:9090`,
    after: `http://${name}-old.monitoring:9090`,
    secrets: 'basicAuthPassword',
    keeps: keepSecrets === true ? 'yes' : 'no',
  };
  return kind === 'data-source' ? [{ code: 'address', params }] : [];
}

/** The way back of a restore: what it created goes again. */
export function planUndo(state: FakeState, run: Run) {
  const done = [...state.restores.values()].find((restore) => restore.plan.run === run.id);
  const items = (done?.items ?? [])
    .filter(({ action }) => action === 'create')
    .map((item): PlanItem => ({
      ...item,
      ...lossesOf([]),
      security: [],
      action: 'delete',
      ...because(reason('created')),
    }));
  const snapshot = run.snapshot ?? '';
  const options = done?.plan.options.to === undefined ? {} : { to: done.plan.options.to };
  return keep(state, items, { snapshot, selection: { type: 'everything' }, options, undoes: run.id });
}

function notFullOf({ snapshots }: FakeState, id: string): RestorePlan['notFull'] {
  const at = snapshots.findIndex((one) => one.id === id);
  const full = snapshots.slice(at + 1).find(({ status, shrunk }) => status === 'complete' && shrunk === undefined);
  const [one] = snapshots.slice(at);
  const isFull = at < 0 || (one?.status === 'complete' && one.shrunk === undefined);
  return isFull ? undefined : full === undefined ? {} : { lastFull: full.id };
}

function keep(
  state: FakeState,
  items: PlanItem[],
  about: Pick<RestorePlan, 'snapshot' | 'selection' | 'options' | 'undoes'>,
): RestorePlan {
  const counts = { create: 0, update: 0, unchanged: 0, skip: 0, blocked: 0, delete: 0 };
  items.forEach((item) => counts[item.action]++);
  const id = `restore-${newId(state, new Date())}`;
  const source = { uid: 'prometheus-main', name: 'Prometheus', type: 'prometheus' };
  const [updated] = items.filter(({ action }) => action === 'update');
  const overwriting = counts.update > 1 ? `${counts.update} resources` : updated?.title;
  const security = items.reduce((sum, item) => sum + item.security.length, 0);
  const opening = security === 1 ? '1 security change' : `${security} security changes`;
  const notFull = about.selection.type === 'everything' ? notFullOf(state, about.snapshot) : undefined;
  const other = notFull === undefined || items.length === 0 ? overwriting : about.snapshot;
  const confirm = counts.delete > 0 ? 'Main Org.' : security > 0 ? opening : other;
  const plan: RestorePlan = {
    ...about,
    id,
    state: 'planned',
    created: new Date().toISOString(),
    expires: new Date(Date.now() + 900_000).toISOString(),
    counts,
    security,
    losing: items.filter((item) => item.losses.length > 0).length,
    dependencies: [],
    dataSources: [{ from: source, to: source, by: 'uid' }],
    liveDataSources: [source, { uid: 'prometheus-eu', name: 'Prometheus EU', type: 'prometheus' }],
    ...(confirm === undefined ? {} : { confirm }),
    ...(notFull === undefined ? {} : { notFull }),
    warnings: [],
  };
  state.restores.set(id, { items, results: [], plan });
  return plan;
}

export function apply(state: FakeState, id: string, confirm: string | undefined): Run {
  const restore = state.restores.get(id);
  if (restore === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', 'There is no such plan.', 'Create a new plan.');
  }
  if (restore.plan.confirm !== undefined && restore.plan.confirm !== confirm) {
    throw new FakeError(400, 'DK_CONFIRMATION', `Type “${restore.plan.confirm}”.`, 'Type the requested text exactly.');
  }
  const run = begin(state, 'restore', restore.plan.undoes === undefined ? 'manual' : 'undo');
  run.restore = id;
  const { snapshot, selection, options, undoes } = restore.plan;
  run.connection = options.to?.connection;
  run.undoes = undoes;
  run.request = run.connection === undefined || undoes !== undefined ? undefined : { snapshot, selection, options };
  run.snapshot = state.snapshots[1]?.id;
  restore.plan.state = 'applying';
  restore.plan.run = run.id;
  restore.plan.safetySnapshot = run.snapshot;
  const writes = restore.items.filter(
    ({ action }) => action === 'create' || action === 'update' || action === 'delete',
  );
  const kinds: Partial<Record<KindName, number>> = {};
  writes.forEach((item) => (kinds[item.kind] = (kinds[item.kind] ?? 0) + 1));
  play(state, run, kinds, () => {
    const world = worldOf(state, restore.plan.snapshot);
    for (const item of writes) {
      const made = world.get(keyOf(item.kind, item.uid));
      const there = run.connection === undefined ? state.live : state.elsewhere;
      if (item.action === 'delete') {
        there.delete(keyOf(item.kind, item.uid));
      } else if (made !== undefined) {
        there.set(keyOf(item.kind, item.uid), made);
      }
    }
    restore.results = writes.map(({ org, kind, uid, title, action, losses, lost }) => ({
      ...{ org, kind, uid, title },
      ...(action === 'delete'
        ? { outcome: 'deleted' as const }
        : { outcome: 'verified' as const, found: { org, uid }, ...(losses.length > 0 ? { losses, lost } : {}) }),
      ...because(reason('as-planned')),
    }));
    const deleted = restore.plan.counts.delete;
    restore.plan.state = 'applied';
    restore.plan.outcomes = { verified: writes.length - deleted, ...(deleted > 0 ? { deleted } : {}) };
    run.counts = { verified: writes.length - deleted, ...(deleted > 0 ? { deleted } : {}) };
    run.undoable = true;
  });
  return run;
}
