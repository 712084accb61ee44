import { asDashkeepError } from '../contract/errors.ts';
import { silentLog } from '../contract/ports.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal, warningOf, type ReasonData } from '../contract/reasons/reason.ts';
import { append } from '../lib/append.ts';
import { hasCode, valueIf } from '../lib/expected-errors.ts';
import { carryAnnotations } from '../repository/copy/annotations.ts';
import { compareClocks } from '../repository/clocks.ts';
import { CONFIG_KEY } from '../repository/layout.ts';
import { applyPrune, planPrune } from '../repository/prune/prune.ts';
import type { Repository } from '../repository/repository.ts';
import { renewLocks } from '../repository/sessions/locks.ts';
import { assertReadable, copyRepository, type CopyResult } from '../repository/copy/copy.ts';
import { selectForCopy } from '../repository/copy/selection.ts';
import { applyForget, planForget } from '../repository/snapshots/forget.ts';
import { restoredFinding } from '../repository/encryption/recipient-findings.ts';
import { futureFinding, refusedOtherwise } from '../repository/snapshots/future.ts';
import { listSnapshots } from '../repository/snapshots/manifests.ts';
import type { RetentionPolicy } from '../repository/snapshots/retention.ts';
import { mendCopy } from '../repository/copy/mend.ts';
import { verify, type VerifyReport } from '../repository/verify/verify.ts';
import { assertElsewhere, assertOutside } from '../storage/same-place.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';
import { verifyOutcome } from './verify.ts';

export interface CopyChoice {
  to: Repository;
  /**
   * The second copy of a service: it has its own retention (undefined keeps everything), and only new snapshots
   * are looked at. Without it, every snapshot is looked at and copied.
   */
  kept?: { policy: RetentionPolicy | undefined };
  /** Also prune, and read back everything. */
  thorough?: boolean;
}

export interface CopyReport extends CopyResult {
  forgotten: string[];
  /** Snapshots that the rules of the copy leave out because they are dated in the future. */
  future: string[];
  /** What else a person should know, in the order in which it was found. */
  warnings: string[];
  warned: ReasonData[];
  /** Objects that were missing or damaged in the copy, and were copied again. */
  mended: number;
  verified: VerifyReport;
}

/** Where a copy goes. */
export interface CopyPlace {
  store: ObjectStore;
  /** Lends the repository, which it creates where there is none. */
  open: <T>(work: (to: Repository) => Promise<T>) => Promise<T>;
}

/**
 * `runCopy` to a place that may be empty: nothing is created there before the source could be read.
 * @throws DK_SETTINGS for a second copy in the place of the first, or any copy below it; what reading the source and
 * `runCopy` throw
 */
export async function runCopyTo(
  session: Pick<Session, 'repository' | 'randomness' | 'log'>,
  { store, open }: CopyPlace,
  choice: Omit<CopyChoice, 'to'>,
  run: Run,
): Promise<RunOutcome<CopyReport>> {
  const { repository: from } = session;
  if (choice.kept !== undefined) {
    assertElsewhere(from.store.description, store.description);
  }
  assertOutside(from.store.description, store.description);
  if ((await store.head(CONFIG_KEY, { signal: run.signal })) === undefined) {
    await assertReadable(from, { signal: run.signal });
  }
  return open((to) => runCopy(session, { ...choice, to }, run));
}

/**
 * Copies what a trusted key signed to another repository, with holds and notes, and verifies it there. Retention runs
 * first, to free space in a full target; it pauses while the source or the copy is not as it was left.
 * @throws DK_SETTINGS for a copy into itself; DK_ENCRYPTION for an unencrypted second copy of an encrypted repository;
 *   DK_CLOCK_SKEW above five minutes, unless clocks are ignored
 */
