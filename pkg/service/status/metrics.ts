import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Coverage } from '../../contract/coverage.ts';
import type { ReadinessLevel } from '../../contract/api/readiness.ts';
import { FINDING_CODES, type FindingCode } from '../../contract/findings.ts';
import { isOfAll, runLine, type RunKind, type RunLine, type RunRecord } from '../../contract/runs.ts';

/** What a scrape asks for, gathered when it comes. */
export interface Readings {
  version: string;
  lastSuccess: Date | undefined;
  scheduleInterval: number | undefined;
  tokenExpires: Date | undefined;
  tokenValid: boolean;
  leading: boolean;
  grafanaReachable: boolean;
  targetReachable: boolean | undefined;
  snapshots: number | undefined;
  onHold: number | undefined;
  snapshotBytes: number | undefined;
  resources: Readonly<Record<string, number>>;
  /** What the newest snapshot covers. */
  coverage: Coverage | undefined;
  /** Whether much is missing from it, and no one has accepted that. */
  shrunk: boolean | undefined;
  /** The same where much was deleted or overwritten, but less than half. */
  massChange: boolean | undefined;
  /** Whether backups leave out something that no one chose to leave out. */
  uncovered: boolean | undefined;
  /** Codes of what was found wrong with the repository; undefined before it was read. */
  findings: readonly FindingCode[] | undefined;
  notificationFailures: number;
  /** End of the newest copy to the second target that did not fail. */
  lastCopy?: Date | undefined;
  /** Whether the second target lacks the newest backups; undefined without one. */
  copyOverdue?: boolean | undefined;
  /** Level of each line of the readiness; absent before it is known. */
  readiness?: Readonly<Partial<Record<string, ReadinessLevel>>>;
  /** The newest certain run of each operation, whichever process ended it. */
  runs?: Readonly<Partial<Record<RunKind, RunLine>>>;
}

