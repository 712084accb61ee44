import type { RepositoryKey } from './keyring.ts';
import { isKeyFileOf, isWrappedFor, type FoundKey } from './key-files.ts';
import type { KnownKey } from './local-key.ts';

/** A key that may be written under, with those of the recipients who can read every object stored under it. */
export interface ReadableKey {
  key: RepositoryKey;
  readers: readonly string[];
}

/** What tells who can read the objects of a key: no encrypted file names its recipients. */
interface Evidence {
  /** Who is to read what is written from now on. */
  recipients: readonly string[];
  /** The files of all keys. */
  keyFiles: readonly string[];
  /** The recipients whose identities are given. */
  own: readonly string[];
}

/**
 * The first of the keys whose objects one of the recipients can read; undefined when there is none: then what is
 * stored already is of no use to them.
 * @param known - of the local state
 * @param trusted - opened with the identities, oldest first
 */
export function readableKey(
  known: readonly KnownKey[],
  trusted: readonly FoundKey[],
  evidence: Evidence,
): ReadableKey | undefined {
  const opened = (key: RepositoryKey): readonly string[] | undefined =>
    trusted.some((one) => one.key.id === key.id && filesOf(key, evidence).every((file) => one.files.includes(file)))
      ? evidence.own
      : undefined;
  const candidates = [...known, ...trusted.map(({ key }): KnownKey => ({ key: { format: 1, ...key } })).reverse()];
  return candidates
    .map(({ key: { format: _, ...key }, readers }) => ({
      key,
      readers: among(key, readers ?? opened(key) ?? [], evidence),
    }))
    .find(({ readers }) => readers.length > 0);
}

function among(key: RepositoryKey, readers: readonly string[], evidence: Evidence): readonly string[] {
  const { recipients } = evidence;
  const files = filesOf(key, evidence);
  // For any other set, `repair --rewrap` has left no file.
  const isForAll = files.length > 0 && files.every((file) => isWrappedFor(file, recipients));
  return isForAll ? recipients : recipients.filter((one) => readers.includes(one));
}

function filesOf({ id }: RepositoryKey, { keyFiles }: Evidence): string[] {
  return keyFiles.filter((file) => isKeyFileOf(file, id));
}
