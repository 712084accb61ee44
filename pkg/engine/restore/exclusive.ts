import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { grafanaIdentity } from '../../grafana/server-identity.ts';
import type { Session } from '../../repository/sessions/session.ts';
import { openRestore } from '../../repository/sessions/restores.ts';
import type { ApplyOptions } from './types.ts';

/**
 * Does the work while no other restore of this repository writes to the same Grafana. The lock is a session of the
 * repository: signed, renewed every minute, and void when it was not. Grafana itself has no place for one that only
 * admins can write and that ends by itself; see docs/decisions/27-one-restore-at-a-time.md.
 * @throws DK_BUSY while another restore does
 */
export async function exclusively<T>(options: ApplyOptions, work: () => Promise<T>): Promise<T> {
  const session = await open(options);
  try {
    return await work();
  } finally {
    await session?.end();
  }
}

async function open({
  run,
  instance,
  repository,
  safetySnapshot,
  log,
  signal,
}: ApplyOptions): Promise<Session | undefined> {
  if (run === undefined) {
    return undefined;
  }
  const client = instance.orgs[0]?.client;
  const grafana = client === undefined ? [] : await grafanaIdentity(client, signal);
  try {
    return await openRestore(repository.sessions, { id: run, grafana }, { signal });
  } catch (error) {
    const isRefused = error instanceof DashkeepError && error.code.startsWith('DK_STORE_');
    if (safetySnapshot || !isRefused) {
      throw error;
    }
    // In an emergency, a bucket that can only be read must do.
    log.warn({ reason: reasonOf(error) }, 'the target cannot be written, so other restores do not notice this one');
    return undefined;
  }
}
