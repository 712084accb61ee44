import { compact } from '../../contract/compact.ts';
import { failureText, type DashkeepError } from '../../contract/errors.ts';
import type { RunSummary } from '../../contract/api/runs.ts';
import type { Status } from '../../contract/api/status.ts';
import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import { isMassChange } from '../../contract/losses/mass-change.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { Clock } from '../../contract/ports.ts';
import { isOfAll, runLine, type RunLine, type RunRecord } from '../../contract/runs.ts';
import type { ApiTokens } from '../api-tokens/api-tokens.ts';
import { NoAdmin } from '../bootstrap/problems.ts';
import type { GivenTokens } from '../bootstrap/tokens/given.ts';
import type { TokenKeeper } from '../bootstrap/tokens/keeper.ts';
import type { TokenStatus } from '../bootstrap/tokens/state.ts';
import type { ServiceConfig } from '../config.ts';
import type { SecondCopy } from '../copy/second-copy.ts';
import type { Leadership } from '../schedule/leadership.ts';
import { askedFor } from './asked-for.ts';
import { coverageNow } from './coverage-now.ts';
import type { Readings } from './metrics.ts';
import type { StatusCache } from './status-cache.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { Caller } from '../organizations/caller.ts';
import type { AskedFor } from '../doctor/rights.ts';
import { mayKnow } from '../organizations/run-view.ts';
import { rowOf, summaryFor, upgradeFor, type AskedFrom } from '../organizations/snapshot-view.ts';
import type { History } from '../repository/history.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { RunQueue } from '../runs/queue.ts';
import type { Journal } from '../runs/journal.ts';
import type { Runs } from '../runs/runs.ts';
import type { SettingsStore } from '../settings/store.ts';
import { protectionOf, schedulesOf, stateProblems, tokenFor, tokenView } from './status.ts';
import { allWarnings, problemFor, warningsFor, type WarningSources } from './warnings.ts';
import { lastSuccess, newestOf } from '../schedule/due.ts';

export interface StatusViewParts {
  config: ServiceConfig;
  settings: SettingsStore;
  apiTokens: ApiTokens;
  repositoryCache: RepositoryCache;
  secondCopy: SecondCopy;
  history: History;
  journal: Journal;
  queue: RunQueue;
  runs: Runs;
  /** The newest certain run of each operation, also where the journal has forgotten it. */
  newestRuns: () => Partial<Record<RunRecord['kind'], RunLine>>;
  askedFrom: AskedFrom;
  leadership: Leadership;
  notifier: Notifier;
  statusCache: StatusCache;
  keeper: TokenKeeper | undefined;
  given: GivenTokens | undefined;
  clock: Clock;
  started: Date;
}

/** What the service says about itself: to the pages, to probes, to Prometheus. All of it from memory. */
export class StatusView {
  readonly #parts: StatusViewParts;

  constructor(parts: StatusViewParts) {
    this.#parts = parts;
  }

