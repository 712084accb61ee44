import type { OpenStoreOptions, StoreExplanation } from '../open.types.ts';
import type { DirectoryPlace } from './place.ts';
import { directoryWithin } from './roots.ts';
import { DirectoryStore } from './store.ts';

/** @throws DK_NOT_ALLOWED for a directory outside those that are allowed */
export async function openDirectory(
  { path }: DirectoryPlace,
  { directories, random }: OpenStoreOptions,
): Promise<StoreExplanation & { store: DirectoryStore }> {
  const value = directories === undefined ? path : await directoryWithin(path, directories);
  const settings = [{ name: 'directory', value, from: 'the target' }];
  return { store: new DirectoryStore(value, random), settings, warnings: [] };
}
