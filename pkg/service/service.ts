/** In one file, although it is long: here all parts of the service are made and connected. */
import { setMaxListeners } from 'node:events';
import { compact } from '../contract/compact.ts';
import type { ScheduledJob, SettingsCandidate, SettingsCheck } from '../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { runLine, type RunRecord } from '../contract/runs.ts';
import { sentenceOf } from '../contract/reasons/catalogue.ts';
import type { GrafanaAccess } from '../operations/grafana.ts';
import type { KubernetesRights } from '../kubernetes/access.ts';
import type { Election } from '../kubernetes/election.ts';
import type { StateStore } from '../lib/state.ts';
import type { ApiTokens } from './api-tokens/api-tokens.ts';
import type { AdminSource } from './bootstrap/admin.ts';
import type { GivenTokens } from './bootstrap/tokens/given.ts';
import type { TokenKeeper } from './bootstrap/tokens/keeper.ts';
import type { ServiceConfig } from './config.ts';
import { apiTokensOf, givenTokensOf, grafanaAccess, keeperOf } from './token-sources.ts';
import { FindingNotices } from './status/finding-notices.ts';
import { Overdue } from './status/overdue.ts';
import { Leadership } from './schedule/leadership.ts';
import { Metrics } from './status/metrics.ts';
import { StatusCache } from './status/status-cache.ts';
import { Notifier, type Receiver } from './notify.ts';
import { findHome, HomeOrganization } from './organizations/home.ts';
import { OrgIdentities } from './organizations/identities.ts';
import { mayKnow } from './organizations/run-view.ts';
import type { AskedFrom } from './organizations/snapshot-view.ts';
import { StatusView } from './status/status-view.ts';
import { AuthorNames } from './repository/authors.ts';
import { ConcurrencyGuard } from './http/concurrency-guard.ts';
import { Comparisons } from './repository/comparisons.ts';
import { History } from './repository/history.ts';
import { TextSearch } from './repository/search.ts';
import { ResourceVersions } from './repository/versions.ts';
import { OpenedTarget } from './repository/opened-target.ts';
import { RepositoryCache } from './repository/repository-cache.ts';
import { keepRecord } from './repository/stored-runs.ts';
import { Snapshots } from './repository/snapshots.ts';
import { Previews } from './previews.ts';
import { Requests } from './requests.ts';
import { Restores } from './restores/restores.ts';
import { RunHooks } from './runs/run-hooks.ts';
import { scheduledJob } from './runs/jobs.ts';
import { EndedElsewhere } from './schedule/ended-elsewhere.ts';
import { Journal } from './runs/journal.ts';
import { RunQueue } from './runs/queue.ts';
import { Runs } from './runs/runs.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { settingsFindings } from './settings/findings.ts';
import { SettingsStore } from './settings/store.ts';
import { LeaderTerms } from './schedule/leader-term.ts';
import { checkTarget } from './operations/target/check.ts';
import type { TargetLimits } from './operations/target/limits.ts';

export interface ServicePorts {
  state: StateStore;
  /** Where tokens are made from; undefined = only given tokens are used. */
  admin: AdminSource | undefined;
  /** Made for each process; undefined where there is one replica only. */
  election: ((mayYield: () => boolean) => Election) | undefined;
  /** What is needed in Kubernetes; undefined outside of it. */
  kubernetes?: KubernetesRights;
  limits: TargetLimits;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

const SETTINGS_EVERY_MS = 30_000;
/** How soon it is noticed that an ID is another organization's. */
const ORGS_EVERY_MS = 2 * 60_000;

/**
 * The service beside Grafana, without its HTTP: its parts, what they know of each other, and when each of them works.
 */
export class Service {
  readonly config: ServiceConfig;
  readonly ports: ServicePorts;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly apiTokens: ApiTokens;
  readonly home: HomeOrganization;
  readonly identities: OrgIdentities;
  readonly leadership: Leadership;
  /** Undefined where the deployment gives the tokens. */
  readonly keeper: TokenKeeper | undefined;
  /** Undefined where it does not, or where the admin is used instead. */
  readonly given: GivenTokens | undefined;
  readonly access: GrafanaAccess;
  readonly repositoryCache: RepositoryCache;
  readonly history: History;
  readonly snapshots: Snapshots;
  readonly runs: Runs;
  readonly guard: ConcurrencyGuard;
  readonly authors: AuthorNames;
  readonly comparisons: Comparisons;
  readonly versions: ResourceVersions;
  readonly textSearch: TextSearch;
  readonly restores: Restores;
  readonly previews: Previews;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly queue: RunQueue;
  readonly requests: Requests;
  readonly statusView: StatusView;
  /** How Grafana reaches the API; the app is configured once that is known. */
  reachedAt: string | undefined;
  readonly #stopping = new AbortController();
  readonly #journal: Journal;
  readonly #statusCache: StatusCache;
  readonly #overdue: Overdue;
  readonly #findingNotices: FindingNotices;
  readonly #terms: LeaderTerms;
  readonly #endedElsewhere: EndedElsewhere;
  readonly #scheduler: Scheduler;
  #settingsRead: number;
  #orgsSeen = Number.NEGATIVE_INFINITY;
  #targetRevision = '';

