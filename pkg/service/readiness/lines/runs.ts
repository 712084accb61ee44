import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom, type Reason } from '../../../contract/reasons/reason.ts';
import { lateAfterSeconds, type RunLine } from '../../../contract/runs.ts';
import { MAX_SKEW } from '../../../repository/clocks.ts';
import { notFullReasons } from '../../../repository/snapshots/coverage.ts';
import { unmendable } from '../../../repository/verify/problems.ts';
import { copyAdvice, copyProblem } from '../../copy/problem.ts';
import type { CopyEvidence, ReadinessFacts, RepositoryFacts } from '../facts.ts';
import { DAY_MS, noBackup, old, QUARTER, type LineResult } from './line.ts';

/** Without a schedule that says more. */
const BACKUP_DAYS = 2;
const VERIFY_DAYS = 31;

/** What the last complete backup proves. */
export function backup(
  { newest, complete, laterFailed, restored, clocks, newer, untrusted }: RepositoryFacts,
  { now, schedule }: ReadinessFacts,
): LineResult {
  const advice = [reason('ready-back-up')];
  if (clocks !== undefined) {
    const last = complete === undefined ? [] : [reason('ready-complete', { snapshot: complete.id })];
    return { level: 'bad', at: complete?.time, found: [...last, reasonFrom(clocks)], advice: [adviceOf(clocks)] };
  }
  if (complete === undefined && newest !== undefined) {
    // Another backup would be like this one.
    const about = reason('ready-newest', { snapshot: newest.id });
    const next = reason(newest.shrunk === undefined ? 'ready-see-runs' : 'ready-judge-loss');
    return { level: 'bad', found: [about, ...notFullReasons(newest)], advice: [next] };
  }
  if (complete === undefined) {
    return noBackup({ untrusted }, 'bad');
  }
  const found = [reason('ready-complete', { snapshot: complete.id })];
  const { id: snapshot, time: at } = complete;
  const age = now.getTime() - Date.parse(at);
  if (age < -MAX_SKEW) {
    // Nothing would ever be late, and what fails now would look older than this backup.
    const behind = reason('fleet-clock-behind', { time: at });
    return { level: 'unknown', at, found: [...found, behind], advice: [reason('set-clock')] };
  }
  if (schedule?.intervalSeconds !== undefined && age > lateAfterSeconds(schedule.intervalSeconds) * 1000) {
    return { level: 'bad', at, found: [...found, reason('ready-late')], advice: [reason('ready-see-runs')] };
  }
  const notFull = newest === undefined || newest.id === snapshot ? [] : notFullReasons(newest);
  const worse: KnownReason[] = [...notFull, ...(laterFailed ? [reason('ready-later-failed')] : [])];
  if (worse.length === 0 && newer !== undefined) {
    const unknown = reason('snapshot-newer', { snapshot: newer });
    return { level: 'warning', at, found: [...found, unknown], advice: [reason('upgrade-to-read')] };
  }
  if (worse.length > 0) {
    const loss =
      restored !== undefined && newest !== undefined && restored > newest.time ? 'ready-restored' : 'ready-judge-loss';
    const next = reason(newest?.shrunk === undefined ? 'ready-see-runs' : loss);
    // The reason names the complete one.
    const about = newest?.shrunk === undefined ? found : [reason('ready-newest', { snapshot: newest.id })];
    return { level: 'warning', at, found: [...about, ...worse], advice: [next] };
  }
  return schedule?.intervalSeconds === undefined && age > BACKUP_DAYS * DAY_MS
    ? { level: 'warning', at, found: [...found, old(BACKUP_DAYS)], advice }
    : { level: 'ok', at, found };
}

/** What the last verification proves. */
export function verification({ runs: { verify } }: RepositoryFacts, facts: ReadinessFacts): LineResult {
  return aged(verified(verify), verify, VERIFY_DAYS, facts);
}

/** What the last restore test proves. */
export function restoreTest({ runs: { drill } }: RepositoryFacts, facts: ReadinessFacts): LineResult {
  return aged(tested(drill), drill, QUARTER, facts);
}

