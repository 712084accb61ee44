import { compact } from '../contract/compact.ts';
import { warningOf } from '../contract/reasons/reason.ts';
import { damagedBefore } from '../engine/damaged.ts';
import { listedRuns } from '../engine/runs.ts';
import { isKeyFileLost } from '../repository/encryption/own-signature.ts';
import { KEY_LOST, restoredFinding, type RecipientFinding } from '../repository/encryption/recipient-findings.ts';
import { withLocksRenewed } from '../repository/sessions/locks.ts';
import { knownDamage, rememberDamage } from '../repository/verify/damage.ts';
import { isOfKnownKind, type VerifyProblem } from '../repository/verify/problems.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../repository/verify/verify.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** Anyone who can write to the bucket can add thousands of manifests; the count of problems has them all. */
const WARNINGS_KEPT = 20;

/** As many runs as the index has. */
const RUNS_LISTED = 1000;

/**
 * Checks that every snapshot can be restored, or one. Objects that were damaged when they were last read are read
 * again: that they exist does not mean that they were repaired.
 */
export async function runVerify(
  { repository }: Pick<Session, 'repository'>,
  choice: Pick<VerifyOptions, 'readData' | 'snapshot'>,
  run: Run,
): Promise<RunOutcome<VerifyReport>> {
  const { signal, onProgress } = run;
  const progress = (done: number, total: number, phase: string): void =>
    onProgress({ phase: `verifying ${phase}`, done, total, kinds: {} });
  const runs = await listedRuns(repository, { limit: RUNS_LISTED, signal });
  const suspects = new Set((await damagedBefore(repository, runs, { signal }))?.objects);
  // The verification may write the file again, before the index.
  const isLost = await isKeyFileLost(repository, { signal });
  const report = await verify(repository, { ...choice, suspects, signal, progress });
  const damaged = report.problems.filter(({ code }) => code === 'DK_OBJECT_DAMAGED').map(({ object }) => object);
  const { trust, log } = repository;
  const { state } = trust.keys;
  const known = (await knownDamage(state))?.manifests ?? [];
  const manifests = damagedManifests(report, known);
  const isOther = manifests.join() !== known.join();
  if (choice.snapshot === undefined ? report.snapshots > 0 : damaged.length > 0 || isOther) {
    const others = choice.snapshot === undefined ? [] : suspects;
    const objects = [...new Set([...damaged, ...others])];
    await rememberDamage({ state, log }, { run: run.id, objects, manifests });
  }
  const alarm = restoredFinding(repository.keyring) ?? (isLost ? KEY_LOST : undefined);
  return withLocksRenewed(repository, verifyOutcome(report, alarm), run);
}

/** The snapshots whose manifests are damaged, with those known before that were not looked at now. */
function damagedManifests({ snapshot, problems }: VerifyReport, known: readonly string[]): string[] {
  const found = problems.flatMap(({ code, snapshots }) => (code === 'DK_MANIFEST_DAMAGED' ? snapshots : []));
  const others = snapshot === undefined ? [] : known.filter((id) => id !== snapshot);
  return [...others, ...found];
}

/**
 * What the run record says about a verification.
 * @param alarm - about the file with the key
 */
export function verifyOutcome(report: VerifyReport, alarm?: RecipientFinding): RunOutcome<VerifyReport> {
  const { snapshots, snapshot, objects, read, problems } = report;
  const named = problems.map((one) => ({ ...one, resources: one.resources.filter(isOfKnownKind) }));
  // The identity is the problem then, not any resource.
  const isOfIdentity = named.every(({ code, object }) => code === 'DK_IDENTITY_MISSING' && object !== '');
  const ofSnapshots = isOfIdentity
    ? named.slice(0, 1)
    : named.filter(({ resources }) => resources.length === 0).slice(0, WARNINGS_KEPT);
  return {
    value: report,
    status: problems.length === 0 ? 'complete' : 'failed',
    ...compact({ snapshot }),
    counts: { snapshots, objects, read, problems: problems.length },
    // Of a whole snapshot or repository, or of kinds that this version does not know.
    ...warningOf([
      ...(alarm === undefined ? [] : [alarm.why]),
      ...ofSnapshots.map((one) => ({ code: one.code, params: paramsOf(one) })),
    ]),
    errors: (isOfIdentity ? [] : named).flatMap(({ resources, ...one }) =>
      resources.map(({ org, kind, uid, title }) => ({
        ...{ org, kind, uid, title },
        reason: one.reason,
        code: one.code,
        params: paramsOf({ ...one, resources }),
      })),
    ),
  };
}

/** With the object, so that the next verification reads it again. */
function paramsOf({ reason: message, object, signer }: VerifyProblem): Record<string, string> {
  return { message, ...(object === '' ? {} : { object }), ...(signer === undefined ? {} : { signer }) };
}
