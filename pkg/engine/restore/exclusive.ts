import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { grafanaKeys, wroteTo, type NamedGrafana } from '../../grafana/server-identity.ts';
import type { Session } from '../../repository/sessions/session.ts';
import { assertNoRestore, openRestore } from '../../repository/sessions/restores.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { ApplyOptions } from './types.ts';

/**
 * Does the work while no other restore of this repository writes to the same Grafana. The lock is a session of the
 * repository: signed, renewed every minute, and void when it was not. Grafana itself has no place for one that only
 * admins can write and that ends by itself; see docs/decisions/27-one-restore-at-a-time.md.
 * @throws DK_BUSY while another restore does
 */
export async function exclusively<T>(options: ApplyOptions, grafana: NamedGrafana, work: () => Promise<T>): Promise<T> {
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
  const { keys } = await grafanaOf({ instance, signal });
  await assertNoRestore(repository.sessions, { grafana: keys.map(({ x }) => x) }, { signal });
}

/** The Grafana of a restore, as its record names it. */
export async function grafanaOf({
  instance: { url, orgs },
  signal,
}: Pick<ApplyOptions, 'instance' | 'signal'>): Promise<NamedGrafana> {
  const client = orgs[0]?.client;
  return { url, keys: client === undefined ? [] : await grafanaKeys(client, signal) };
}

/** The Grafana that a restore wrote to. Records of earlier releases name none: then that of its safety snapshot. */
export function writtenTo(
  { grafana }: Pick<RunRecord, 'grafana'>,
  safety: Pick<Manifest, 'trigger' | 'grafana'>,
): NamedGrafana | undefined {
  return grafana ?? (safety.trigger === 'safety' ? { url: safety.grafana.url, keys: [] } : undefined);
}

/** The runs that wrote to the Grafana of a restore, or do not say to which. */
export async function thoseHere<Stored extends { record: RunRecord }>(
  options: Pick<ApplyOptions, 'instance' | 'signal'>,
  runs: readonly Stored[],
): Promise<Stored[]> {
  const here = runs.some(({ record }) => record.grafana !== undefined) ? await grafanaOf(options) : undefined;
  return runs.filter(({ record: { grafana } }) => !here || !grafana || wroteTo(here, grafana));
}

async function open(
  { run, repository, safetySnapshot, log, signal }: ApplyOptions,
  { keys }: NamedGrafana,
): Promise<Session | undefined> {
  if (run === undefined) {
    return undefined;
  }
  try {
    return await openRestore(repository.sessions, { id: run, grafana: keys.map(({ x }) => x) }, { signal });
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
