import { compact } from '../../../contract/compact.ts';
import type { Readiness as Report } from '../../../contract/api/readiness.ts';
import { countsNow, isRegularBackup } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import { lateAfterSeconds, runLine, type RunRecord } from '../../../contract/runs.ts';
import { withoutWords } from '../../../engine/runs.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { StateStore } from '../../../lib/state.ts';
import type { Hold } from '../../../repository/holds/annotations.ts';
import { timeOfId } from '../../../repository/layout.ts';
import type { Repository } from '../../../repository/repository.ts';
import { runIdsBetween } from '../../../repository/runs.ts';
import { isOf, type Caller } from '../../organizations/caller.ts';
import { recordFor } from '../../organizations/run-view.ts';
import type { RepositoryCache } from '../../repository/repository-cache.ts';
import { recordOf, type Journal } from '../../runs/journal.ts';
import type { SettingsStore } from '../../settings/store.ts';
import { schedulesOf } from '../../status/status.ts';
import { readConfirmations, type Confirmation } from '../confirmations.ts';

/** More runs than a year of hourly backups has. A report that reaches this limit says so. */
const MOST_RUNS = 20_000;
const READS_AT_ONCE = 16;
/** Characters of a record that no trusted key signed, without its lists; of a longer one, little is shown. */
const UNSIGNED_MOST = 4096;
/** How many resources of a restore are named. */
const TOUCHED_SHOWN = 20;

export interface PeriodParts {
  repositoryCache: RepositoryCache;
  settings: SettingsStore;
  journal: Pick<Journal, 'entries'>;
  state: StateStore;
  clock: Clock;
}

/**
 * Where the facts about a run come from: a record signed by a trusted key, the journal of this service, or neither, so
 * that anyone who can write to the target could have changed them.
 */
export type Evidence = 'signed' | 'journal' | 'unsigned';

export interface ReportedRun {
  run: RunRecord;
  /** How many single resources failed. */
  problems: number;
  evidence: Evidence;
}

/** A time without a new backup that was longer than the schedule allows. */
export interface Gap {
  from: Date;
  to: Date;
}

export interface Period {
  from: Date;
  to: Date;
}

/** What happened in a period. */
export interface PeriodFacts extends Period {
  now: Date;
  target: string;
  /** As it is now. */
  readiness: Report;
  /** Oldest first. */
  runs: ReportedRun[];
  /** Whether there are more. */
  isCut: boolean;
  gaps: Gap[];
  /** Hours after which a backup is overdue, by the schedule of now; undefined without one. */
  lateAfterHours: number | undefined;
  holds: Hold[];
  confirmations: Confirmation[];
}

/**
 * Gathers what happened in a period. Reads only.
 * @param readiness - as it is now
 * @param caller - undefined for the whole installation
 */
export async function periodFacts(
  { repositoryCache, settings, journal, state, clock }: PeriodParts,
  readiness: Report,
  { from, to }: Period,
  caller: Caller | undefined,
  signal: AbortSignal,
): Promise<PeriodFacts> {
  const now = clock.now();
  const isWithin = (time: Date | string): boolean => new Date(time) >= from && new Date(time) < to;
  const read = await repositoryCache.read(signal, async (repository) => {
    const { active, ended } = await repository.annotations.read({ signal });
    return {
      runs: await storedRuns(repository, { from, to }, signal),
      snapshots: await repository.snapshots({ whole: true, signal }),
      holds: [...[...active.values()].flat(), ...ended],
      target: repository.store.description,
    };
  });
  const stored = new Map(read.runs.map((one) => [one.record.id, one]));
  const ids = new Set([...stored.keys(), ...journal.entries.map(({ id }) => id)]);
  const records = new Map(journal.entries.map((entry) => [entry.id, recordOf(entry)]));
  const runs = [...ids]
    .sort()
    .filter((id) => isWithin(timeOfId(id)))
    .flatMap((id) => reported(stored.get(id), records.get(id), caller) ?? []);
  const interval = schedulesOf(settings.view().values, now)[0]?.intervalSeconds;
  const backups = [
    ...read.snapshots.filter((one) => countsNow(one) && isRegularBackup(one)).map(({ time }) => new Date(time)),
    ...runs.filter(isBackupWithResult).map(({ run }) => new Date(run.started)),
  ];
  return {
    ...{ from, to, now, readiness, runs, target: read.target },
    isCut: read.runs.length >= MOST_RUNS,
    gaps: interval === undefined ? [] : gapsIn(backups, { from, to: to < now ? to : now }, lateAfterSeconds(interval)),
    lateAfterHours: interval === undefined ? undefined : lateAfterSeconds(interval) / 3600,
    holds: read.holds
      .filter((one) => sinceOf(one) < to && endOf(one) >= from)
      .sort((a, b) => sinceOf(a).getTime() - sinceOf(b).getTime()),
    confirmations: (await readConfirmations(state)).filter(({ time }) => isWithin(time)),
  };
}

