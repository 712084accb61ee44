import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { Repository } from '../repository.ts';

/** How many objects are tried. */
const TRIED = 4;

/**
 * Tries the identities given on a snapshot: on its smallest objects, which rarely change and so are mostly the oldest.
 * @returns DK_IDENTITY_MISSING when one of them is for others. What else is wrong with an object, a verification says
 */
export async function unopened(
  { keyring, objects }: Repository,
  { resources }: Pick<Manifest, 'resources'>,
  calls: Abortable = {},
): Promise<DashkeepError | undefined> {
  if (!keyring.readsObjects) {
    return undefined;
  }
  const smallest = new Set(resources.toSorted((a, b) => a.bytes - b.bytes).map(({ object }) => object));
  const refused = async (object: string): Promise<DashkeepError | undefined> => {
    try {
      await objects.get(object, calls);
    } catch (error) {
      calls.signal?.throwIfAborted();
      return error instanceof DashkeepError && error.code === 'DK_IDENTITY_MISSING' ? error : undefined;
    }
  };
  return (await Promise.all([...smallest].slice(0, TRIED).map(refused))).find((one) => one !== undefined);
}

/** The same. @throws DK_IDENTITY_MISSING */
export async function assertOpens(...of: Parameters<typeof unopened>): Promise<void> {
  const refused = await unopened(...of);
  if (refused !== undefined) {
    throw refused;
  }
}
