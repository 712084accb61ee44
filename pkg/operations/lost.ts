import { DashkeepError } from '../contract/errors.ts';
import type { Manifest } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { lostBetween, type LostPorts } from '../engine/lost.ts';
import { assertCounts } from '../repository/signing/acceptance.ts';

/** A resource of one organization. */
type Ref = Pick<Awaited<ReturnType<typeof lostBetween>>[number], 'org' | 'kind' | 'uid'>;

/** Options of a restore with which it may overwrite what has changed. */
interface Overwriting {
  overwrite?: boolean | undefined;
  promote?: boolean | undefined;
}

/**
 * Names what a later snapshot lost of an earlier one, so that exactly that can be put back. What it only has in another
 * version may be someone's edit, so that is named only for a restore that may overwrite it.
 * @param options - of that restore
 * @param seen - what the caller may see of the later one
 * @throws DK_NOT_FOUND where nothing is lost, DK_SNAPSHOT_FOREIGN
 */
export async function lostResources(
  ports: LostPorts,
  earlier: Manifest,
  later: string,
  { overwrite = false, promote = false }: Overwriting,
  seen: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<Ref[]> {
  const { repository, signal } = ports;
  const stored = await repository.stored(later, { signal });
  assertCounts(repository.trust, stored);
  const all = await lostBetween(ports, earlier, seen(stored.manifest));
  const lost = overwrite || promote ? all : all.filter(({ how }) => how === 'gone');
  if (lost.length === 0) {
    const { id, errors } = stored.manifest;
    const known = errors.length > 0 ? 'read-again' : all.length > 0 ? 'only-changed' : undefined;
    const advice = known === undefined ? {} : { advice: reason(known) };
    throw new DashkeepError('DK_NOT_FOUND', `no resources of ${earlier.id} are missing from ${id}`, advice);
  }
  return lost.map(({ org, kind, uid }) => ({ org, kind, uid }));
}
