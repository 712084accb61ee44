import { setMaxListeners } from 'node:events';
import type { ScheduledJob, SettingsCandidate, SettingsCheck } from '../contract/api/settings.ts';
import type { RestorePlan, RestoreRequest } from '../contract/api/restores.ts';
import type { RunRequest } from '../contract/api/runs.ts';
import { asDashkeepError, DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { runLine, type RunRecord } from '../contract/runs.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../grafana/credentials.ts';
import type { Election } from '../kubernetes/election.ts';
import type { StateStore } from '../repository/state.ts';
import { ApiToken } from './api-token.ts';
import { TokenKeeper } from './bootstrap/keeper.ts';
import type { AdminSource } from './bootstrap/admin.ts';
import type { ServiceConfig } from './config.ts';
import { checkTarget } from './engine/check.ts';
import type { KubernetesRights } from './doctor.ts';
import type { GrafanaAccess } from './engine/instance.ts';
import { Lateness } from './lateness.ts';
import { Leadership } from './leadership.ts';
import { Metrics } from './metrics.ts';
import { jobOf, pruneJob } from './jobs.ts';
import { News } from './news.ts';
import { noticeOf, Notifier, type Receiver } from './notify.ts';
import { Comparisons } from './repository/comparisons.ts';
import { History } from './repository/history.ts';
import { Library } from './repository/library.ts';
import { Restores } from './restores.ts';
import { Journal } from './runs/journal.ts';
import { closeInterrupted, RunQueue, type RunJob } from './runs/queue.ts';
import { runSummary } from './runs/view.ts';
import { Scheduler } from './scheduler.ts';
import { SettingsStore } from './settings/store.ts';
import { Overview } from './overview.ts';
import { lateAfterSeconds, schedulesOf } from './status.ts';
import type { AppliedRestore, OpenWork } from './work.ts';

export interface ServicePorts {
  state: StateStore;
  /** Where tokens are made from; undefined = only given tokens are used. */
  admin: AdminSource | undefined;
  election: Election | undefined;
  /** What is needed in Kubernetes; undefined outside of it. */
  kubernetes?: KubernetesRights;
  openWork: (access: GrafanaAccess) => OpenWork;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

const SETTINGS_EVERY_MS = 30_000;
/** How long the same idempotency key means the same run. */
const KEY_LIVES_MS = 24 * 3_600_000;

/** The service beside Grafana, without its HTTP: tokens, settings, schedule, runs, and what is known about all of them. */
export class Service {
  readonly config: ServiceConfig;
  readonly settings: SettingsStore;
  readonly apiToken: ApiToken;
  readonly library: Library;
  readonly history: History;
  readonly comparisons: Comparisons;
  readonly restores: Restores;
  readonly queue: RunQueue;
  readonly leadership: Leadership;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly overview: Overview;
  readonly clock: Clock;
  readonly log: Log;
  readonly keeper: TokenKeeper | undefined;
  /** How Grafana reaches the API; the app is told once that is known. */
  reachedAt: string | undefined;
  readonly #ports: ServicePorts;
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  readonly #stopping = new AbortController();
  readonly #news: News;
  #settingsRead: number;
  #term: AbortSignal | undefined;
  /** The term in which it is known how the runs before it ended. */
  #settled: AbortSignal | undefined;
  readonly #lateness: Lateness;

  constructor(config: ServiceConfig, ports: ServicePorts) {
    this.config = config;
    this.#ports = ports;
    const { clock, randomness, log, state } = ports;
    this.clock = clock;
    this.log = log;
    const started = clock.now();
    // Everything that is under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.leadership = new Leadership(ports.election);
    this.settings = new SettingsStore(state, config, log);
    this.apiToken = new ApiToken(config.apiToken, { state, clock, randomness, log });
    this.keeper = config.grafana.token === undefined ? this.#makeKeeper() : undefined;
    const access: GrafanaAccess = {
      credentials: () => this.credentials(),
      orgCredentials: () => this.#orgCredentials(),
    };
    this.library = new Library(ports.openWork(access), () => this.settings.effective(), { clock, log });
    this.#journal = new Journal(state, log);
    this.#lateness = new Lateness(state, log);
    this.history = new History(this.library, this.#journal, { clock, log });
    this.comparisons = new Comparisons(this.library, clock);
    this.restores = new Restores(clock, randomness);
    this.notifier = new Notifier(() => this.#receiver(), config.instance, { clock, log });
    this.metrics = new Metrics(() => this.overview.readings());
    this.queue = new RunQueue({
      instance: `${config.instance}/${randomness.hex(4)}`,
      journal: this.#journal,
      clock,
      randomness,
      log,
      keep: (record) => this.library.use(this.signal, (work) => work.writeRun(record)),
      ended: (record) => this.#ended(record),
    });
    this.#scheduler = this.#makeScheduler();
    this.#news = new News(config.grafana, this.library, { clock, log });
    const parts = { config, clock, started, news: this.#news, settings: this.settings, apiToken: this.apiToken };
    const { library, history, queue, leadership, notifier, keeper } = this;
    this.overview = new Overview({ ...parts, library, history, queue, leadership, notifier, keeper });
    this.#settingsRead = clock.monotonic();
  }

  /** Aborted when the service stops. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get ports(): ServicePorts {
    return this.#ports;
  }

  /** Never fails on what is wrong outside: that is a state to be told, and tried again. */
  async start(): Promise<void> {
    await Promise.all([this.settings.load(), this.apiToken.load(), this.#journal.load()]);
    this.leadership.start();
    this.keeper?.start();
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
    await this.#lateness.settled();
    await this.keeper?.stop();
    await this.leadership.stop();
    await this.library.close();
    await this.#news.close();
    this.log.info({}, 'the service has stopped');
  }

  credentials(): CredentialSource {
    const { admin, token } = this.config.grafana;
    if (admin !== undefined) {
      return basicCredentials(admin.user, admin.password);
    }
    if (token !== undefined) {
      return tokenCredentials(token);
    }
    if (this.keeper === undefined) {
      throw new DashkeepError('DK_BOOTSTRAP', 'there are no credentials for Grafana');
    }
    return this.keeper.credentials();
  }

  /**
   * Starts what a person asks for. The same key within a day means the same run, whichever process began it.
   * @returns the id of the run
   * @throws DK_BUSY, DK_UNCONFIGURED
   */
  async submit(request: RunRequest, { by, idempotencyKey }: { by?: string; idempotencyKey?: string }): Promise<string> {
    const { values } = await this.settings.effective();
    if (values.target.url === '') {
      throw new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    }
    const known = idempotencyKey === undefined ? undefined : await this.#askedWith(idempotencyKey);
    if (known !== undefined) {
      return known;
    }
    const asker = { ...(by === undefined ? {} : { by }), ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    return (await this.run({ ...jobOf(request, 'manual', this.library), ...asker })).id;
  }

  async #askedWith(idempotencyKey: string): Promise<string | undefined> {
    if (!this.leadership.leading) {
      await this.#journal.load();
    }
    const since = new Date(this.clock.now().getTime() - KEY_LIVES_MS).toISOString();
    const here = this.queue.askedWith(idempotencyKey);
    return here?.id ?? this.history.askedWith(idempotencyKey, since, this.signal);
  }

  /** Runs a job here, after taking the lead where that takes asking. */
  async run(job: RunJob): Promise<RunRecord> {
    const term = await this.leadership.take();
    await this.#noticeTerm();
    // Two that came at once: the second one did not see the first when it looked.
    const twin = job.idempotencyKey === undefined ? undefined : this.queue.askedWith(job.idempotencyKey);
    return twin ?? this.#enqueue(job, term);
  }

  /** Computes a restore by reads only. */
  async plan(request: RestoreRequest): Promise<RestorePlan> {
    const { snapshot, selection, options = {} } = request;
    const { revision } = await this.settings.effective();
    const planned = await this.library.use(this.signal, (work) =>
      work.plan({ snapshot, selection, options }, this.signal),
    );
    return this.restores.add(request, planned, revision);
  }

  /** Computes the way back of a restore by reads only. @throws DK_NOT_FOUND, DK_USAGE */
  async planUndo(run: string): Promise<RestorePlan> {
    const { revision } = await this.settings.effective();
    const planned = await this.library.use(this.signal, (work) => work.planUndo(run, this.signal));
    const options = { overwrite: true, includeManaged: true };
    const request: RestoreRequest = { snapshot: planned.snapshot, selection: { type: 'everything' }, options };
    return this.restores.add(request, planned, revision);
  }

  /** Applies a plan as a run. @throws DK_PLAN_EXPIRED, DK_CONFIRMATION, DK_BUSY */
  async apply(id: string, confirm: string | undefined, by: string | undefined): Promise<RunRecord> {
    const planned = this.restores.begin(id, confirm, (await this.settings.effective()).revision);
    const record = await this.run({
      kind: 'restore',
      trigger: planned.undoes === undefined ? 'manual' : 'undo',
      snapshotTrigger: 'manual',
      ...(by === undefined ? {} : { by }),
      restore: id,
      work: async (run) => {
        let applied: AppliedRestore | undefined;
        try {
          // The repository stays open for as long as it takes, even when the settings change meanwhile.
          applied = await this.library.use(run.signal, () => planned.apply(run, confirm?.trim()));
          const { status, snapshot, counts, errors } = applied;
          return { status, snapshot, counts, errors };
        } finally {
          this.restores.ended(id, applied);
        }
      },
    });
    this.restores.started(id, record.id);
    return record;
  }

  /** @throws DK_BUSY while anything runs */
  async assertIdle(): Promise<void> {
    await this.leadership.take();
    const busy = this.queue.running ?? this.queue.queued;
    if (busy !== undefined) {
      throw new DashkeepError('DK_BUSY', `a ${busy.record.kind} is ${busy.record.status} (${busy.record.id})`);
    }
  }

  /** Tries a target with settings that need not be saved. */
  async check(candidate: SettingsCandidate, signal: AbortSignal): Promise<SettingsCheck> {
    const settings = await this.settings.candidate(candidate);
    const { clock, randomness, log, state } = this.#ports;
    const { ageIdentity } = settings.secrets;
    return checkTarget(
      settings,
      { environment: this.config.environment, clock, random: randomness, log },
      {
        clock,
        randomness,
        log,
        state,
        recipients: settings.values.encryption.recipients,
        identities: ageIdentity === undefined ? [] : [ageIdentity],
        passphrases: [],
      },
      signal,
    );
  }

  /** After settings were saved, or snapshots removed. */
  changed(): void {
    this.library.refresh();
    this.#news.stale();
  }

  #makeKeeper(): TokenKeeper {
    const { grafana, admin } = this.config;
    const { clock, randomness, log, state } = this.#ports;
    const reachedAt = (): string | undefined => this.reachedAt;
    const service = { settings: this.settings, apiToken: this.apiToken, leadership: this.leadership };
    return new TokenKeeper({
      grafanaUrl: grafana.url,
      grafanaCaFile: grafana.caFile,
      admin: this.#ports.admin,
      adminKeys: admin.keys,
      // Both may change while the service runs, so they are looked up at each check.
      get allOrgs() {
        return service.settings.view().values.scope.orgs === 'all';
      },
      get app() {
        const [token, url] = [service.apiToken.value, reachedAt()];
        return token === undefined || url === undefined ? undefined : { url, token };
      },
      state,
      clock,
      randomness,
      log,
      mayMint: () => service.leadership.leading,
    });
  }

  #makeScheduler(): Scheduler {
    const { clock, randomness, log } = this.#ports;
    return new Scheduler({
      clock,
      randomness,
      log,
      settings: async () => (await this.settings.effective()).values,
      ready: () => this.#leads && this.overview.tokenUsable && this.settings.view().values.target.url !== '',
      lastStart: (job) => this.#lastStart(job),
      start: (job, trigger) => this.#startScheduled(job, trigger),
      tick: () => this.#tick(),
    });
  }

  #startScheduled(job: ScheduledJob, trigger: 'scheduled' | 'catch-up'): void {
    const term = this.leadership.term;
    if (term === undefined) {
      throw new DashkeepError('DK_BUSY', 'another replica leads');
    }
    this.#enqueue(
      job === 'prune' ? pruneJob(trigger, this.library) : jobOf({ kind: job }, trigger, this.library),
      term,
    );
  }

  #enqueue(job: RunJob, term: AbortSignal): RunRecord {
    const record = this.queue.submit(job, term);
    this.log.info({ run: record.id, kind: record.kind, trigger: record.trigger }, 'a run was asked for');
    return record;
  }

  /** Once a second: everything that depends on time but is no run. */
  #tick(): void {
    const now = this.clock.monotonic();
    void this.#noticeTerm();
    this.#news.turn(this.signal);
    if (now - this.#settingsRead > SETTINGS_EVERY_MS) {
      this.#settingsRead = now;
      void Promise.all([this.settings.load(), this.apiToken.value === undefined ? this.apiToken.load() : undefined]);
    }
    const running = this.queue.running;
    this.leadership.tell(running === undefined ? undefined : runSummary(runLine(running.record), running.progress));
    this.#watchLateness();
  }

  /** A new term: whatever the journal calls running belongs to a process that is dead. */
  async #noticeTerm(): Promise<void> {
    const term = this.leadership.term;
    if (term === this.#term) {
      return;
    }
    this.#term = term;
    if (term !== undefined) {
      await Promise.all([this.#journal.load(), this.#lateness.load()]);
      for (const record of await closeInterrupted(this.#journal, this.queue.instance, this.clock)) {
        this.log.warn(
          { run: record.id, kind: record.kind },
          'a run was interrupted: its process ended in the middle of it',
        );
      }
      this.history.refresh();
      this.#settled = term;
      if (this.keeper !== undefined && !this.overview.tokenUsable) {
        void this.keeper.check();
      }
    }
  }

  #ended(record: RunRecord): void {
    const before = this.history.last(
      (run) =>
        run.kind === record.kind && run.id !== record.id && ['complete', 'partial', 'failed'].includes(run.status),
    );
    this.metrics.ended(record);
    this.history.refresh();
    this.changed();
    this.comparisons.forgetLive();
    const wentWell = record.status === 'complete' || record.status === 'partial';
    const wasLate = wentWell && record.kind === 'backup' && this.#lateness.end();
    const notice = noticeOf(record, wasLate ? { ...record, status: 'failed' } : before);
    if (notice !== undefined) {
      this.notifier.notify(notice);
    }
    if (wentWell) {
      void this.#keepJournal();
    }
  }

  /** The repository answers again: give it the records that it could not take before. */
  async #keepJournal(): Promise<void> {
    for (const entry of this.#journal.entries.filter((one) => !one.kept && one.finished !== undefined)) {
      const { instance: _instance, kept: _kept, ...record } = entry;
      try {
        await this.library.use(this.signal, (work) => work.writeRun(record));
        await this.#journal.put({ ...entry, kept: true });
      } catch (error) {
        this.log.debug(
          { run: entry.id, reason: asDashkeepError(error).message },
          'a record is still only in the journal',
        );
        return;
      }
    }
  }

  #watchLateness(): void {
    const { values } = this.settings.view();
    const interval = schedulesOf(values, this.clock.now())[0]?.intervalSeconds;
    const newest = this.#newestBackup();
    if (!this.#leads || interval === undefined || newest === undefined || values.target.url === '') {
      return;
    }
    const age = (this.clock.now().getTime() - newest.time) / 1000;
    if (age > lateAfterSeconds(interval) && !this.#lateness.told(newest.time)) {
      this.#lateness.tell(newest.time);
      const hours = Math.round(age / 3600);
      this.log.warn({ newest: newest.id, hours }, 'the newest backup is too old');
      this.notifier.notify({ event: 'late', text: `The newest backup is ${hours} hours old (${newest.id}).` });
    }
  }

  /** Whether this replica leads and knows what those before it did. */
  get #leads(): boolean {
    return this.leadership.leading && this.#settled === this.leadership.term;
  }

  /** As the repository shows it, or the journal, which knows it a moment earlier. */
  #newestBackup(): { id: string; time: number } | undefined {
    const stored = this.#news.repository?.newest;
    const run = this.history.last(({ kind, status }) => kind === 'backup' && ['complete', 'partial'].includes(status));
    const known = [
      ...(stored === undefined ? [] : [{ id: stored.id, time: Date.parse(stored.time) }]),
      ...(run?.finished === undefined ? [] : [{ id: run.snapshot ?? run.id, time: Date.parse(run.finished) }]),
    ];
    return known.sort((a, b) => b.time - a.time)[0];
  }

  /** A run that died with its process was none, so that it is caught up; but not for ever, if the next one dies as well. */
  #lastStart(job: ScheduledJob): Date | undefined {
    const begun = (one: RunRecord): boolean => one.kind === job && one.status !== 'queued';
    const latest = this.history.last(begun);
    const before = this.history.last((one) => begun(one) && one.id !== latest?.id);
    const run = latest?.status === 'interrupted' && before?.status !== 'interrupted' ? before : latest;
    const newest = job === 'backup' ? this.#news.repository?.newest?.time : undefined;
    const times = [run?.started, newest].flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  #orgCredentials(): ReadonlyMap<number, CredentialSource> {
    const { keeper } = this;
    if (keeper === undefined) {
      return new Map([...this.config.grafana.orgTokens].map(([org, read]) => [org, tokenCredentials(read)]));
    }
    return new Map(
      keeper.orgs.filter(({ org }) => org !== keeper.home).map(({ org }) => [org, keeper.credentials(org)]),
    );
  }

  async #receiver(): Promise<Receiver | undefined> {
    const { values, secrets } = await this.settings.effective();
    return secrets.webhookUrl === undefined ? undefined : { url: secrets.webhookUrl, settings: values.notifications };
  }
}