export async function runCopy(
  { repository: from, randomness, log }: Pick<Session, 'repository' | 'randomness' | 'log'>,
  { to, kept, thorough = false }: CopyChoice,
  run: Run,
): Promise<RunOutcome<CopyReport>> {
  const { signal, onProgress } = run;
  const calls = { signal };
  if (to.id === from.id) {
    throw refusal('DK_SETTINGS', reason('copy-same-repository', { target: to.store.description }), {
      advice: reason('copy-elsewhere'),
    });
  }
  if (kept !== undefined && from.encrypted && !to.encrypted) {
    throw refusal('DK_ENCRYPTION', reason('copy-unencrypted'), { advice: reason('copy-recipients') });
  }
  const warnings: KnownReason[] = [];
  // By this machine's clock, rules select what is copied, and other machines see what is at work.
  for (const { store, clock, ignoreClock } of [from, to]) {
    const isFirst = warnings.length === 0;
    const clocks = { store, clock, ignoreClock, log: isFirst ? log : silentLog };
    // Not every server sends a date.
    const found = await compareClocks(clocks, calls).catch(valueIf(hasCode('DK_STORE_FAILED'), undefined));
    append(warnings, isFirst && found !== undefined ? [found] : []);
  }
  const selection = kept && (await selectForCopy(from, to, kept.policy, calls));
  const future = selection?.future ?? [];
  append(warnings, whyFuture(from, future));
  const restored = restoredFinding(to.keyring);
  append(warnings, restored === undefined ? [] : [restored.why]);
  await carryAnnotations(from, to, calls);
  let forgotten: string[] = [];
  if (selection !== undefined && kept?.policy !== undefined) {
    const paused = await pausedBy(from, to, selection.shrunk, calls);
    if (paused === undefined) {
      forgotten = await retain(to, kept.policy, { thorough, randomness, signal }, warnings);
    } else {
      warnings.push(paused);
    }
  }
  const result = await copyRepository(from, to, {
    ...{ randomness, selection, signal },
    progress: (done, total) => onProgress({ phase: 'copying snapshots', done, total, kinds: {} }),
    onDamaged: (id, error) => void log.warn({ snapshot: id, code: error.code, reason: error.message }, 'not copied'),
  }).catch(async (error: unknown) => {
    if (await hasNoSnapshot(to)) {
      log.warn(
        { target: to.store.description },
        'the copy contains no snapshot yet; run the copy again to continue it',
      );
    }
    throw error;
  });
  if (result.copied.length > 0) {
    await carryAnnotations(from, to, calls);
  }
  const verified = await verify(to, {
    ...(thorough ? { readData: true } : { snapshot: 'latest', inspects: true }),
    progress: (done, total, phase) => onProgress({ phase: `verifying ${phase}`, done, total, kinds: {} }),
    signal,
  }).catch((error: unknown) => verifyWithoutLatest(to, error, result, { warnings, signal }));
  const problems = await mendCopy(from, to, verified.problems, calls);
  const mended = verified.problems.length - problems.length;
  const { warnings: locks } = await renewLocks(to, calls);
  append(warnings, locks);
  const report = { ...result, forgotten, future, mended, verified: { ...verified, problems }, ...warningOf(warnings) };
  return outcomeOf(report, [
    ...warnings,
    ...leftOut(result),
    ...(mended === 0 ? [] : [reason('copy-mended', { count: String(mended) })]),
  ]);
}

/** Whether there are snapshots to copy, but all of them are dated in the future. */
export function copiedNone({ copied, present, future }: CopyReport): boolean {
  return copied.length + present.length === 0 && future.length > 0;
}

/** Why snapshots of the source are dated in the future: its clock was ahead, or the one here is behind. */
function whyFuture({ store, clock, ignoreClock }: Repository, ids: readonly string[]): KnownReason[] {
  const behind = refusedOtherwise({ store, clock, ignoreClock, log: silentLog }, ids);
  return behind.length > 0 ? behind : ids.slice(-1).map((id) => futureFinding(id).why);
}

/** Whether nothing can be restored from it yet. Also asked when the run was aborted. */
async function hasNoSnapshot({ store }: Repository): Promise<boolean> {
  return (await listSnapshots(store).catch(() => undefined))?.length === 0;
}

