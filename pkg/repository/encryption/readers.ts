import type { Abortable } from '../../lib/abortable.ts';
import { append } from '../../lib/append.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { Trust } from '../signing/trust.ts';
import type { RepositoryKey } from './keyring.ts';
import { isKeyFileOf, recipientSet, setOf, type FoundKey } from './key-files.ts';
import type { RememberedKey } from './local-key.ts';

/** A key that may be written under, with those of the recipients who could read every object stored under it. */
export interface ReadableKey {
  key: RepositoryKey;
  readers: readonly string[];
  /** Those of them who cannot since, because a machine with the identity of another one alone wrote under it. */
  passedOver: readonly string[];
}

/** The evidence of who can read the objects of a key: no encrypted file names its recipients. */
interface Evidence {
  /** Who is to read what is written from now on. */
  recipients: readonly string[];
  /** The files of all keys, of which nobody else can have made one: see `filesThatCount`. */
  keyFiles: readonly string[];
  /** The recipients whose identities are given. */
  own: readonly string[];
}

const FILES_AT_ONCE = 8;

/**
 * The files of keys that say by their names for whom something was stored. Anyone who can write to the bucket can put
 * one there under any name: where keys are trusted, only those count of which one of them says anything.
 */
export async function filesThatCount(trust: Trust, keyFiles: readonly string[], calls: Abortable): Promise<string[]> {
  if (trust.standing !== 'pinned') {
    return [...keyFiles];
  }
  const isClaimed = async (file: string): Promise<boolean> =>
    trust.isClaimed(file, await trust.claims(file, calls), calls);
  const claimed = await mapConcurrently(FILES_AT_ONCE, keyFiles, isClaimed, calls.signal);
  return keyFiles.filter((_, index) => claimed[index]);
}

/**
 * Whether a key was wrapped for others than these recipients alone, by the names of the files that count: what is
 * encrypted for these, the others could not read.
 */
export async function isForOthersToo(
  trust: Trust,
  { id }: RepositoryKey,
  { keyFiles, own }: Pick<Evidence, 'keyFiles' | 'own'>,
  calls: Abortable,
): Promise<boolean> {
  const known = new Set(partsOf(own).map(recipientSet));
  const files = keyFiles.filter((file) => isKeyFileOf(file, id) && !known.has(setOf(file)));
  return own.length > 0 && (await filesThatCount(trust, files, calls)).length > 0;
}

/**
 * The first of the keys whose objects one of the recipients can read; undefined when there is none: then what is
 * stored already is of no use to them.
 * @param known - of the local state
 * @param trusted - opened with the identities, oldest first
 */
export function readableKey(
  known: readonly RememberedKey[],
  trusted: readonly FoundKey[],
  evidence: Evidence,
): ReadableKey | undefined {
  const { recipients, own } = evidence;
  const candidates = [...known, ...trusted.map(({ key }): RememberedKey => ({ key: { format: 1, ...key } })).reverse()];
  return candidates
    .map(({ key: { format: _, ...key }, readers: recorded, wrappedFor }) => {
      const files = evidence.keyFiles.filter((file) => isKeyFileOf(file, key.id));
      const isOpened = trusted.some((one) => one.key.id === key.id && files.every((file) => one.files.includes(file)));
      // What an earlier release remembers says no more than that.
      const sets = recorded === undefined && wrappedFor !== undefined ? [wrappedFor] : [];
      append(sets, files.map(setOf));
      const named = inAll(sets, recipients);
      const readers = recorded ?? (isOpened ? own : []);
      const parts = sets.map((set) => partOf(set, recipients)).filter((part) => part !== undefined);
      return {
        key,
        readers: recipients.filter((one) => readers.includes(one) || named.includes(one)),
        passedOver: recipients.filter((one) => parts.some((part) => !part.includes(one))),
      };
    })
    .find(({ readers }) => readers.length > 0);
}

/** The recipients who are in all sets; nobody where others may be in one. `repair --rewrap` leaves one set. */
function inAll(sets: readonly string[], recipients: readonly string[]): readonly string[] {
  const found = [...new Set(sets)].map((set) => partOf(set, recipients) ?? []);
  return sets.length === 0 ? [] : recipients.filter((one) => found.every((part) => part.includes(one)));
}

/** The recipients that a set is made of; undefined where others may be in it. */
function partOf(set: string, recipients: readonly string[]): readonly string[] | undefined {
  return [recipients, ...partsOf(recipients)].find((part) => recipientSet(part) === set);
}

/** More are not tried for what a set may be made of. */
const MAX_TRIED = 8;

/** What a set of these recipients may be made of. */
function partsOf(recipients: readonly string[]): readonly (readonly string[])[] {
  const none: readonly string[][] = [[]];
  return recipients.slice(0, MAX_TRIED).reduce((all, one) => [...all, ...all.map((part) => [...part, one])], none);
}
