import { directoryWithin } from './directory/roots.ts';
import { DirectoryStore } from './directory/store.ts';
import type { OpenStoreOptions, StoreExplanation } from './open.types.ts';
import type { ObjectStore } from './store.ts';
import { parseTarget } from './target.ts';

export type { OpenStoreOptions, StoreExplanation } from './open.types.ts';
export type { S3Settings } from './s3/settings/settings.ts';

/**
 * Opens the store of a target: `s3://bucket/prefix` or `file:///directory`. Nothing is read from it or written to it
 * yet.
 *
 * @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS
 */
export async function openStore(target: string, options: OpenStoreOptions): Promise<ObjectStore> {
  return (await openExplained(target, options)).store;
}

/** The same, with where each part of the address and the key come from. */
export async function openExplained(
  target: string,
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: ObjectStore }> {
  const parsed = parseTarget(target);
  if (parsed.kind === 'directory') {
    const value = await allowedPath(parsed.path, options);
    const settings = [{ name: 'directory', value, from: 'the target' }];
    return { store: new DirectoryStore(value, options.random), settings, warnings: [] };
  }
  // Loaded only when needed: the S3 client takes a tenth of a second and 20 MB.
  const { openS3 } = await import('./s3/store.ts');
  return openS3(parsed, options);
}

async function allowedPath(path: string, { directories }: OpenStoreOptions): Promise<string> {
  return directories === undefined ? path : directoryWithin(path, directories);
}
