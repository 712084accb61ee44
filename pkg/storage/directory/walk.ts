import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../lib/file-errors.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { compareKeys } from '../keys.ts';
import type { ObjectInfo } from '../store.ts';
import { valueIf } from '../../lib/expected-errors.ts';

const STATS_AT_ONCE = 64;

const isGone = (error: unknown): boolean => systemCode(error) === 'ENOENT';

interface WalkOptions {
  prefix: string;
  startAfter: string | undefined;
  signal: AbortSignal | undefined;
}

interface Entry {
  /** The key, with a slash at its end for a directory: that is what makes the byte order of all keys come out right. */
  key: string;
  path: string;
}

/** All files below a directory in byte order of their keys. Names that start with a dot are not the repository's. */
export async function* walk(
  directory: string,
  keyOfDirectory: string,
  options: WalkOptions,
): AsyncIterable<ObjectInfo> {
  const entries = await entriesOf(directory, keyOfDirectory, options);
  let files: Entry[] = [];
  for (const entry of entries) {
    const isDirectory = entry.key.endsWith('/');
    if (!isDirectory) {
      files.push(entry);
    }
    if (isDirectory || files.length === STATS_AT_ONCE) {
      yield* infosOf(files, options.signal);
      files = [];
    }
    if (isDirectory) {
      yield* walk(entry.path, entry.key, options);
    }
  }
  yield* infosOf(files, options.signal);
}

/** Names of the directories in a directory, in byte order. */
export async function foldersIn(directory: string, signal: AbortSignal | undefined): Promise<string[]> {
  const entries = await entriesOf(directory, '', { prefix: '', startAfter: undefined, signal });
  return entries.flatMap(({ key }) => (key.endsWith('/') ? [key.slice(0, -1)] : [])).sort(compareKeys);
}

async function entriesOf(directory: string, keyOfDirectory: string, options: WalkOptions): Promise<Entry[]> {
  options.signal?.throwIfAborted();
  const found = await readdir(directory, { withFileTypes: true }).catch(valueIf(isGone, []));
  const entries: Entry[] = [];
  for (const item of found) {
    const key = `${keyOfDirectory}${item.name}${item.isDirectory() ? '/' : ''}`;
    if (item.name.startsWith('.') || !mayHold(key, options)) {
      continue;
    }
    if (item.isSymbolicLink()) {
      throw new DashkeepError('DK_STORE_DENIED', `${key} is a symbolic link, which a target must not contain`);
    }
    if (item.isDirectory() || item.isFile()) {
      entries.push({ key, path: join(directory, item.name) });
    }
  }
  return entries.sort((a, b) => compareKeys(a.key, b.key));
}

/** Whether the entry is, or may contain, something that was asked for. */
function mayHold(key: string, { prefix, startAfter }: WalkOptions): boolean {
  if (!key.endsWith('/')) {
    return key.startsWith(prefix) && (startAfter === undefined || compareKeys(key, startAfter) > 0);
  }
  const matches = key.startsWith(prefix) || prefix.startsWith(key);
  return matches && (startAfter === undefined || startAfter.startsWith(key) || compareKeys(key, startAfter) > 0);
}

/** A file that vanished since it was seen is no longer listed: that is what a later listing would say, too. */
async function* infosOf(files: readonly Entry[], signal: AbortSignal | undefined): AsyncIterable<ObjectInfo> {
  signal?.throwIfAborted();
  const stats = await Promise.all(files.map((file) => lstat(file.path).catch(valueIf(isGone, undefined))));
  for (const [at, file] of files.entries()) {
    const stat = stats[at];
    if (stat !== undefined) {
      yield { key: file.key, size: stat.size, lastModified: stat.mtime };
    }
  }
}
