import type { z } from 'zod';
import { compact } from '../../contract/compact.ts';
import type {
  PlanItemPage,
  PlanItemsQuery,
  RestoreOptions,
  RestorePlan,
  RestoreRequest,
  ResultPage,
  ResultsQuery,
} from '../../contract/api/restores.ts';
import { followersInPlan, followersInResults } from '../../contract/counts/followers.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import type { Clock, Randomness } from '../../contract/ports.ts';
import type { Restored } from '../../engine/restore/types.ts';
import { countSecurity, securityFirst } from '../../engine/restore/plan/security.ts';
import { newTimedId } from '../../repository/layout.ts';
import type { LiveRead } from '../live-reads.ts';
import { isSince, type Caller } from '../organizations/caller.ts';
import { pageOfList } from '../pagination.ts';
import { matchesSearch } from '../text-filter.ts';
import { confirmationOf, normal } from './confirmation.ts';
import { incompleteResults } from './incomplete.ts';
import { asReadOf, countActions, countOutcomes } from './plan-counts.ts';
import type { PlannedRestore } from './plans.ts';

interface Kept {
  id: string;
  /** The organization whose plan it is. */
  org: number;
  request: RestoreRequest;
  options: RestoreOptions;
  /** The run that it takes back. */
  undoes?: string | undefined;
  /** Absent while it is computed. */
  planned?: PlannedRestore;
  reading?: LiveRead<PlannedRestore>;
  /** Computes it again. */
  read?: () => LiveRead<PlannedRestore>;
  /** When somebody asked for it last, on the monotonic clock. */
  asked: number;
  /** Of the settings that it was made with. */
  revision: string;
  created: Date;
  state: 'planning' | 'planned' | 'applying' | 'applied' | 'failed';
  run?: string;
  applied?: Restored;
}

const NOTHING_YET = { items: [], dependencies: [], dataSources: [], liveDataSources: [], warnings: [], warned: [] };

const EXPIRES_MS = 60 * 60_000;
/** Pages ask every second, through Grafana. */
const AWAY_MS = 5_000;
/** A plan of 20 000 items takes some megabytes. */
const KEPT = 20;

