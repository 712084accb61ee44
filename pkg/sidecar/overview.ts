import type { Status } from '../contract/api/status.ts';
import type { Clock } from '../contract/ports.ts';
import { runLine, type RunRecord } from '../contract/runs.ts';
import type { ApiToken } from './api-token.ts';
import type { GivenTokens } from './bootstrap/given-tokens.ts';
import type { TokenKeeper } from './bootstrap/keeper.ts';
import type { TokenStatus } from './bootstrap/token-state.ts';
import type { ServiceConfig } from './config.ts';
import type { Leadership } from './leadership.ts';
import type { Readings } from './metrics.ts';
import type { News } from './news.ts';
import type { Notifier } from './notify.ts';
import type { History } from './repository/history.ts';
import type { Library } from './repository/library.ts';
import type { RunQueue } from './runs/queue.ts';
import { runSummary } from './runs/view.ts';
import type { SettingsStore } from './settings/store.ts';
import { problemOf, protectionOf, schedulesOf, tokenView } from './status.ts';

export interface OverviewParts {
  config: ServiceConfig;
  settings: SettingsStore;
  apiToken: ApiToken;
  library: Library;
  history: History;
  queue: RunQueue;
  leadership: Leadership;
  notifier: Notifier;
  news: News;
  keeper: TokenKeeper | undefined;
  given: GivenTokens | undefined;
  clock: Clock;
  started: Date;
}

/** What the service says about itself: to the pages, to probes, to Prometheus. All of it from memory. */
export class Overview {
  readonly #parts: OverviewParts;

