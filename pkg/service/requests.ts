import { compact } from '../contract/compact.ts';
import type { ItemChanges, RestorePlan, RestoreRequest } from '../contract/api/restores.ts';
import type { RunRequest } from '../contract/api/runs.ts';
import { DashkeepError } from '../contract/errors.ts';
import type { ResourceRef } from '../contract/kinds.ts';
import type { Clock } from '../contract/ports.ts';
import type { RunRecord } from '../contract/runs.ts';
import type { Connections } from './connections/connections.ts';
import type { SecondCopy } from './copy/second-copy.ts';
import type { Leadership } from './schedule/leadership.ts';
import type { Caller } from './organizations/caller.ts';
import { manifestFor } from './organizations/manifest-view.ts';
import type { History } from './repository/history.ts';
import type { RepositoryCache } from './repository/repository-cache.ts';
import type { Snapshots } from './repository/snapshots.ts';
import type { Restores } from './restores/restores.ts';
import { jobOf } from './runs/jobs.ts';
import type { Journal } from './runs/journal.ts';
import { busyWith, type RunJob, type RunQueue } from './runs/queue.ts';
import type { SettingsStore } from './settings/store.ts';
import type { LeaderTerms } from './schedule/leader-term.ts';
import { isWritten } from '../engine/restore/apply/attempt.ts';
import type { Restored } from '../engine/restore/types.ts';
import { withTimeLimit } from '../lib/time-limit.ts';
import { lostResources } from '../operations/lost.ts';
import { withPlace, type Place, type PlanAsker } from './restores/place.ts';
import { planFor, planUndoFor, type PlannedRestore, type PlanQuestion } from './restores/plans.ts';
import type { ConcurrencyGuard } from './http/concurrency-guard.ts';
import { LiveRead } from './live-reads.ts';

export interface RequestsParts {
  settings: SettingsStore;
  leadership: Leadership;
  terms: LeaderTerms;
  journal: Journal;
  history: History;
  repositoryCache: RepositoryCache;
  snapshots: Snapshots;
  queue: RunQueue;
  restores: Restores;
  secondCopy: SecondCopy;
  connections: Connections;
  clock: Clock;
  /** Gives plans that are computed in the background their turn. */
  guard: ConcurrencyGuard;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/** Who asks: the organization of the token, and the name that Grafana gives. */
export interface Asker {
  org: number;
  by?: string;
}

/** Not known is not zero. */
function askedFrom(org: number): { org?: number } {
  return org > 0 ? { org } : {};
}

/** A run, and the connection that it wrote to. */
interface Sent {
  id: string;
  connection?: string | undefined;
}

/** The way back of a restore as a request: all that it touched, as the snapshot of the state before has it. */
function undoOf(snapshot: string, connection: string | undefined): RestoreRequest {
  const to = connection === undefined ? {} : { to: { connection } };
  return { snapshot, selection: { type: 'everything' }, options: { overwrite: true, includeManaged: true, ...to } };
}

type MakePlan = (place: Place) => Promise<PlannedRestore>;

/** How long a restore waits for the list of runs. */
const AHEAD_WITHIN_MS = 5_000;

/** How long the same idempotency key means the same run. */
const KEY_LIVES_MS = 24 * 3_600_000;

/** What people ask of the service: runs, and restores in their two steps. */
export class Requests {
  readonly #parts: RequestsParts;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /**
   * Starts a run. The same key within a day means the same run, whichever process began it.
   * @returns the id of the run
   * @throws DK_BUSY, DK_UNCONFIGURED
   */
  async start(request: RunRequest, { org, by, idempotencyKey }: Asker & { idempotencyKey?: string }): Promise<string> {
    const { settings, repositoryCache, secondCopy } = this.#parts;
    const { values } = await settings.effective();
    if (values.target.url === '') {
      throw new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    }
    const known = idempotencyKey === undefined ? undefined : await this.#askedWith(idempotencyKey);
    if (known !== undefined) {
      return known;
    }
    const asker = {
      ...askedFrom(org),
      ...compact({ by, idempotencyKey }),
    };
    const job =
      request.kind === 'copy' ? secondCopy.job('manual', request.readData) : jobOf(request, 'manual', repositoryCache);
    return (await this.#run({ ...job, ...asker })).id;
  }

  /** Computes a restore by reads only. */
  async plan(request: RestoreRequest, caller: Caller): Promise<RestorePlan> {
    const { restores } = this.#parts;
    const { question, revision } = await this.#questionOf(request, caller);
    const planned = await this.#now(question.options.to?.connection, caller, (place) => planFor(place, question));
    return restores.add({ ...request, selection: question.selection }, planned, revision, caller);
  }

  /** Begins to compute it, or joins one that is computed for the same request. */
  async startPlan(request: RestoreRequest, caller: Caller): Promise<RestorePlan> {
    const { restores } = this.#parts;
    const { question, revision } = await this.#questionOf(request, caller);
    const { snapshot, selection, options } = question;
    return restores.start({ ...request, snapshot, selection }, revision, caller, () =>
      this.#inBackground(options.to?.connection, caller, (place) => planFor(place, question)),
    );
  }

  async #questionOf(
    { snapshot, selection, options = {} }: RestoreRequest,
    caller: Caller,
  ): Promise<{ question: PlanQuestion; revision: string }> {
    const { settings, snapshots, signal } = this.#parts;
    if (options.copy?.org !== undefined && options.copy.org !== caller.org) {
      throw new DashkeepError('DK_OTHER_ORGANIZATION', 'the service restores only into the organization of the caller');
    }
    if (options.to !== undefined) {
      this.#parts.connections.find(options.to.connection, caller);
      if (options.copy !== undefined) {
        throw new DashkeepError('DK_USAGE', 'a copy stays in this Grafana: omit copy or to');
      }
    }
    const { revision } = await settings.effective();
    const manifest = await snapshots.manifest(snapshot, caller, signal);
    const { id } = manifest;
    if (selection.type !== 'lost') {
      return { question: { snapshot: id, selection, options }, revision };
    }
    const resources = await this.#parts.repositoryCache.use(signal, async (target) =>
      lostResources(
        { ...(await target.session(signal, { caller })), signal },
        manifest,
        selection.in,
        { overwrite: options.overwrite, promote: options.to?.promote },
        (later) => manifestFor(later, caller),
      ),
    );
    return { question: { snapshot: id, selection: { type: 'resources', resources }, options }, revision };
  }

