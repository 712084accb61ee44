import type { SettingsCheck } from '../../contract/api/settings.ts';
import type { Status } from '../../contract/api/status.ts';
import { compact } from '../../contract/compact.ts';
import { failureText } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { RunRecord } from '../../contract/runs.ts';
import { failSecondTarget, runCopyTo } from '../../operations/copy.ts';
import { policyOf } from '../../operations/forget.ts';
import type { Run, RunOutcome } from '../../operations/run.ts';
import type { Finding } from '../../contract/findings.ts';
import { assertReadable } from '../../repository/copy/copy.ts';
import { CONFIG_KEY } from '../../repository/layout.ts';
import type { Repository } from '../../repository/repository.ts';
import { assertElsewhere } from '../../storage/same-place.ts';
import type { CopyConfig, ServiceConfig } from '../config.ts';
import { recipientsOf, settingsAt } from '../repository/another-target.ts';
import type { History } from '../repository/history.ts';
import { OpenedTarget, type TargetPorts } from '../repository/opened-target.ts';
import { RepositoryCache } from '../repository/repository-cache.ts';
import type { RunJob, RunQueue } from '../runs/queue.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { SettingsStore } from '../settings/store.ts';
import type { Readings } from '../status/metrics.ts';
import type { StatusCache } from '../status/status-cache.ts';
import { schedulesOf } from '../status/status.ts';
import { checkTarget } from '../storage/check.ts';
import { isCopyCurrent, isCopyDue, isCopyOverdue, type CopyFacts } from './due.ts';
import { lastSuccess, newestOf } from '../schedule/due.ts';

export interface SecondCopyParts {
  config: Pick<ServiceConfig, 'copy' | 'agePassphrase'>;
  settings: SettingsStore;
  repositoryCache: RepositoryCache;
  history: History;
  statusCache: StatusCache;
  /** What the second target is opened with, besides its own address and key. */
  target: TargetPorts;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

const WENT_WELL: readonly string[] = ['complete', 'partial'];
const DAY_MS = 86_400_000;

/** The second target of a deployment: what goes there, and when. */
export class SecondCopy {
  readonly #parts: SecondCopyParts;
  readonly #cache: RepositoryCache;

