import { DashkeepError } from '../contract/errors.ts';
import type { Manifest } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { lostBetween, type LostPorts } from '../engine/lost.ts';
import { assertCounts } from '../repository/signing/acceptance.ts';

/** A resource of one organization. */
type Ref = Pick<Awaited<ReturnType<typeof lostBetween>>[number], 'org' | 'kind' | 'uid'>;

/**
 * Names what a later snapshot lost of an earlier one, so that exactly that can be put back.
 * @param seen - what the caller may see of the later one
 * @throws DK_NOT_FOUND where nothing is lost, DK_SNAPSHOT_FOREIGN
 */
export async function lostResources(
  ports: LostPorts,
  earlier: Manifest,
  later: string,
  seen: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<Ref[]> {
  const { repository, signal } = ports;
  const stored = await repository.stored(later, { signal });
  assertCounts(repository.trust, stored);
  const lost = await lostBetween(ports, earlier, seen(stored.manifest));
  if (lost.length === 0) {
    const advice = stored.manifest.errors.length > 0 ? { advice: reason('read-again') } : {};
    throw new DashkeepError('DK_NOT_FOUND', `${stored.manifest.id} lost no resources of ${earlier.id}`, advice);
  }
  return lost.map(({ org, kind, uid }) => ({ org, kind, uid }));
}