  /** Computes the way back of a restore by reads only. @throws DK_NOT_FOUND, DK_USAGE */
  async planUndo({ id, connection }: Sent, caller: Caller): Promise<RestorePlan> {
    const { settings, restores } = this.#parts;
    const { revision } = await settings.effective();
    const planned = await this.#now(connection, caller, (place) => planUndoFor(place, id));
    return restores.add(undoOf(planned.snapshot, connection), planned, revision, caller);
  }

  /** Begins to compute it, or joins one that is computed for the same run. */
  async startUndo({ snapshot, id, connection }: Sent & { snapshot: string }, caller: Caller): Promise<RestorePlan> {
    const { settings, restores } = this.#parts;
    const { revision } = await settings.effective();
    const read = (): LiveRead<PlannedRestore> =>
      this.#inBackground(connection, caller, (place) => planUndoFor(place, id));
    return restores.start(undoOf(snapshot, connection), revision, caller, read, id);
  }

  #now(connection: string | undefined, caller: Caller, plan: MakePlan): Promise<PlannedRestore> {
    return this.#at(connection, { caller, signal: this.#parts.signal }, plan);
  }

  #inBackground(connection: string | undefined, caller: Caller, plan: MakePlan): LiveRead<PlannedRestore> {
    return new LiveRead(this.#parts, caller, (signal, { onProgress }) =>
      this.#at(connection, { caller, signal, onProgress }, plan),
    );
  }

  /** Into the Grafana that the service backs up, or into that of a connection. */
  #at(connection: string | undefined, asker: PlanAsker, plan: MakePlan): Promise<PlannedRestore> {
    const { repositoryCache, connections } = this.#parts;
    return repositoryCache.use(asker.signal, (target) => withPlace(connections, target, connection, asker, plan));
  }

  /**
   * What a plan would change in a resource that it overwrites, or that is a conflict, by reading it again.
   * @throws DK_NOT_FOUND for any other
   */
  async changes(id: string, ref: ResourceRef, caller: Caller): Promise<ItemChanges> {
    const { repositoryCache, restores, signal } = this.#parts;
    const planned = restores.planned(id, caller);
    const found = await repositoryCache.use(signal, async () => planned?.changes(ref, signal));
    if (found === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `the plan does not overwrite that ${ref.kind}`);
    }
    return found;
  }

  /** Applies a plan as a run. @throws DK_PLAN_EXPIRED, DK_CONFIRMATION, DK_BUSY */
  async apply(id: string, confirm: string | undefined, asker: Asker & Caller): Promise<RunRecord> {
    const { settings, repositoryCache, restores, history, clock, signal } = this.#parts;
    const { by, org } = asker;
    // By its ID, what finishes or undoes a restore is later.
    const after = await withTimeLimit(clock, AHEAD_WITHIN_MS, signal, (over) =>
      Promise.race([history.newestAhead(signal), over]),
    );
    const planned = restores.begin(id, asker, confirm, (await settings.effective()).revision);
    const request = restores.requestOf(id, asker);
    const record = await this.#run({
      kind: 'restore',
      trigger: planned.undoes === undefined ? 'manual' : 'undo',
      snapshotTrigger: 'manual',
      ...askedFrom(org),
      ...compact({ by, after, undoes: planned.undoes, connection: request.options?.to?.connection }),
      restore: id,
      request,
      planned: planned.items.filter((one) => isWritten(one) || one.action === 'delete').length,
      work: async (run) => {
        let applied: Restored | undefined;
        try {
          // The repository stays open for as long as it takes, even when the settings change meanwhile.
          const outcome = await repositoryCache.use(run.signal, () => planned.apply(run, planned.confirm));
          applied = outcome.value;
          return outcome;
        } finally {
          restores.ended(id, applied);
        }
      },
      dropped: () => restores.ended(id, undefined),
    });
    restores.started(id, record.id);
    return record;
  }

  /** @throws DK_BUSY while anything runs */
  async assertIdle({ org }: Caller): Promise<void> {
    const { leadership, queue } = this.#parts;
    await leadership.take();
    const busy = queue.running ?? queue.queued;
    if (busy !== undefined) {
      throw busyWith(busy.record, org);
    }
  }

  /** Runs a job here, after taking the lead where that takes asking. */
  async #run(job: RunJob): Promise<RunRecord> {
    const { leadership, terms, queue } = this.#parts;
    const term = await leadership.take();
    await terms.notice();
    // Of two concurrent requests: the second one did not see the first when it looked.
    const twin = job.idempotencyKey === undefined ? undefined : queue.askedWith(job.idempotencyKey);
    return twin ?? queue.submit(job, term);
  }

  async #askedWith(idempotencyKey: string): Promise<string | undefined> {
    const { leadership, journal, history, queue, clock, signal } = this.#parts;
    if (!leadership.leading) {
      await journal.load();
    }
    const since = new Date(clock.now().getTime() - KEY_LIVES_MS).toISOString();
    return queue.askedWith(idempotencyKey)?.id ?? history.askedWith(idempotencyKey, since, signal);
  }
}