  constructor(config: ServiceConfig, ports: ServicePorts) {
    const { state, clock, randomness, log } = ports;
    const { signal } = this;
    // Everything that is under way listens to it.
    setMaxListeners(0, signal);
    this.config = config;
    this.ports = ports;
    this.clock = clock;
    this.log = log;
    this.leadership = new Leadership(ports.election?.(() => this.queue.idle));
    this.settings = new SettingsStore(state, config, log, (candidate) => ports.limits.problems(candidate));
    this.apiTokens = apiTokensOf(config, { admin: ports.admin, state, clock, randomness, log });
    const { settings, apiTokens, leadership } = this;
    const { admin } = ports;
    const reachedAt = (): string | undefined => this.reachedAt;
    this.keeper = keeperOf(config, {
      admin,
      settings,
      apiTokens,
      leadership,
      reachedAt,
      state,
      clock,
      randomness,
      log,
    });
    this.given = givenTokensOf(config, { clock, randomness, log });
    this.access = grafanaAccess(config, this.keeper, this.given, admin);
    const ways = findHome(config.grafana, { keeper: this.keeper, access: this.access, state, clock, randomness, log });
    // A service that reaches one organization has mostly seen no other.
    const fallback = (): number | undefined =>
      config.orgIds === undefined && settings.view().values.scope.orgs === 'token' ? 1 : undefined;
    this.home = new HomeOrganization({ ...ways, fallback, clock, signal });
    const { grafana } = config;
    this.identities = new OrgIdentities({ grafana, access: this.access, state, clock, randomness, log, signal });
    const noticeOrgs = async (): Promise<void> => {
      await this.access.noticeOrgs?.();
      await this.identities.lookAtAll(this.home.known);
    };
    const access = { ...this.access, noticeOrgs };
    const { limits } = ports;
    const replicated = ports.election !== undefined;
    const target = { config, access, state, replicated, limits, clock, randomness, log };
    this.repositoryCache = new RepositoryCache(
      (inForce) => OpenedTarget.open(target, inForce),
      () => settings.effective(),
      { clock, log },
    );
    this.#journal = new Journal(state, log);
    const { keeper, given, repositoryCache } = this;
    const journal = this.#journal;
    this.history = new History(repositoryCache, journal, { clock, log });
    this.#endedElsewhere = new EndedElsewhere(leadership, journal, clock, () => this.#runsChanged());
    const askedFrom: AskedFrom = (id) => journal.entries.find((one) => one.id === id)?.org;
    this.snapshots = new Snapshots(repositoryCache, askedFrom, { clock, log });
    this.guard = new ConcurrencyGuard({ clock, organizations: () => this.apiTokens.organizations, signal });
    this.comparisons = new Comparisons({
      repositoryCache,
      snapshots: this.snapshots,
      clock,
      guard: this.guard,
      signal,
    });
    this.authors = new AuthorNames(repositoryCache, clock, log, signal);
    this.versions = new ResourceVersions(repositoryCache, clock, this.authors);
    this.textSearch = new TextSearch(repositoryCache, clock);
    this.restores = new Restores(clock, randomness);
    this.previews = new Previews({ repositoryCache, snapshots: this.snapshots, clock, randomness, log, signal });
    this.notifier = new Notifier(
      () => this.#receiver(),
      config.instance,
      { clock, log },
      { outbound: ports.limits.webhook },
    );
    this.metrics = new Metrics(() => this.statusView.readings());
    this.#statusCache = new StatusCache(config.grafana, repositoryCache, { clock, log });
    const { history, restores, notifier, metrics } = this;
    const statusCache = this.#statusCache;
    this.#overdue = new Overdue({ state, settings, statusCache, history, notifier, clock, log });
    const overdue = this.#overdue;
    this.#findingNotices = new FindingNotices({ statusCache, notifier, log });
    const changed = (): void => this.#runEnded();
    // A webhook of the pages belongs to the home organization, which learns nothing of what others restore.
    const mayNotify = (run: RunRecord): boolean =>
      config.secrets.has('webhookUrl') || mayKnow(run, { org: this.home.known ?? 0, home: true });
    const told = { metrics, overdue, notifier, mayNotify };
    const hooks = new RunHooks({ journal, history, repositoryCache, ...told, changed, log, signal });
    const process = `${config.instance}/${randomness.hex(4)}`;
    this.queue = new RunQueue({
      instance: process,
      journal,
      clock,
      randomness,
      log,
      keep: (record) => repositoryCache.use(signal, (opened) => keepRecord(opened, record)),
      ended: (record) => hooks.of(record),
    });
    const { queue, snapshots } = this;
    this.runs = new Runs({ queue, history, leadership });
    const { runs } = this;
    this.#terms = new LeaderTerms({
      leadership,
      journal,
      overdue,
      process,
      interrupted: (run) => hooks.interrupted(run),
      begun: () => this.#termBegun(),
      clock,
      log,
    });
    const terms = this.#terms;
    const asked = { settings, leadership, terms, journal, history, repositoryCache, snapshots, queue, restores };
    this.requests = new Requests({ ...asked, guard: this.guard, clock, signal });
    const parts = { config, clock, started: clock.now(), statusCache, settings, apiTokens, repositoryCache, history };
    this.statusView = new StatusView({ ...parts, queue, runs, askedFrom, leadership, notifier, keeper, given });
    this.#scheduler = new Scheduler({
      clock,
      randomness,
      log,
      settings: async () => (await settings.effective()).values,
      ready: () => terms.settled && this.statusView.tokenUsable && settings.view().values.target.url !== '',
      lastStart: (job) => this.#lastStart(job),
      firstBackupDue: () => this.#firstBackupDue(),
      start: (job, trigger) => this.#startScheduled(job, trigger),
      tick: () => this.#tick(),
    });
    this.#settingsRead = clock.monotonic();
  }

  /** Aborted when the service stops. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Never fails on what is wrong outside: that is a state to report, and to try again. */
  async start(): Promise<void> {
    await Promise.all([this.#loadSettings(), this.apiTokens.load(), this.#journal.load()]);
    for (const { why, advice } of settingsFindings(this.settings)) {
      this.log.warn({ reason: sentenceOf(why) }, sentenceOf(advice));
    }
    this.leadership.start();
    this.keeper?.start();
    this.given?.start();
    this.#scheduler.start();
    this.log.info({ version: this.config.version, grafana: this.config.grafana.url }, 'the service has started');
  }

  /** Only what is needed to look at things: nothing is scheduled and no token is made. */
  async examine<T>(action: () => Promise<T>): Promise<T> {
    await Promise.all([this.settings.load(), this.keeper?.look()]);
    return action();
  }

  /** A run in flight ends as interrupted and is recorded; then everything is given back. */
  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await this.queue.close(this.config.stopWithin);
    this.#stopping.abort(new DashkeepError('DK_INTERRUPTED', 'the service stops'));
    await this.notifier.stop();
    await this.#overdue.settled();
    await this.previews.settled();
    await this.keeper?.stop();
    await this.given?.stop();
    await this.leadership.stop();
    await this.repositoryCache.close();
    await this.#statusCache.close();
    this.log.info({}, 'the service has stopped');
  }

  /** Tries a target with settings that need not be saved. */
  async check(candidate: SettingsCandidate, signal: AbortSignal): Promise<SettingsCheck> {
    const settings = await this.settings.candidate(candidate);
    const { state, limits, clock, randomness, log } = this.ports;
    return checkTarget(settings, { state, limits, clock, randomness, log }, signal);
  }

  /** After settings were saved, here or by another replica. */
  settingsChanged(): void {
    const { targetRevision } = this.settings;
    if (targetRevision !== this.#targetRevision) {
      this.#targetRevision = targetRevision;
      this.repositoryCache.retarget();
      this.#statusCache.retarget();
      this.#statusCache.refresh(this.signal);
    }
  }

  /** After runs, and after snapshots were removed. */
  changed(): void {
    this.repositoryCache.refresh();
    this.#statusCache.invalidate();
  }

  #runEnded(): void {
    this.#endedElsewhere.announce();
    this.#runsChanged();
  }

  #runsChanged(): void {
    this.history.refresh();
    this.comparisons.forgetLive();
    this.changed();
    // What it made is seen with its end, not a moment later.
    this.#statusCache.refresh(this.signal);
  }

  #termBegun(): void {
    this.#endedElsewhere.announce();
    this.history.refresh();
    if (this.keeper !== undefined && !this.statusView.tokenUsable) {
      void this.keeper.check();
    }
    if (this.keeper === undefined) {
      void this.#makeApiTokens();
    }
  }

  /**
   * Where the deployment gives the tokens of Grafana nobody informs the app: people read the tokens of the API from the
   * state.
   */
  async #makeApiTokens(): Promise<void> {
    const { orgTokens } = this.config.grafana;
    try {
      const home = orgTokens.size === 0 ? 0 : await this.home.id();
      for (const org of [...orgTokens.keys()].filter((one) => one !== home)) {
        await this.apiTokens.current(org, home);
      }
    } catch (error) {
      const { message: reason } = asDashkeepError(error);
      this.log.warn({ reason }, 'other organizations have no API token yet');
    }
  }

  #lastStart(job: ScheduledJob): Date | undefined {
    const newest = job === 'backup' ? this.#statusCache.repository?.newest?.time : undefined;
    const times = [this.history.lastStart(job), newest].flatMap((time) =>
      time === undefined ? [] : [Date.parse(time)],
    );
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  /**
   * A backup that failed because of the target is made as soon as the target answers, or another one does. Only while
   * the target is empty, and once each time that it begins to answer.
   */
  #firstBackupDue(): boolean {
    const { repository, findings } = this.#statusCache;
    const { reachable, since } = this.repositoryCache;
    if (repository?.snapshots !== 0 || findings.length > 0 || reachable !== true || since === undefined) {
      return false;
    }
    // One that was stopped is not begun again by itself.
    const last = this.history.last(({ kind }) => kind === 'backup');
    const ended = last !== undefined && ['complete', 'partial', 'failed'].includes(last.status);
    return ended && Date.parse(last.started) < since.getTime();
  }

  #startScheduled(job: ScheduledJob, trigger: 'scheduled' | 'catch-up'): void {
    const { term } = this.leadership;
    if (term === undefined) {
      throw new DashkeepError('DK_BUSY', 'another replica leads');
    }
    this.queue.submit(scheduledJob(job, trigger, this.repositoryCache), term);
  }

  /** Once a second: everything that depends on time but is no run. */
  #tick(): void {
    const now = this.clock.monotonic();
    void this.#terms.notice();
    void this.#endedElsewhere.notice();
    this.#statusCache.refresh(this.signal);
    if (now - this.#settingsRead > SETTINGS_EVERY_MS) {
      this.#settingsRead = now;
      // Another replica may have changed either.
      void Promise.all([this.#loadSettings(), this.apiTokens.load()]);
    }
    if (this.statusView.tokenUsable && now - this.#orgsSeen > ORGS_EVERY_MS) {
      this.#orgsSeen = now;
      void this.identities.lookAtAll(this.home.known);
    }
    const running = this.queue.running;
    const { record, progress } = running ?? {};
    this.leadership.announce(record === undefined ? undefined : { ...runLine(record), ...compact({ progress }) });
    if (this.#terms.settled) {
      this.#overdue.watch();
      this.#findingNotices.watch();
      if (this.statusView.tokenUsable && this.settings.view().values.target.url !== '') {
        this.previews.watch();
      }
    }
  }

  async #loadSettings(): Promise<void> {
    await this.settings.load();
    await this.settings.settle();
    this.settingsChanged();
  }

  async #receiver(): Promise<Receiver | undefined> {
    const { values, secrets } = await this.settings.effective();
    return secrets.webhookUrl === undefined ? undefined : { url: secrets.webhookUrl, settings: values.notifications };
  }
}