  constructor(parts: SecondCopyParts) {
    this.#parts = parts;
    const open = async (settings: EffectiveSettings): Promise<OpenedTarget> =>
      OpenedTarget.open({ ...parts.target, storeOptions: this.#storeOptions }, settings).catch(failSecondTarget);
    this.#cache = new RepositoryCache(open, () => this.#settings(), parts.target);
  }

  get isSet(): boolean {
    return this.#parts.config.copy !== undefined;
  }

  /** Its address; empty without a second target. */
  get target(): string {
    return this.#parts.config.copy?.target.value ?? '';
  }

  /** For the home organization; undefined without a second target. */
  get status(): Status['copy'] {
    const { description = this.target, reachable, problem } = this.#cache;
    const { facts } = this;
    const failed = problem && failureText(problem);
    return (
      facts &&
      compact({
        description,
        reachable,
        current: isCopyCurrent(facts),
        overdue: isCopyOverdue(facts),
        problem: failed,
      })
    );
  }

  /** For the metrics. */
  get readings(): Pick<Readings, 'lastCopy' | 'copyOverdue'> {
    const { facts } = this;
    const end = facts?.copied?.finished;
    return { lastCopy: end === undefined ? undefined : new Date(end), copyOverdue: facts && isCopyOverdue(facts) };
  }

  /** A copy as a job. It yields to any other requested run. */
  job(trigger: string, readData?: boolean): RunJob {
    const work = (run: Run): Promise<RunOutcome> =>
      this.#parts.repositoryCache.use(run.signal, async (first) =>
        this.#run(first, readData ?? (await this.#isThoroughDue(run.signal)), run),
      );
    return { kind: 'copy', trigger, snapshotTrigger: 'scheduled', makesWay: true, work };
  }

  /** Starts a due copy if nothing else runs. The leading replica calls it often. */
  watch(queue: RunQueue, term: AbortSignal): void {
    const facts = this.facts;
    if (facts !== undefined && queue.idle && isCopyDue(facts)) {
      queue.submit(this.job('scheduled'), term);
    }
  }

  /** From memory; undefined without a second target. */
  get facts(): CopyFacts | undefined {
    const { config, settings, history, statusCache, target } = this.#parts;
    if (config.copy === undefined) {
      return undefined;
    }
    const now = target.clock.now();
    const { values } = settings.view();
    return {
      now,
      schedule: config.copy.schedule,
      timezone: values.schedule.timezone,
      backupInterval: schedulesOf(values, now)[0]?.intervalSeconds,
      backup: lastSuccess({ history, statusCache }),
      first: newestOf(statusCache.repository?.firstComplete),
      last: history.last(isCopy),
      copied: history.last((one) => isCopy(one) && WENT_WELL.includes(one.status)),
    };
  }

  get isOverdue(): boolean {
    return this.facts !== undefined && isCopyOverdue(this.facts);
  }

  /** Like `isOverdue`, from the repository alone: a command does not have the journal. */
  isLate(backup: Date | undefined, copied: CopyFacts['copied']): boolean {
    return this.facts !== undefined && isCopyOverdue({ ...this.facts, backup, copied });
  }

  /** Lends its repository. @throws what `RepositoryCache.read` throws */
  read<T>(signal: AbortSignal, action: (repository: Repository) => Promise<T>): Promise<T> {
    return this.#cache.read(signal, action);
  }

  /** How its repository differs from what this service remembers. */
  inspect(signal: AbortSignal): Promise<Finding[]> {
    return this.#cache.use(signal, (second) => second.inspect(signal));
  }

  /**
   * Tries everything that the second target is needed for.
   * @param within - milliseconds for all of it
   */
  async check(signal: AbortSignal, within?: number): Promise<SettingsCheck> {
    const settings = await this.#withAddress([]);
    const ports = { ...this.#parts.target, storeOptions: this.#storeOptions };
    const second = await OpenedTarget.open(ports, settings);
    try {
      await this.#parts.repositoryCache.use(signal, (first) =>
        Promise.resolve(assertElsewhere(first.description, second.description)),
      );
    } finally {
      await second.close();
    }
    return checkTarget(settings, ports, signal, within);
  }

  close(): Promise<void> {
    return this.#cache.close();
  }

  /** After a failure, and every `verifyDays`. Reads the repository, because the journal is short. */
  async #isThoroughDue(signal: AbortSignal): Promise<boolean> {
    const { config, history, target } = this.#parts;
    const ended = history.last((one) => isCopy(one) && [...WENT_WELL, 'failed'].includes(one.status));
    const read = await history.newestCertain(
      (one) => isCopy(one) && WENT_WELL.includes(one.status) && one.counts['read'] !== 0,
      signal,
    );
    const age = target.clock.now().getTime() - Date.parse(read?.started ?? '');
    return ended?.status === 'failed' || !(age < (config.copy?.verifyDays ?? 0) * DAY_MS);
  }

  async #run(first: OpenedTarget, thorough: boolean, run: Run): Promise<RunOutcome> {
    const session = await first.session(run.signal);
    const { repository } = session;
    const { retention, schedule } = first.settings.values;
    const policy = policyOf(this.#config.keep ?? retention, schedule.timezone);
    const end = await this.#cache.use(run.signal, (second) => {
      const copied = runCopyTo(session, second.place(run.signal), { kept: { policy }, thorough }, run);
      return copied.catch(async (error: unknown) => {
        run.signal.throwIfAborted();
        // What the first target refuses says nothing about the second.
        const { signal } = run;
        const config = assertReadable(repository, { signal }).then(() => repository.store.head(CONFIG_KEY, { signal }));
        if ((await config.catch(() => undefined)) === undefined) {
          return { error };
        }
        throw error;
      });
    });
    if ('error' in end) {
      throw end.error;
    }
    return end;
  }

  get #config(): CopyConfig {
    const { copy } = this.#parts.config;
    if (copy === undefined) {
      const advice = reason('set-copy-target');
      throw refusal('DK_UNCONFIGURED', reason('copy-no-target'), { advice });
    }
    return copy;
  }

  /** What the deployment says is taken as it is. */
  get #storeOptions(): TargetPorts['storeOptions'] {
    return { of: this.#config.storage };
  }

  async #settings(): Promise<EffectiveSettings> {
    return this.#withAddress(await recipientsOf(this.#parts));
  }

  /** The settings of the first target, with the address of the second. */
  async #withAddress(recipients: string[]): Promise<EffectiveSettings> {
    const { target, storage } = this.#config;
    const { accessKeyId, secretAccessKey, sessionToken } = storage().s3 ?? {};
    // Opened again with a key that was replaced.
    const key = await Promise.all([accessKeyId, secretAccessKey, sessionToken].map((one) => one?.value()));
    return settingsAt(await this.#parts.settings.effective(), target.value, recipients, key);
  }
}

function isCopy({ kind }: Pick<RunRecord, 'kind'>): boolean {
  return kind === 'copy';
}
