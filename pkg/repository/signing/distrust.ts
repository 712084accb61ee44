import type { Abortable } from '../../lib/abortable.ts';
import type { Repository } from '../repository.ts';
import { newestSigned } from '../verify/inspect.ts';

/**
 * Trusts a key no longer, on a person's word. The newest snapshot of the other keys is remembered from now on; what was
 * missing before stays a finding.
 * @throws DK_REPOSITORY_REPLACED, DK_USAGE as `TrustedKeys.unpin`
 */
export async function distrust(repository: Repository, fingerprint: string, calls: Abortable = {}): Promise<void> {
  const { keys } = repository.trust;
  await repository.inspect(calls);
  await keys.unpin(fingerprint);
  const newest = await newestSigned(repository, new Set(), calls);
  if (newest !== undefined) {
    await keys.noteNewest(newest);
  }
}