function outcomeOf(report: CopyReport, warnings: readonly KnownReason[]): RunOutcome<CopyReport> {
  const { copied, present, different, foreign, damaged, newer, objects: copiedObjects } = report;
  const { forgotten, mended, verified } = report;
  const { status, counts, errors, ...found } = verifyOutcome(verified);
  const isPartial = different.length + foreign.length + damaged.length + newer.length > 0 || copiedNone(report);
  const said = warningOf(warnings);
  const numbers = {
    ...{ copied: copied.length, present: present.length, copiedObjects },
    ...(forgotten.length === 0 ? {} : { forgotten: forgotten.length }),
    ...(mended === 0 ? {} : { mended }),
  };
  const snapshot = [...copied, ...present].sort().at(-1);
  return {
    value: report,
    status: status === 'complete' && isPartial ? 'partial' : status,
    ...(snapshot === undefined ? {} : { snapshot }),
    counts: { ...numbers, ...counts },
    errors,
    warnings: [...(found.warnings ?? []), ...said.warnings],
    warned: [...(found.warned ?? []), ...said.warned],
  };
}

/** Settings of the second target that cannot be used, distinguished from those of the first. @throws always */
export function failSecondTarget(error: unknown): never {
  const { code, message } = asDashkeepError(error);
  throw code === 'DK_SETTINGS' || code === 'DK_STORE_CREDENTIALS'
    ? refusal(code, reason('second-target-settings', { message }), {
        advice: reason('correct-second-target'),
        cause: error,
      })
    : error;
}

/** Why nothing may be removed from the copy; undefined if removal is allowed. */
async function pausedBy(
  from: Repository,
  to: Repository,
  isShrunk: boolean,
  calls: { signal: AbortSignal },
): Promise<KnownReason | undefined> {
  if (isShrunk) {
    return reason('copy-keeps-shrunk');
  }
  for (const repository of [from, to]) {
    const [finding] = (await repository.inspect(calls)).all;
    if (finding !== undefined) {
      return reason('copy-keeps-changed', { target: repository.store.description });
    }
  }
  return undefined;
}

/** Forgets by the rules of the copy. If it fails, copying continues. */
async function retain(
  to: Repository,
  policy: RetentionPolicy,
  { thorough, ...options }: Pick<Session, 'randomness'> & { thorough: boolean; signal: AbortSignal },
  warnings: KnownReason[],
): Promise<string[]> {
  try {
    const { forgotten } = await applyForget(to, await planForget(to, policy, options), options);
    if (thorough) {
      await applyPrune(to, await planPrune(to, options), { ...options, confirmed: false });
    }
    return forgotten;
  } catch (error) {
    options.signal.throwIfAborted();
    warnings.push(reason('copy-retention-failed', { message: asDashkeepError(error).message }));
    return [];
  }
}

function leftOut({ different, foreign, damaged, newer }: CopyResult): KnownReason[] {
  const named = [
    ['copy-foreign', foreign],
    ['copy-different', different],
    ['copy-damaged', damaged],
    ['copy-newer', newer],
  ] as const;
  return named.flatMap(([code, ids]) =>
    ids.length === 0 ? [] : [reason(code, { count: String(ids.length), snapshots: ids.slice(0, NAMED).join(', ') })],
  );
}

/** Anyone who can write to a bucket can add thousands. */
const NAMED = 10;

/** Where nothing was copied yet, or only what is from the future or untrusted, there is no latest snapshot. */
async function verifyWithoutLatest(
  to: Repository,
  error: unknown,
  { copied, present }: CopyResult,
  { warnings, signal }: { warnings: KnownReason[]; signal: AbortSignal },
): Promise<VerifyReport> {
  if (!hasCode('DK_NOT_FOUND')(error)) {
    throw error;
  }
  const snapshot = [...copied, ...present].sort().at(-1);
  if (snapshot === undefined) {
    return { snapshots: 0, objects: 0, bytes: 0, read: 0, problems: [] };
  }
  const report = await verify(to, { snapshot, inspects: true, signal });
  const problems = report.problems.filter(({ code }) => code !== 'DK_SNAPSHOT_FUTURE');
  if (problems.length < report.problems.length) {
    warnings.push(futureFinding(snapshot).why);
  }
  return { ...report, problems };
}
