import type { DoctorCheck } from '../../contract/api/status.ts';
import { countsNow, isRegularBackup, type SnapshotSummary } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import { isKeyFileLost } from '../../repository/encryption/own-signature.ts';
import { KEY_LOST, pendingRewrapFinding } from '../../repository/encryption/recipient-findings.ts';
import { assertOpens } from '../../repository/encryption/opens.ts';
import type { ServiceParts } from '../parts.ts';
import { checked, failedCheck } from './check.ts';

/**
 * Tries the private key on the newest backup, and says which recipients cannot read all of it, and whether the file
 * with the key is lost; nothing where all is well.
 * @param snapshots - newest first
 */
export async function keyChecks(
  { repositoryCache }: Pick<ServiceParts, 'repositoryCache'>,
  snapshots: readonly SnapshotSummary[],
  signal: AbortSignal,
): Promise<DoctorCheck[]> {
  const subject = reason('ready-of-private-key');
  const newest = snapshots.find((one) => countsNow(one) && isRegularBackup(one));
  if (newest === undefined) {
    return [];
  }
  const checks: DoctorCheck[] = [];
  try {
    const manifest = await repositoryCache.manifest(newest.id, signal);
    await repositoryCache.read(signal, async (repository) => {
      const added = pendingRewrapFinding(repository.keyring);
      if (added !== undefined) {
        checks.push(checked(subject, 'warning', [added.why], added.advice));
      }
      if (await isKeyFileLost(repository, { signal })) {
        checks.push(checked(subject, 'failed', [KEY_LOST.why], KEY_LOST.advice));
      }
      await assertOpens(repository, manifest, { signal });
    });
  } catch (error) {
    const isOfKeys = hasCode('DK_IDENTITY_MISSING')(error);
    checks.push(failedCheck(isOfKeys ? subject : reason('check-of-repository'), error));
  }
  return checks;
}
