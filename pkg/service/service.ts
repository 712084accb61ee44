import { setMaxListeners } from 'node:events';
import { compact } from '../contract/compact.ts';
import type { ScheduledJob } from '../contract/api/settings.ts';
import { DashkeepError } from '../contract/errors.ts';
import { sentenceOf } from '../contract/reasons/catalogue.ts';
import { runLine } from '../contract/runs.ts';
import type { ServiceConfig } from './config.ts';
import { buildParts, type ServiceParts, type ServicePorts } from './parts.ts';
import { scheduledJob } from './runs/jobs.ts';
import { isFirstBackupDue, isRepeatDue, lastStart } from './schedule/due.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { settingsFindings } from './settings/findings.ts';

const SETTINGS_EVERY_MS = 30_000;
/** How soon it is noticed that an ID is another organization's. */
const ORGS_EVERY_MS = 2 * 60_000;

/** The service beside Grafana, without its HTTP: when each of its parts works. */
export class Service {
  readonly parts: ServiceParts;
  readonly #stopping = new AbortController();
  readonly #scheduler: Scheduler;
  #settingsRead: number;
  #orgsSeen = Number.NEGATIVE_INFINITY;
  /** Since when Grafana accepts the token; undefined while it does not. */
  #tokenSince: Date | undefined;

  constructor(config: ServiceConfig, ports: ServicePorts) {
    // Everything that is under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.parts = buildParts(config, ports, this.#stopping.signal);
    const { parts } = this;
    const { settings, terms, clock, randomness, log } = parts;
    this.#scheduler = new Scheduler({
      clock,
      randomness,
      log,
      // Without secrets: a run that lacks one fails, and is reported.
      settings: () => settings.view().values,
      ready: () => terms.settled && parts.statusView.mayRun && this.#hasTarget,
      lastStart: (job) => lastStart(job, parts),
      backupDue: () => isFirstBackupDue(parts) || isRepeatDue(parts, this.#tokenSince),
      start: (job) => this.#startScheduled(job),
      tick: () => this.#tick(),
    });
    this.#settingsRead = clock.monotonic();
  }

  /** Never fails on what is wrong outside: that is a state to report, and to try again. */
  async start(): Promise<void> {
    const { apiTokens, journal, settings, leadership, keeper, given, config, log } = this.parts;
    await Promise.all([this.#loadSettings(), apiTokens.load(), journal.load()]);
    for (const { why, advice } of settingsFindings(settings)) {
      log.warn({ reason: sentenceOf(why) }, sentenceOf(advice));
    }
    leadership.start();
    keeper?.start();
    given?.start();
    this.#scheduler.start();
    log.info({ version: config.version, grafana: config.grafana.url }, 'the service has started');
  }

  /** Only what is needed to look at things: nothing is scheduled and no token is made. */
  async examine<T>(action: () => Promise<T>): Promise<T> {
    const { settings, journal, keeper, given } = this.parts;
    await Promise.all([settings.load(), journal.load(), keeper?.look(), given?.check()]);
    return action();
  }

  /** A run in flight ends as interrupted and is recorded; then everything is given back. */
  async stop(): Promise<void> {
    const { config, queue, hooks, notifier, changeFeed, overdue, previews, keeper, given, leadership, log } =
      this.parts;
    await this.#scheduler.stop();
    await queue.close(config.stopWithin);
    this.#stopping.abort(new DashkeepError('DK_INTERRUPTED', 'the service is stopping'));
    await Promise.all([changeFeed.settled(), hooks.settled()]);
    await notifier.stop();
    await hooks.reported();
    await overdue.settled();
    await previews.settled();
    await keeper?.stop();
    await given?.stop();
    await leadership.stop();
    await this.parts.repositoryCache.close();
    await this.parts.secondCopy.close();
    await this.parts.connections.close();
    await this.parts.statusCache.close();
    log.info({}, 'the service has stopped');
  }

  get #hasTarget(): boolean {
    return this.parts.settings.view().values.target.url !== '';
  }

  #startScheduled(job: ScheduledJob): void {
    const { leadership, queue, repositoryCache } = this.parts;
    if (leadership.term === undefined) {
      throw new DashkeepError('DK_BUSY', 'another replica leads');
    }
    queue.submit(scheduledJob(job, repositoryCache), leadership.term);
  }

  /** Once a second: everything that depends on time but is no run. */
  #tick(): void {
    const { apiTokens, home, identities, terms, endedElsewhere } = this.parts;
    const { statusCache, statusView, leadership, queue, clock, signal } = this.parts;
    const now = clock.monotonic();
    void terms.notice();
    void endedElsewhere.notice();
    statusCache.refresh(signal);
    this.parts.readiness.refresh(signal);
    if (now - this.#settingsRead > SETTINGS_EVERY_MS) {
      this.#settingsRead = now;
      // Another replica may have changed either.
      void Promise.all([this.#loadSettings(), apiTokens.load()]);
    }
    this.#tokenSince = statusView.tokenUsable ? (this.#tokenSince ?? clock.now()) : undefined;
    if (statusView.tokenUsable && now - this.#orgsSeen > ORGS_EVERY_MS) {
      this.#orgsSeen = now;
      void identities.lookAtAll(home.known);
    }
    const { record, progress } = queue.running ?? {};
    leadership.announce(record === undefined ? undefined : { ...runLine(record), ...compact({ progress }) });
    if (terms.settled) {
      this.parts.overdue.watch();
      this.parts.findingNotices.watch();
      if (leadership.term !== undefined) {
        this.parts.secondCopy.watch(queue, leadership.term);
      }
      if (statusView.tokenUsable && this.#hasTarget) {
        this.parts.previews.watch();
      }
    }
  }

  async #loadSettings(): Promise<void> {
    const { settings, freshness } = this.parts;
    await settings.load();
    await settings.settle();
    freshness.settingsChanged();
  }
}
