import { DashkeepError } from '../contract/errors.ts';
import type { Log, Randomness } from '../contract/ports.ts';
import { DirectoryStore } from './directory.ts';
import type { ObjectStore } from './store.ts';
import { parseTarget } from './target.ts';

export interface OpenStoreOptions {
  /** The process's environment, or what stands in for it: AWS_*, DASHKEEP_S3_*, HOME. */
  environment: Readonly<Record<string, string | undefined>>;
  random: Randomness;
  log: Log;
}

/**
 * Opens the store of a target: `s3://bucket/prefix` or `file:///directory`. Nothing is read or written yet.
 *
 * @throws DK_SETTINGS
 */
export async function openStore(target: string, options: OpenStoreOptions): Promise<ObjectStore> {
  const parsed = parseTarget(target);
  switch (parsed.kind) {
    case 'directory':
      return new DirectoryStore(parsed.path, options.random);
    case 's3':
      throw new DashkeepError('DK_SETTINGS', 'S3 targets cannot be opened yet');
  }
}
