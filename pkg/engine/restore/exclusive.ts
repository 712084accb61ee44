import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { grafanaIdentity } from '../../grafana/server-identity.ts';
import type { Session } from '../../repository/sessions/session.ts';
import { assertNoRestore, openRestore } from '../../repository/sessions/restores.ts';
import type { ApplyOptions } from './types.ts';

/**
 * Does the work while no other restore of this repository writes to the same Grafana. The lock is a session of the
 * repository: signed, renewed every minute, and void when it was not. Grafana itself has no place for one that only
 * admins can write and that ends by itself; see docs/decisions/27-one-restore-at-a-time.md.
 * @throws DK_BUSY while another restore does
 */
export async function exclusively<T>(
  options: ApplyOptions,
  grafana: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const session = await open(options, grafana);
  try {
    return await work();
  } finally {
    await session?.end();
  }
}

/** For a plan that is applied: one made while another restore writes would be out of date. @throws DK_BUSY */
export async function assertAlone({
  instance,
  repository,
  signal,
}: Pick<ApplyOptions, 'instance' | 'repository' | 'signal'>): Promise<void> {
  await assertNoRestore(repository.sessions, { grafana: await identityOf({ instance, signal }) }, { signal });
}

/** The keys that identify the Grafana of a restore; none where it shows none. */
export async function identityOf({ instance, signal }: Pick<ApplyOptions, 'instance' | 'signal'>): Promise<string[]> {
  const client = instance.orgs[0]?.client;
  return client === undefined ? [] : grafanaIdentity(client, signal);
}

async function open(
  { run, repository, safetySnapshot, log, signal }: ApplyOptions,
  grafana: readonly string[],
): Promise<Session | undefined> {
  if (run === undefined) {
    return undefined;
  }
  try {
    return await openRestore(repository.sessions, { id: run, grafana }, { signal });
  } catch (error) {
    const isRefused = error instanceof DashkeepError && error.code.startsWith('DK_STORE_');
    if (safetySnapshot || !isRefused) {
      throw error;
    }
    // In an emergency, a bucket that can only be read must do.
    log.warn({ reason: reasonOf(error) }, 'the target is not writable, so other restores do not notice this one');
    return undefined;
  }
}