  constructor(parts: OverviewParts) {
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

  /** Organizations that exist and that backups leave out, as far as that is known. */
  get notCovered(): { id: number; name: string }[] {
    const { keeper, config, settings } = this.#parts;
    if (keeper === undefined || keeper.home === undefined || settings.view().values.scope.orgs === 'all') {
      return [];
    }
    const covered = new Set(config.orgIds ?? [keeper.home]);
    return [...keeper.existing].flatMap(([id, name]) => (covered.has(id) ? [] : [{ id, name }]));
  }

  /** From memory: nothing is asked of anybody. */
  status(): Status {
    const { values } = this.#parts.settings.view();
    const now = this.#parts.clock.now();
    const schedules = schedulesOf(values, now);
    const lastBackup = this.#parts.history.last((run) => run.kind === 'backup' && run.finished !== undefined);
    const last = (kind: RunRecord['kind']): Status['lastBackup'] => {
      const run = this.#parts.history.last((one) => one.kind === kind && one.finished !== undefined);
      return run === undefined ? undefined : runSummary(runLine(run));
    };
    const running = this.#parts.queue.running;
    const foreign = this.#parts.leadership.foreignRun();
    const news = this.#parts.news.repository;
    const lastSuccess = this.lastSuccess();
    const { notCovered } = this;
    const target = {
      configured: values.target.url !== '',
      description: this.#parts.library.description ?? values.target.url,
      ...(this.#parts.library.reachable === undefined ? {} : { reachable: this.#parts.library.reachable }),
      ...(this.#parts.library.encrypted === undefined ? {} : { encrypted: this.#parts.library.encrypted }),
      ...(this.#parts.library.problem === undefined ? {} : { problem: problemOf(this.#parts.library.problem) }),
    };
    const { problem: grafanaProblem, ...grafana } = this.#parts.news.grafana;
    return {
      version: this.#parts.config.version,
      instance: this.#parts.config.instance,
      started: this.#parts.started.toISOString(),
      now: now.toISOString(),
      protection: protectionOf({
        configured: target.configured,
        tokenUsable: this.tokenUsable,
        newest: news?.newest,
        lastBackup,
        intervalSeconds: schedules[0]?.intervalSeconds,
        now,
      }),
      grafana: {
        url: this.#parts.config.grafana.url,
        ...grafana,
        ...(grafanaProblem === undefined ? {} : { problem: problemOf(grafanaProblem) }),
      },
      token: tokenView(this.token, this.#parts.keeper === undefined ? 'environment' : 'bootstrap'),
      ...(notCovered.length === 0 ? {} : { notCovered }),
      target,
      schedules,
      lastBackup: last('backup'),
      lastVerify: last('verify'),
      lastDrill: last('drill'),
      lastRestore: last('restore'),
      ...(lastSuccess === undefined ? {} : { lastSuccess: lastSuccess.toISOString() }),
      ...(running === undefined
        ? foreign === undefined
          ? {}
          : { running: foreign }
        : { running: runSummary(runLine(running.record), running.progress) }),
      ...(this.#parts.queue.queued === undefined
        ? {}
        : { queued: runSummary(runLine(this.#parts.queue.queued.record)) }),
      ...(news?.newest === undefined ? {} : { newest: news.newest }),
      content: news?.content ?? {},
      ...(news === undefined ? {} : { snapshots: news.snapshots }),
      leader: {
        elected: this.#parts.leadership.elected,
        leading: this.#parts.leadership.leading,
        ...(this.#parts.leadership.holder === undefined ? {} : { holder: this.#parts.leadership.holder }),
      },
      warnings: this.#warnings(schedules),
    };
  }

  /** Why the service can't do its work now; empty when it can. */
  notReady(): string[] {
    const reasons: string[] = [];
    if (this.#parts.apiToken.value === undefined) {
      reasons.push("the service's own token cannot be read or kept");
    }
    if (!this.tokenUsable) {
      reasons.push(this.token.problem?.message ?? 'there is no working Grafana token yet');
    }
    if (this.#parts.settings.view().values.target.url === '') {
      reasons.push('no target is set');
    }
    return reasons;
  }

  /** What a scrape of the metrics reads. */
  readings(): Readings {
    const schedules = schedulesOf(this.#parts.settings.view().values, this.#parts.clock.now());
    const ends = this.token.orgs.flatMap(({ expires }) => (expires === undefined ? [] : [expires]));
    const news = this.#parts.news.repository;
    return {
      version: this.#parts.config.version,
      lastSuccess: this.lastSuccess(),
      scheduleInterval: schedules[0]?.intervalSeconds,
      tokenExpires: ends.sort((a, b) => a.getTime() - b.getTime())[0],
      tokenValid: this.tokenUsable,
      leading: this.#parts.leadership.leading,
      grafanaReachable: this.#parts.news.grafana.reachable,
      targetReachable: this.#parts.library.reachable,
      snapshots: news?.snapshots,
      snapshotBytes: news?.newest?.bytes,
      resources: news?.content ?? {},
      notificationFailures: this.#parts.notifier.failures,
    };
  }
  lastSuccess(): Date | undefined {
    const run = this.#parts.history.last((one) => one.kind === 'backup' && one.status === 'complete');
    const newest = this.#parts.news.repository?.newest;
    const times = [run?.finished, newest?.status === 'complete' ? newest.time : undefined].flatMap((time) =>
      time === undefined ? [] : [Date.parse(time)],
    );
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  #warnings(schedules: Status['schedules']): Status['warnings'] {
    const warnings: Status['warnings'] = [];
    const { writable, readOnlyReason, values } = this.#parts.settings.view();
    const { problem } = this.token;
    if (problem !== undefined) {
      warnings.push(problemOf(problem));
    }
    for (const known of [this.#parts.library.problem, this.#parts.leadership.problem]) {
      if (known !== undefined) {
        warnings.push(problemOf(known));
      }
    }
    if (!writable) {
      const hint = 'Until then nothing that is changed here can be kept.';
      warnings.push({ code: 'DK_SETTINGS', message: readOnlyReason ?? 'settings cannot be kept', hint });
    }
    const failed = this.token.orgs.filter(({ state }) => state === 'failed').map(({ id }) => id);
    if (failed.length > 0) {
      const hint = 'Make the admin a member of those orgs, or leave them out.';
      warnings.push({ code: 'DK_BOOTSTRAP', message: `no token for org ${failed.join(', ')}`, hint });
    }
    for (const org of this.notCovered) {
      warnings.push({ code: 'DK_SETTINGS', message: notCoveredMessage(org), hint: NOT_COVERED_HINT });
    }
    for (const { job, expression, next } of schedules) {
      if (expression !== '' && next.length === 0) {
        const hint = 'Correct the expression or the time zone.';
        warnings.push({ code: 'DK_SETTINGS', message: `the schedule of ${job} never comes true`, hint });
      }
    }
    const identity = this.#parts.settings.view().secrets.ageIdentity.set;
    if ((this.#parts.library.encrypted === true || values.encryption.recipients.length > 0) && !identity) {
      warnings.push({
        code: 'DK_IDENTITY_MISSING',
        message:
          'the repository is encrypted and this service has no identity: it can back up, but not show or restore',
        hint: 'That can be on purpose; otherwise give it the identity in the settings.',
      });
    }
    return warnings;
  }
}

export const NOT_COVERED_HINT = 'Set DASHKEEP_ORGS=all, or choose all organizations in the settings.';

export function notCoveredMessage({ id, name }: { id: number; name: string }): string {
  return `Organization ${id} '${name}' is not backed up`;
}