/** What the copies to the second target prove. */
export function copied(
  { last, copied: newest, read, overdue, target }: CopyEvidence,
  { now }: ReadinessFacts,
): LineResult {
  const hasFailed = last !== undefined && last.status !== 'complete';
  const isDamaged = hasFailed && last.status === 'failed' && last.failure === undefined;
  const problem = isDamaged ? copyProblem(last, target) : undefined;
  const advice = [problem?.advice ?? copyAdvice(last?.failure), reason('ready-see-runs')];
  const why = hasFailed ? [problem?.why ?? whyNot(last)] : [];
  if (newest === undefined) {
    return { level: overdue ? 'bad' : 'warning', found: [reason('ready-copy-none'), ...why], advice };
  }
  const at = newest.finished;
  const found = [reason('ready-copied', { snapshot: newest.snapshot ?? '' })];
  if (overdue || isDamaged) {
    const late = overdue ? [reason('ready-copy-late')] : [];
    return { level: 'bad', at, found: [...found, ...late, ...why], advice };
  }
  if (hasFailed || read === undefined) {
    const worse = hasFailed ? why : [reason('ready-copy-unread')];
    return { level: 'warning', at, found: [...found, ...worse], advice };
  }
  const { snapshots, objects, read: count } = read.counts;
  // A later copy may not have read anything back.
  const time = read.finished ?? read.started;
  const counts = { time, snapshots: String(snapshots), objects: String(objects), read: String(count) };
  const said = objects === undefined ? found : [...found, reason('ready-copy-read-back', counts)];
  const isOld = now.getTime() - Date.parse(read.started) > VERIFY_DAYS * DAY_MS;
  return isOld
    ? { level: 'warning', at, found: [...said, old(VERIFY_DAYS)], advice }
    : { level: 'ok', at, found: said };
}

/** A copy without a failure ended without some snapshots. */
function whyNot(run: RunLine): Reason {
  return run.failure === undefined ? reason('ready-copy-failed') : failure(run);
}

function verified(run: RunLine | undefined): LineResult {
  if (run === undefined) {
    return { level: 'warning', found: [reason('ready-not-verified')], advice: [reason('ready-verify')] };
  }
  const { snapshots, objects, read = 0, problems = run.problems } = run.counts;
  if (run.status !== 'complete') {
    const { why, advice = reason('ready-repair') } = unmendable(run) ?? {};
    // One that could not run has found nothing to repair.
    return run.failure === undefined
      ? {
          level: 'bad',
          found: [reason('ready-verify-problems', { count: String(problems) }), ...(why === undefined ? [] : [why])],
          advice: [advice],
        }
      : { level: 'bad', found: [failure(run)], advice: [reason('ready-see-runs')] };
  }
  const counts = { snapshots: String(snapshots), objects: String(objects), read: String(read) };
  // Other organizations do not see how much there is.
  const found = [reason('ready-verified'), ...(objects === undefined ? [] : [reason('ready-read-back', counts)])];
  return { level: 'ok', found, advice: [reason('ready-verify')] };
}

function tested(run: RunLine | undefined): LineResult {
  const advice = [reason('ready-test')];
  if (run === undefined) {
    return { level: 'warning', found: [reason('ready-not-tested')], advice };
  }
  if (run.status === 'failed') {
    return { level: 'bad', found: [failure(run)], advice: [reason('ready-see-runs')] };
  }
  const { snapshot = '', duration = 0 } = run;
  const { checked, verified, skipped = 0 } = run.counts;
  const found = [
    reason('ready-tested', { snapshot, seconds: String(Math.round(duration / 1000)) }),
    ...(checked === undefined
      ? []
      : [
          reason('ready-came-back', {
            verified: String(verified),
            checked: String(checked),
            skipped: String(skipped),
          }),
        ]),
  ];
  return run.status === 'complete'
    ? { level: 'ok', found, advice }
    : { level: 'warning', found: [...found, reason('ready-test-partial')], advice: [reason('ready-see-runs')] };
}

/** With the time of a run; what went well long ago is no longer evidence. */
function aged(said: LineResult, run: RunLine | undefined, days: number, { now }: ReadinessFacts): LineResult {
  const at = run?.finished;
  const isOld = at !== undefined && now.getTime() - Date.parse(at) > days * DAY_MS;
  return isOld && said.level === 'ok'
    ? { ...said, at, level: 'warning', found: [...said.found, old(days)] }
    : { ...said, at };
}

function failure({ failure: given }: RunLine): Reason {
  return given?.why === undefined
    ? { code: (given?.code ?? 'DK_INTERNAL') as Reason['code'], params: { message: given?.message ?? '' } }
    : (given.why as Reason);
}