/** The plans that were made here, until they expire, and what became of those that were applied. */
export class Restores {
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock, randomness: Randomness) {
    this.#clock = clock;
    this.#randomness = randomness;
  }

  add(request: RestoreRequest, planned: PlannedRestore, revision: string, caller: Caller): RestorePlan {
    const { id } = this.#keep(request, revision, caller, { planned, state: 'planned' });
    return this.view(id, caller);
  }

  /** Keeps a plan that is being computed; one for each request of an organization. */
  start(
    request: RestoreRequest,
    revision: string,
    caller: Caller,
    read: () => LiveRead<PlannedRestore>,
    undoes?: string,
  ): RestorePlan {
    const wanted = JSON.stringify([request, revision, undoes]);
    const twin = [...this.#kept.values()].find(
      (one) =>
        one.org === caller.org &&
        isSince(caller, one.created.toISOString()) &&
        one.reading?.isEnded === false &&
        !one.reading.isAbandoned &&
        JSON.stringify([one.request, one.revision, one.undoes]) === wanted,
    );
    const { id } = twin ?? this.#read(this.#keep(request, revision, caller, { read, undoes, state: 'planning' }));
    return this.view(id, caller);
  }

  #read(kept: Kept): Kept {
    const reading = kept.read?.();
    reading?.done.then(
      (planned) => Object.assign(kept, { planned, state: 'planned', created: this.#clock.now() }),
      () => undefined,
    );
    return Object.assign(kept, { reading });
  }

  #keep(
    request: RestoreRequest,
    revision: string,
    caller: Caller,
    part: Pick<Kept, 'planned' | 'read' | 'undoes' | 'state'>,
  ): Kept {
    const created = this.#clock.now();
    const id = newTimedId(created, this.#randomness);
    const facts = { id, org: caller.org, request, options: request.options ?? {}, revision, created };
    const kept: Kept = { ...facts, asked: this.#clock.monotonic(), ...part };
    this.#kept.set(id, kept);
    this.#dropOld();
    return kept;
  }

  /** @throws DK_NOT_FOUND, also for a plan of another organization; what computing it has thrown */
  view(id: string, caller: Caller): RestorePlan {
    const kept = this.#own(id, caller);
    this.#ask(kept);
    const { applied, reading } = kept;
    if (reading?.error !== undefined) {
      throw reading.error;
    }
    const planned: Omit<PlannedRestore, 'apply' | 'changes'> = kept.planned ?? {
      ...NOTHING_YET,
      snapshot: kept.request.snapshot,
    };
    const confirm = confirmationOf(planned);
    return compact({
      id,
      state: this.#expired(kept) ? 'expired' : kept.state,
      snapshot: planned.snapshot,
      selection: kept.request.selection,
      options: kept.options,
      created: kept.created.toISOString(),
      expires: new Date(kept.created.getTime() + EXPIRES_MS).toISOString(),
      ...countActions(planned.items),
      security: countSecurity(planned.items),
      losing: planned.items.filter(({ losses }) => losses.length > 0).length,
      dependencies: planned.dependencies,
      asRead: asReadOf(planned.items),
      dataSources: planned.dataSources,
      liveDataSources: planned.liveDataSources,
      counterparts: planned.counterparts,
      users: planned.users,
      confirm,
      notFull: planned.notFull,
      coverage: planned.coverage,
      progress: kept.planned === undefined ? reading?.progress : undefined,
      warnings: planned.warnings,
      warned: planned.warned,
      undoes: planned.undoes ?? kept.undoes,
      run: kept.run,
      safetySnapshot: applied?.safetySnapshot,
      ...(applied && countOutcomes(applied.results, planned.items)),
    });
  }

  /** What failed while nobody could ask, such as during a restart of Grafana, is computed again. */
  #ask(kept: Kept): void {
    const now = this.#clock.monotonic();
    const isMissed = kept.reading?.error !== undefined && now - kept.asked > AWAY_MS;
    if (isMissed || kept.reading?.isAbandoned === true) {
      this.#read(kept);
    }
    kept.asked = now;
    kept.reading?.ask();
  }

  items(id: string, caller: Caller, query: z.output<typeof PlanItemsQuery>): PlanItemPage {
    const found = securityFirst(this.#own(id, caller).planned?.items ?? []).filter(
      ({ action, kind, title, uid, folder, security }) =>
        (query.action === undefined || query.action.includes(action)) &&
        (query.kind === undefined || query.kind.includes(kind)) &&
        (query.security === undefined || (query.security === 'true') === security.length > 0) &&
        matchesSearch(query.search, title, uid, folder),
    );
    return { ...pageOfList(found, keyOf, query), permissions: followersInPlan(found).size };
  }

  results(id: string, caller: Caller, query: z.output<typeof ResultsQuery>): ResultPage {
    const { applied, planned } = this.#own(id, caller);
    const results: ApplyResult[] = applied?.results ?? [];
    const found = results.filter(
      ({ outcome, title, uid }) =>
        (query.outcome === undefined || query.outcome.includes(outcome)) && matchesSearch(query.search, title, uid),
    );
    // Failures first, then what a person has to complete: people look for them.
    const rank = ({ outcome, losses }: ApplyResult): number =>
      outcome === 'failed' ? 0 : outcome === 'differs' ? 1 : losses === undefined ? 3 : 2;
    const sorted = found.sort((a, b) => rank(a) - rank(b));
    return { ...pageOfList(sorted, keyOf, query), permissions: followersInResults(found, planned?.items ?? []).size };
  }

  /**
   * What is to be applied, when it may be.
   * @throws DK_NOT_FOUND, DK_PLAN_EXPIRED, DK_PLAN_STALE, DK_BUSY when it was applied already, DK_CONFIRMATION
   */
  begin(id: string, caller: Caller, confirm: string | undefined, revision: string): PlannedRestore {
    const kept = this.#own(id, caller);
    const { planned } = kept;
    if (planned === undefined) {
      throw new DashkeepError('DK_BUSY', 'the plan is still being computed');
    }
    if (kept.revision !== revision) {
      throw new DashkeepError('DK_PLAN_STALE', 'the settings have changed since the plan was created', {
        advice: reason('make-new-plan'),
      });
    }
    if (this.#expired(kept)) {
      throw new DashkeepError('DK_PLAN_EXPIRED', 'the plan has expired');
    }
    if (kept.state !== 'planned') {
      throw new DashkeepError('DK_BUSY', `the plan is already ${kept.state}`);
    }
    const wanted = confirmationOf(planned);
    const typed = normal(confirm ?? '');
    // Where the plan itself asks for nothing, the id of the snapshot is taken as well: it was what had to be typed
    // once.
    const accepted = [wanted ?? '', ...(planned.confirm === undefined ? [planned.snapshot] : [])].map(normal);
    if (wanted !== undefined && !accepted.includes(typed)) {
      throw new DashkeepError(
        'DK_CONFIRMATION',
        `this overwrites or deletes resources, widens access, or uses an incomplete snapshot: type '${wanted}' to confirm`,
      );
    }
    return planned;
  }

  /** A plan of the caller; undefined while it is computed. @throws DK_NOT_FOUND */
  planned(id: string, caller: Caller): PlannedRestore | undefined {
    return this.#own(id, caller).planned;
  }

  /** What a plan was asked for, with the very snapshot that it is of. */
  requestOf(id: string, caller: Caller): RestoreRequest {
    const { request, planned } = this.#own(id, caller);
    return planned === undefined ? request : { ...request, snapshot: planned.snapshot };
  }

  started(id: string, run: string): void {
    Object.assign(this.#find(id), { state: 'applying', run });
  }

  ended(id: string, restored: Restored | undefined): void {
    const kept = this.#find(id);
    const results = [...(restored?.results ?? []), ...incompleteResults(kept.planned?.items ?? [])];
    const applied = restored && { ...restored, results };
    Object.assign(kept, { state: applied === undefined ? 'failed' : 'applied', applied });
  }

  #expired(kept: Kept): boolean {
    return kept.state === 'planned' && this.#clock.now().getTime() - kept.created.getTime() > EXPIRES_MS;
  }

  /** Anyone who plans most loses the oldest first: nobody drives out the plans of others. */
  #dropOld(): void {
    while (this.#kept.size > KEPT) {
      const counts = new Map<number, number>();
      const idle = [...this.#kept.values()].filter(({ state }) => state !== 'applying');
      idle.forEach(({ org }) => counts.set(org, (counts.get(org) ?? 0) + 1));
      const most = Math.max(...counts.values());
      const oldest = idle.find(({ org }) => counts.get(org) === most);
      if (oldest === undefined) {
        return;
      }
      this.#kept.delete(oldest.id);
    }
  }

  #find(id: string): Kept {
    return this.#own(id, undefined);
  }

  #own(id: string, caller: Caller | undefined): Kept {
    const kept = this.#kept.get(id);
    if (
      kept === undefined ||
      (caller !== undefined && !(kept.org === caller.org && isSince(caller, kept.created.toISOString())))
    ) {
      throw unknown(id);
    }
    return kept;
  }
}

function unknown(id: string): DashkeepError {
  return new DashkeepError('DK_NOT_FOUND', `there is no restore ${id.slice(0, 60)} here`, {
    advice: reason('plan-again'),
  });
}

const keyOf = ({ org, kind, uid }: ResourceRef): string => `${org}/${kind}/${uid}`;