/** The service's own metrics, in their own registry. Labels are small closed sets: no uid, no title, no address. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #read: () => Readings;
  readonly #runs: Counter<'kind' | 'status'>;
  readonly #duration: Histogram<'kind'>;
  readonly #resources: Counter<'kind' | 'result'>;
  readonly #problems: Gauge<'kind'>;
  readonly #last: Gauge<'kind' | 'status'>;
  readonly #drill: Gauge;
  readonly #verify: Gauge;
  readonly #bytes: Counter;
  /** IDs of the runs that the gauges show. */
  readonly #shown = { last: new Map<RunKind, string>(), success: new Map<RunKind, string>() };

  constructor(read: () => Readings) {
    this.#read = read;
    const registers = [this.#registry];
    this.#runs = new Counter({
      name: 'dashkeep_runs_total',
      help: 'Finished runs, by operation and status.',
      labelNames: ['kind', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'dashkeep_run_duration_seconds',
      help: 'Duration of runs.',
      labelNames: ['kind'],
      buckets: [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
      registers,
    });
    this.#resources = new Counter({
      name: 'dashkeep_resources_total',
      help: 'Resources by operation and result: stored, reused, skipped, failed, …',
      labelNames: ['kind', 'result'],
      registers,
    });
    this.#problems = new Gauge({
      name: 'dashkeep_last_run_problems',
      help: 'Resources that could not be read or written in the last run of each operation; for verify, its problems.',
      labelNames: ['kind'],
      registers,
    });
    this.#last = new Gauge({
      name: 'dashkeep_last_run_status',
      help: 'Status of the last run of each operation: 1 for that status, 0 for the others. After a restart, it is the status of the last run that was neither cancelled nor interrupted.',
      labelNames: ['kind', 'status'],
      registers,
    });
    this.#drill = new Gauge({
      name: 'dashkeep_drill_success',
      help: 'Whether the last restore test restored everything that it tests: 1 or 0.',
      registers,
    });
    this.#verify = new Gauge({
      name: 'dashkeep_verify_success',
      help: 'Whether the last verification finished without problems: 1 or 0.',
      registers,
    });
    this.#bytes = new Counter({
      name: 'dashkeep_written_bytes_total',
      help: 'Content that backups added to the repository, in bytes before compression.',
      registers,
    });
    // Before a first run there is nothing to say about it; NaN keeps alerts on it silent.
    this.#drill.set(Number.NaN);
    this.#verify.set(Number.NaN);
    this.#registerReadings();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    // Otherwise an alert about damage would end with a restart.
    for (const run of Object.values(this.#read().runs ?? {})) {
      this.#show(run, ({ kind, id }, shown) => (shown.get(kind) ?? '') < id);
    }
    return this.#registry.metrics();
  }

  ended(record: RunRecord): void {
    const { kind, status } = record;
    this.#runs.inc({ kind, status });
    if (record.duration !== undefined) {
      this.#duration.observe({ kind }, record.duration / 1000);
    }
    for (const [result, count] of Object.entries(record.counts)) {
      if (['stored', 'reused', 'skipped', 'failed', 'created', 'updated', 'deleted', 'unchanged'].includes(result)) {
        this.#resources.inc({ kind, result }, count);
      }
    }
    this.#bytes.inc(record.counts['bytes'] ?? 0);
    this.#show(runLine(record));
  }

  /** Sets what is said of the last run, if it is news. */
  #show(run: RunLine, isNews: (run: RunLine, shown: ReadonlyMap<RunKind, string>) => boolean = () => true): void {
    const { kind, status, id } = run;
    const { last, success } = this.#shown;
    if (isNews(run, last)) {
      last.set(kind, id);
      // A damaged manifest is no single resource.
      this.#problems.set({ kind }, Math.max(run.problems, run.counts['problems'] ?? 0));
      for (const other of ['complete', 'partial', 'failed', 'cancelled', 'interrupted']) {
        this.#last.set({ kind, status: other }, Number(other === status));
      }
    }
    const gauge = kind === 'drill' ? this.#drill : kind === 'verify' && isOfAll(run) ? this.#verify : undefined;
    if (gauge !== undefined && !['cancelled', 'interrupted'].includes(status) && isNews(run, success)) {
      success.set(kind, id);
      gauge.set(Number(status === 'complete'));
    }
  }

  #registerReadings(): void {
    const gauge = (name: string, help: string, value: (readings: Readings) => number | undefined): void => {
      const read = this.#read;
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          const reading = value(read());
          if (reading === undefined) {
            this.remove();
          } else {
            this.set(reading);
          }
        },
      });
    };
    const seconds = (time: Date | undefined): number | undefined =>
      time === undefined ? undefined : time.getTime() / 1000;
    gauge('dashkeep_last_success_timestamp_seconds', 'Time of the newest complete backup.', (r) =>
      seconds(r.lastSuccess),
    );
    gauge(
      'dashkeep_schedule_interval_seconds',
      'Longest recent time between two scheduled backups, in seconds.',
      (r) => r.scheduleInterval,
    );
    gauge('dashkeep_token_expiry_timestamp_seconds', 'Earliest time at which a Grafana token expires.', (r) =>
      seconds(r.tokenExpires),
    );
    gauge('dashkeep_token_valid', 'Whether Grafana accepts the token: 1 or 0.', (r) => Number(r.tokenValid));
    gauge('dashkeep_leader', 'Whether this replica runs the schedule: 1 or 0.', (r) => Number(r.leading));
    gauge('dashkeep_grafana_up', 'Whether Grafana responds: 1 or 0.', (r) => Number(r.grafanaReachable));
    gauge('dashkeep_target_up', 'Whether the target responded to the last request: 1 or 0.', (r) =>
      r.targetReachable === undefined ? undefined : Number(r.targetReachable),
    );
    gauge('dashkeep_repository_snapshots', 'Snapshots in the repository.', (r) => r.snapshots);
    gauge('dashkeep_snapshots_on_hold', 'Snapshots on hold, which are kept until the hold ends.', (r) => r.onHold);
    gauge('dashkeep_snapshot_bytes', 'Content size of the newest snapshot, in bytes.', (r) => r.snapshotBytes);
    gauge('dashkeep_copy_last_success_timestamp_seconds', 'End time of the newest copy that did not fail.', (r) =>
      seconds(r.lastCopy),
    );
    gauge(
      'dashkeep_copy_overdue',
      'Whether the second target has lacked the newest backups for more than two intervals: 1 or 0.',
      (r) => (r.copyOverdue === undefined ? undefined : Number(r.copyOverdue)),
    );
    gauge(
      'dashkeep_backup_shrunk',
      'Whether the newest snapshot is much smaller than the last full one: 1 or 0.',
      (r) => (r.shrunk === undefined ? undefined : Number(r.shrunk)),
    );
    gauge(
      'dashkeep_backup_mass_change',
      'Whether unusually many resources were deleted or changed, but the snapshot is not much smaller: 1 or 0.',
      (r) => (r.massChange === undefined ? undefined : Number(r.massChange)),
    );
    gauge(
      'dashkeep_backup_uncovered',
      'Whether backups lack, or may lack, anything that is not excluded on purpose: 1 or 0. Absent until a snapshot exists.',
      (r) => (r.uncovered === undefined ? undefined : Number(r.uncovered)),
    );
    for (const part of ['organizations', 'kinds'] as const) {
      const of = ({ coverage }: Readings): Coverage['orgs'] | undefined =>
        part === 'kinds' ? coverage?.kinds : coverage?.orgs;
      gauge(`dashkeep_covered_${part}`, `Number of ${part} in the newest snapshot.`, (r) => of(r)?.read);
      gauge(`dashkeep_existing_${part}`, `Number of existing ${part}, if known.`, (r) => of(r)?.existing);
    }
    const read = this.#read;
    new Counter({
      name: 'dashkeep_notification_failures_total',
      help: 'Notifications that could not be delivered.',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read().notificationFailures);
      },
    });
    new Gauge({
      name: 'dashkeep_snapshot_resources',
      help: 'Resources in the newest snapshot, by kind.',
      labelNames: ['kind'],
      registers: [this.#registry],
      collect() {
        this.reset();
        Object.entries(read().resources).forEach(([kind, count]) => this.set({ kind }, count));
      },
    });
    new Gauge({
      name: 'dashkeep_repository_finding',
      help: 'Whether the service reports this finding about the repository: 1 or 0.',
      labelNames: ['code'],
      registers: [this.#registry],
      collect() {
        this.reset();
        const { findings } = read();
        FINDING_CODES.forEach((code) => findings && this.set({ code }, Number(findings.includes(code))));
      },
    });
    new Gauge({
      name: 'dashkeep_readiness',
      help: 'Readiness for a recovery, by line: 0 ok, 1 warning, 2 bad. Absent for a line that is unknown.',
      labelNames: ['line'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [line, level] of Object.entries(read().readiness ?? {})) {
          const value = ['ok', 'warning', 'bad'].indexOf(level ?? 'unknown');
          if (value >= 0) {
            this.set({ line }, value);
          }
        }
      },
    });
    new Gauge({
      name: 'dashkeep_build_info',
      help: 'Version of the service.',
      labelNames: ['version'],
      registers: [this.#registry],
      collect() {
        this.set({ version: read().version }, 1);
      },
    });
  }
}