interface Stored {
  record: RunRecord;
  isSigned: boolean;
}

async function storedRuns(repository: Repository, period: Period, signal: AbortSignal): Promise<Stored[]> {
  const ids = await runIdsBetween(repository.store, { ...period, most: MOST_RUNS }, { signal });
  const found = await mapConcurrently(READS_AT_ONCE, ids, async (id) => {
    const read = await repository.run(id, { signal });
    const isSigned = read !== undefined && repository.trust.counts(read.author);
    return read && { record: isSigned ? shortened(read.record) : unsigned(read.record), isSigned };
  });
  return found.filter((one) => one !== undefined);
}

/** All records are in memory together, and anyone who can write to the target can have made this one long. */
function unsigned(record: RunRecord): RunRecord {
  const short = shortened(withoutWords(record));
  const { id, kind, status } = record;
  return JSON.stringify(short).length <= UNSIGNED_MOST
    ? short
    : { id, kind, status, started: timeOfId(id).toISOString(), trigger: 'unknown', counts: {}, errors: [] };
}

/** Leaves out or shortens long lists, because a report has thousands of records. */
function shortened({
  touched,
  request: _,
  security: _1,
  entered: _2,
  gave: _3,
  grafana: _4,
  ...record
}: RunRecord): RunRecord {
  const counts = { ...record.counts, failures: runLine(record).problems, touched: touched?.length ?? 0 };
  return compact({ ...record, counts, errors: [], touched: touched?.slice(0, TOUCHED_SHOWN) });
}

/** The journal says how a run of this service ended; the signed record has more details. */
function reported(
  stored: Stored | undefined,
  own: RunRecord | undefined,
  caller: Caller | undefined,
): ReportedRun | undefined {
  const signed = stored?.isSigned === true && (own === undefined || own.kind === stored.record.kind);
  const record = signed ? stored.record : (own ?? stored?.record);
  if (record === undefined) {
    return undefined;
  }
  const end = own?.finished === undefined ? {} : { status: own.status, finished: own.finished };
  const run = { ...record, ...end };
  const seen = caller === undefined ? undefined : recordFor(run, runLine(run), caller);
  if (caller !== undefined && seen === undefined) {
    return undefined;
  }
  const { problems } = seen ?? runLine(run);
  const touched = run.touched?.filter((one) => caller === undefined || isOf(caller, one));
  const evidence = signed ? 'signed' : own === undefined ? 'unsigned' : 'journal';
  return { run: compact({ ...run, ...seen, touched }), problems, evidence };
}

/** A record that anyone can have written hides no time without a backup. */
function isBackupWithResult({ run: { kind, status }, evidence }: ReportedRun): boolean {
  return kind === 'backup' && (status === 'complete' || status === 'partial') && evidence !== 'unsigned';
}

/** The times between two backups that were longer than that; before the first backup, nothing was overdue. */
function gapsIn(backups: readonly Date[], { from, to }: Period, seconds: number): Gap[] {
  const times = [...backups, to].filter((one) => one <= to).sort((a, b) => a.getTime() - b.getTime());
  return times.flatMap((time, index) => {
    const before = times[index - 1];
    const isLong = before !== undefined && time.getTime() - before.getTime() > seconds * 1000;
    return isLong && time > from ? [{ from: before, to: time }] : [];
  });
}

/** When a hold began. */
export function sinceOf({ content, since }: Hold): Date {
  return content === undefined ? since : new Date(content.time);
}

/** When a hold ended, or is to end. */
export function endOf({ content }: Hold): Date {
  const end = content?.released?.time ?? content?.until;
  return end === undefined ? new Date(8.64e15) : new Date(end);
}