  get token(): TokenStatus {
    return (this.#parts.keeper ?? this.#parts.given)?.status ?? { state: 'unknown', orgs: [] };
  }

  /** Whether runs can get into Grafana. */
  get tokenUsable(): boolean {
    const { state } = this.token;
    return ['valid', 'expiring'].includes(state) || (this.#parts.keeper === undefined && state !== 'invalid');
  }

  /** Whether runs may begin: with a token that Grafana refuses they fail, so that this is recorded and reported. */
  get mayRun(): boolean {
    return this.tokenUsable || !['waiting', 'unknown'].includes(this.token.state);
  }

  /** Why Grafana lets no run in; undefined where it does, where it is away, and while a token may still be created. */
  get refusal(): DashkeepError | undefined {
    const { problem } = this.token;
    const mayBeCreated = problem instanceof NoAdmin && !problem.refused && this.#parts.keeper?.admin !== undefined;
    return this.mayRun && !this.tokenUsable && !mayBeCreated ? problem : undefined;
  }

  /** Organizations that exist and that backups leave out, as far as that is known. */
  get notCovered(): { id: number; name: string }[] {
    const { keeper, config, settings } = this.#parts;
    if (keeper === undefined || keeper.home === undefined || settings.view().values.scope.orgs === 'all') {
      return [];
    }
    const covered = new Set(config.orgIds ?? [keeper.home]);
    return [...keeper.existing].flatMap(([id, name]) => (covered.has(id) ? [] : [{ id, name }]));
  }

  /** Those of them that no one left out by naming the others. */
  get overlooked(): { id: number; name: string }[] {
    return this.#parts.config.orgIds === undefined ? this.notCovered : [];
  }

  /** Whether backups leave out what no one chose to leave out; undefined while there is none, or that is unknown. */
  get #uncovered(): boolean | undefined {
    const { keeper, config, settings, statusCache } = this.#parts;
    const areAll = settings.view().values.scope.orgs === 'all';
    // Those that were made meanwhile have no token, and no one knows of them.
    const mayLack = keeper?.isExistingStale === true && areAll;
    const isKnown = areAll || config.orgIds !== undefined || keeper?.isExistingKnown !== false;
    const isSeen = mayLack || statusCache.repository?.coverage?.whole === false || this.overlooked.length > 0;
    return isSeen || (isKnown && statusCache.repository?.newest !== undefined ? false : undefined);
  }

  /** What backups are asked for, with the organizations as far as they are known. */
  askedFor(instance: Pick<Instance, 'orgs' | 'scope'>): AskedFor {
    return askedFor(this.#parts, this.notCovered, instance);
  }

  /** What the caller may know, from memory: nothing is asked of anybody. */
  status(caller: Caller): Status {
    const { config, settings, statusCache, leadership, repositoryCache, started, clock } = this.#parts;
    const { values } = settings.view();
    statusCache.asked();
    const now = clock.now();
    const schedules = schedulesOf(values, now);
    const { newest, content, snapshots, ...covered } = this.#held(caller);
    const { lastBackup, lastVerify, ...runs } = this.#runs(caller);
    const target = compact({
      configured: values.target.url !== '',
      description: caller.home ? (repositoryCache.description ?? values.target.url) : '',
      reachable: repositoryCache.reachable,
      since: repositoryCache.since?.toISOString(),
      encrypted: repositoryCache.encrypted,
      newestEncrypted: statusCache.repository?.encrypted,
      problem: repositoryCache.problem === undefined ? undefined : problemFor(repositoryCache.problem, caller),
    });
    const { problem: grafanaProblem, ...grafana } = statusCache.grafana;
    const success = newestOf(
      lastBackup?.status === 'complete' ? lastBackup.finished : undefined,
      caller.home ? lastSuccess(this.#parts)?.toISOString() : undefined,
      newest?.status === 'complete' ? newest.time : undefined,
    );
    return {
      version: config.version,
      instance: config.instance,
      caller,
      ...(caller.home && this.#parts.config.fleet.targets.length > 0 ? { fleet: true as const } : {}),
      started: started.toISOString(),
      now: now.toISOString(),
      protection: protectionOf({
        configured: target.configured,
        untrusted: statusCache.findings.length > 0,
        tokenUsable: this.tokenUsable,
        tokenState: this.token.state,
        isRead: statusCache.repository !== undefined,
        newest,
        lastBackup,
        isLastLater: lastBackup && newest && this.#parts.history.isAfter(lastBackup, newest),
        // What belongs to the whole server concerns the home organization only.
        uncovered: caller.home && this.#uncovered,
        unreadable: statusCache.repository?.unopened !== undefined,
        target: repositoryCache,
        intervalSeconds: schedules[0]?.intervalSeconds,
        isClockOff: statusCache.repository?.clocks !== undefined,
        now,
      }),
      grafana: {
        url: config.grafana.url,
        ...grafana,
        ...compact({ problem: grafanaProblem === undefined ? undefined : failureText(grafanaProblem) }),
      },
      token: tokenFor(tokenView(this.token, this.#parts.keeper === undefined ? 'environment' : 'bootstrap'), caller),
      ...(this.notCovered.length === 0 || !caller.home ? {} : { notCovered: this.notCovered }),
      target,
      ...compact({ copy: caller.home ? this.#parts.secondCopy.status : undefined }),
      schedules,
      ...{ ...compact({ lastBackup, lastVerify }), ...runs },
      ...compact({ lastSuccess: success?.toISOString(), newest, shrunk: newest?.shrunk }),
      ...covered,
      content,
      ...compact({ snapshots }),
      leader: compact({ elected: leadership.elected, leading: leadership.leading, holder: leadership.holder }),
      warnings: caller.home
        ? allWarnings({ ...this.#warningSources, verified: lastVerify }, schedules)
        : warningsFor(this.#warningSources, caller),
    };
  }

  /** What the repository holds of the caller's organization, as last read. */
  #held(caller: Caller): Pick<Status, 'newest' | 'content' | 'snapshots' | 'coverage' | 'lastFull' | 'upgrade'> {
    const { repository } = this.#parts.statusCache;
    if (repository === undefined) {
      return { content: {} };
    }
    const held = repository.orgs.get(caller.org);
    const seen = held?.newest === undefined ? undefined : summaryFor(held.newest, caller, this.#parts.askedFrom);
    // The newest may be another organization's that had the ID.
    const own = seen === undefined && caller.identity !== undefined ? undefined : held;
    const server = Object.entries(repository.content).filter(([kind]) => SERVER_KINDS.has(kind as KindName));
    const isShown = seen !== undefined && seen.id === repository.newest?.id;
    return compact({
      coverage: caller.home
        ? coverageNow(
            repository.coverage,
            this.#parts.settings.view().values,
            [...repository.orgs].flatMap(([id, one]) => (one.newest?.id === repository.newest?.id ? [id] : [])),
            this.#parts.config,
          )
        : undefined,
      lastFull: isShown && (seen.status === 'partial' || seen.shrunk !== undefined) ? repository.lastFull : undefined,
      upgrade: isShown ? upgradeFor(repository.upgrade, caller) : undefined,
      newest: seen === undefined ? undefined : rowOf(seen),
      content: { ...(caller.home ? Object.fromEntries(server) : {}), ...own?.content },
      snapshots: caller.home ? repository.snapshots : (own?.snapshots ?? 0) + repository.uncounted,
    });
  }

  /** The last of each kind, what runs and what waits, as far as they are the caller's. */
  #runs(caller: Caller): Pick<Status, RunNames> {
    const { history, queue, leadership, runs, newestRuns } = this.#parts;
    const last = (kind: RunRecord['kind'], certain?: RunLine): RunSummary | undefined => {
      const run = history.last(
        (one) =>
          one.kind === kind &&
          one.connection === undefined &&
          one.finished !== undefined &&
          isOfAll(one) &&
          mayKnow(one, caller),
      );
      const isOlder = certain !== undefined && (run?.id ?? '') < certain.id;
      return runs.summary(isOlder ? certain : run && runLine(run), caller);
    };
    const here = (one: RunQueue['running']): RunSummary | undefined =>
      one === undefined ? undefined : runs.summary({ ...runLine(one.record), progress: one.progress }, caller);
    const restores = [last('restore'), runs.summary(history.restoredElsewhere, caller)];
    const found: Pick<Status, RunNames> = {
      lastBackup: last('backup'),
      lastVerify: last('verify', newestRuns().verify),
      lastDrill: last('drill', newestRuns().drill),
      lastCopy: last('copy'),
      lastRestore: restores.sort((a, b) => ((a?.started ?? '') < (b?.started ?? '') ? 1 : -1))[0],
      running: here(queue.running) ?? runs.summary(leadership.foreignRun(), caller),
      queued: here(queue.queued),
    };
    return Object.fromEntries(Object.entries(found).filter(([, run]) => run !== undefined));
  }

  /** Why the service can't do its work now; empty when it can. */
  notReady(): string[] {
    const reasons: string[] = [];
    if (!this.#parts.apiTokens.ready) {
      reasons.push("the service's own token cannot be read or stored");
    }
    if (!this.tokenUsable) {
      reasons.push(this.token.problem?.message ?? 'there is no working Grafana token yet');
    }
    if (this.#parts.settings.view().values.target.url === '') {
      reasons.push('no target is set');
    }
    return [...reasons, ...stateProblems(this.#parts)];
  }

  /** What a scrape of the metrics reads. */
  readings(): Readings {
    const schedules = schedulesOf(this.#parts.settings.view().values, this.#parts.clock.now());
    const ends = this.token.orgs.flatMap(({ expires }) => (expires === undefined ? [] : [expires]));
    const { repository: statusCache, findings } = this.#parts.statusCache;
    const shrunk = statusCache?.newest?.shrunk;
    return {
      version: this.#parts.config.version,
      lastSuccess: lastSuccess(this.#parts),
      scheduleInterval: schedules[0]?.intervalSeconds,
      tokenExpires: ends.sort((a, b) => a.getTime() - b.getTime())[0],
      tokenValid: this.tokenUsable,
      leading: this.#parts.leadership.leading,
      grafanaReachable: this.#parts.statusCache.grafana.reachable,
      targetReachable: this.#parts.repositoryCache.reachable,
      snapshots: statusCache?.snapshots,
      onHold: statusCache?.onHold,
      snapshotBytes: statusCache?.newest?.bytes,
      resources: statusCache?.content ?? {},
      coverage: statusCache?.coverage,
      shrunk: statusCache && shrunk !== undefined && !isMassChange(shrunk),
      massChange: statusCache && shrunk !== undefined && isMassChange(shrunk),
      uncovered: statusCache && this.#uncovered,
      findings: statusCache === undefined && findings.length === 0 ? undefined : findings.map(({ code }) => code),
      notificationFailures: this.#parts.notifier.failures,
      ...this.#parts.secondCopy.readings,
    };
  }

  get #warningSources(): WarningSources {
    return { token: this.token, parts: this.#parts, missing: this.overlooked };
  }
}

type RunNames = 'lastCopy' | 'lastBackup' | 'lastVerify' | 'lastDrill' | 'lastRestore' | 'running' | 'queued';
