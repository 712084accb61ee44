import { DashkeepError } from '../contract/errors.ts';
import type { Randomness } from '../contract/ports.ts';
import { PROBE } from '../storage/check/context.ts';
import type { ObjectStore } from '../storage/store.ts';

/** Names of the repository's keys, format version 1. Nothing else in the code builds or takes apart a key. */

export const CONFIG_KEY = 'dashkeep.json';
export const OBJECTS = 'objects/';
export const SNAPSHOTS = 'snapshots/';
export const RUNS = 'runs/';
export const SESSIONS = 'sessions/';
export const PRUNES = 'prune/';
export const KEYS = 'keys/';
export const CACHE = 'cache/';
export const PLAIN_COPIES = 'grafana-backups/';
/** Who wrote what: a signature for each signed file, and the keys of those who sign. */
export const SIGNATURES = 'signatures/';
/** Public keys, who handed over to whom, and what was there before anything was signed. */
export const TRUST = `${SIGNATURES}trust/`;
/** What people noted about snapshots, and who put them on hold. */
export const NOTES = `${SIGNATURES}notes/`;
/** Copies of the manifests of snapshots on hold. Earlier releases do not prune while such a name is there. */
export const HOLDS = `${SNAPSHOTS}hold-`;
export const CUT_OVER_KEY = `${TRUST}cut-over.txt`;
/** Repositories of other Grafanas that snapshots were migrated to. */
export const CONNECTIONS = 'connections/';

/** Everything that Dashkeep puts at the top of a prefix. */
const TOP_LEVEL_NAMES: ReadonlySet<string> = new Set([
  CONFIG_KEY,
  ...[OBJECTS, SNAPSHOTS, RUNS, SESSIONS, PRUNES, KEYS, SIGNATURES, CACHE, PLAIN_COPIES, CONNECTIONS, PROBE].map(
    (folder) => folder.slice(0, -1),
  ),
]);

/** Which part `verify` reads next, and what the plain copies were made from: plain in every repository. */
export const PLAIN_COPIES_INDEX_KEY = `${CACHE}plain-copies.json.gz`;
/** Sealed in an encrypted repository. */
const SEALED_CACHES = ['snapshots', 'runs', 'lock', 'versions', 'texts', 'titles'] as const;
/** Indexes whose large part is in files that are written under a new generation each time. */
export type GrowingIndex = 'versions' | 'texts' | 'titles';
export type IndexPart<Name extends GrowingIndex = GrowingIndex> = `${Name}/${string}/${string}`;
export type SealedCache = (typeof SEALED_CACHES)[number] | IndexPart;

const OBJECT_ID = /^[0-9a-f]{64}$/;
const TIMED_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const OBJECT_KEY = /^objects\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.json\.gz(\.age)?$/;
const SNAPSHOT_KEY = /^snapshots\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.json\.gz(\.age)?$/;
const SNAPSHOT_SIGNATURE_KEY = /^signatures\/snapshots\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.json\.gz(\.age)?\.sig$/;
const NOTE_KEY = /^signatures\/notes\/(\d{8}T\d{6}Z-[0-9a-f]{8})(?:\.([0-9a-f]{8}))?\.json(\.age)?$/;
const HOLD_KEY = /^snapshots\/hold-(\d{8}T\d{6}Z-[0-9a-f]{8})\.([0-9a-f]{8})\.json\.gz(\.age)?$/;
const PUBLIC_KEY = /^signatures\/trust\/([0-9a-f]{32})\.pub$/;
const INDEX_PART_KEY = /^cache\/(versions|texts|titles)\/([0-9a-f]{16})\/[a-z0-9]+\.json\.gz(\.age)?$/;
const RUN_KEY = /^runs\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.json(\.age)?$/;

/**
 * `20261124T143000Z-1f2e3d4c`: names a snapshot or a run and sorts by time, also within one second, whose milliseconds
 * are the first three digits behind the dash. Otherwise the latest of two quick backups would be a matter of luck.
 */
export function newTimedId(now: Date, randomness: Randomness): string {
  const milliseconds = now.getUTCMilliseconds().toString(16).padStart(3, '0');
  return `${compactTime(now)}-${milliseconds}${randomness.hex(3).slice(0, 5)}`;
}

/** An ID as it is, or, if another clock dated `before` later than it, one that sorts a second after that. */
export function idAfter(before: string | undefined, id: string, randomness: Randomness): string {
  return before === undefined || before < id
    ? id
    : newTimedId(new Date(timeOfId(before).getTime() + 1_000), randomness);
}

/** `20261124T143000Z`. */
export function compactTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The time that an id was made at, by its writer's clock. */
export function timeOfId(id: string): Date {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  return new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}

/** @returns whether a text is 64 hex digits in lower case */
export function isObjectId(id: string): boolean {
  return OBJECT_ID.test(id);
}

/** @returns whether a text is `<time>-<8 hex digits>` */
export function isTimedId(id: string): boolean {
  return TIMED_ID.test(id) && !Number.isNaN(timeOfId(id).getTime());
}

/** @throws DK_OBJECT_DAMAGED for anything but 64 hex digits, so that a forged manifest cannot name another key. */
export function objectKey(id: string, encrypted: boolean): string {
  if (!isObjectId(id)) {
    throw new DashkeepError('DK_OBJECT_DAMAGED', `'${printable(id)}' is not an object ID`);
  }
  return `${OBJECTS}${id.slice(0, 2)}/${id}.json.gz${encrypted ? '.age' : ''}`;
}

/** Where a note about a snapshot is, or what is known of one hold of it. @throws DK_NOT_FOUND for any other id */
export function noteKey(id: string, hold: string | undefined, encrypted: boolean): string {
  return `${NOTES}${timedId(id)}${hold === undefined ? '' : `.${hold}`}.json${encrypted ? '.age' : ''}`;
}

/** Where the copy of a manifest is that one hold keeps. @throws DK_NOT_FOUND for anything but a snapshot's id */
export function holdKey(id: string, hold: string, encrypted: boolean): string {
  return `${HOLDS}${timedId(id)}.${hold}.json.gz${encrypted ? '.age' : ''}`;
}

/** @throws DK_NOT_FOUND for anything but a snapshot's id. */
export function snapshotKey(id: string, encrypted: boolean): string {
  return `${SNAPSHOTS}${timedId(id)}.json.gz${encrypted ? '.age' : ''}`;
}

/** Where the signature of a file is: under `signatures/` by the same name; beside what is there already. */
export function signatureKey(file: string): string {
  return `${file.startsWith(SIGNATURES) ? '' : SIGNATURES}${file}.sig`;
}

/** Where a public key can be read by its fingerprint. */
export function publicKeyFile(fingerprint: string): string {
  return `${TRUST}${fingerprint}.pub`;
}

/** The fingerprint in the name of a public key; undefined when it is none. */
export function parsePublicKeyFile(key: string): string | undefined {
  return PUBLIC_KEY.exec(key)?.[1];
}

/** @throws DK_NOT_FOUND for anything but a run's id. */
export function runKey(id: string, encrypted: boolean): string {
  return `${RUNS}${timedId(id)}.json${encrypted ? '.age' : ''}`;
}

/** @throws DK_NOT_FOUND for anything but a run's id. */
export function sessionKey(id: string): string {
  return `${SESSIONS}${timedId(id)}.json`;
}

/** @returns the key of a cache in the store; `.age` is appended if it is encrypted */
export function cacheKey(name: SealedCache, encrypted: boolean): string {
  return `${CACHE}${name}.json.gz${encrypted ? '.age' : ''}`;
}

/**
 * Whether a key under `cache/` is one that is in use in this form of a repository.
 * @param isUsed - whether a generation of an index is in use
 */
export function isUsedCache(
  key: string,
  encrypted: boolean,
  isUsed: (index: GrowingIndex, generation: string) => boolean,
): boolean {
  const sealed = SEALED_CACHES.map((name) => cacheKey(name, encrypted));
  const [, index, generation = '', suffix] = INDEX_PART_KEY.exec(key) ?? [];
  return (
    [PLAIN_COPIES_INDEX_KEY, ...sealed].includes(key) ||
    (index !== undefined && isUsed(index as GrowingIndex, generation) && (suffix !== undefined) === encrypted)
  );
}

/** Whether a key belongs to an index of versions or texts, whatever its generation and form. */
export function isIndexKey(key: string): boolean {
  return INDEX_PART_KEY.test(key) || /^cache\/(versions|texts|titles)\.json\.gz(\.age)?$/.test(key);
}

function timedId(id: string): string {
  if (!isTimedId(id)) {
    throw new DashkeepError('DK_NOT_FOUND', `'${printable(id)}' is not the ID of a snapshot or run`);
  }
  return id;
}

export interface NamedKey {
  id: string;
  encrypted: boolean;
  /** The other form is in the target as well: after it was encrypted, or because someone put it there. */
  both?: true;
}

/** What an object key represents; undefined when it is not one. */
export function parseObjectKey(key: string): NamedKey | undefined {
  const match = OBJECT_KEY.exec(key);
  return match?.[2] === undefined ? undefined : { id: match[2], encrypted: match[3] !== undefined };
}

/** @returns what the key of a manifest names; undefined for any other key */
export function parseSnapshotKey(key: string): NamedKey | undefined {
  return parseTimed(SNAPSHOT_KEY, key);
}

/** A key that is about one snapshot, and about one hold of it where `hold` is given. */
export interface HoldKey extends NamedKey {
  hold?: string | undefined;
}

/** The snapshot that a note is about; undefined for any other key. */
export function parseNoteKey(key: string): HoldKey | undefined {
  return parseHold(NOTE_KEY, key);
}

/** The snapshot that the copy of a manifest is of; undefined for any other key. */
export function parseHoldKey(key: string): HoldKey | undefined {
  return parseHold(HOLD_KEY, key);
}

function parseHold(pattern: RegExp, key: string): HoldKey | undefined {
  const [, id, hold, suffix] = pattern.exec(key) ?? [];
  return id === undefined || !isTimedId(id) ? undefined : { id, hold, encrypted: suffix !== undefined };
}

/** The snapshot that a signature is of; undefined for any other key. */
export function parseSnapshotSignature(key: string): NamedKey | undefined {
  return parseTimed(SNAPSHOT_SIGNATURE_KEY, key);
}

/** @returns what the key of a run record names; undefined for any other key */
export function parseRunKey(key: string): NamedKey | undefined {
  return parseTimed(RUN_KEY, key);
}

function parseTimed(pattern: RegExp, key: string): NamedKey | undefined {
  const match = pattern.exec(key);
  return match?.[1] === undefined || !isTimedId(match[1])
    ? undefined
    : { id: match[1], encrypted: match[2] !== undefined };
}

/** Foreign text for an error message: short, and without control characters. */
export function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean;
}

/**
 * The first name at the top of the prefix that Dashkeep does not put there; undefined when there is none.
 * One request per name that exists: each list starts behind the folder seen last.
 */
export async function foreignName(store: ObjectStore, signal?: AbortSignal): Promise<string | undefined> {
  const seen = new Set<string>();
  let startAfter: string | undefined;
  for (;;) {
    let next: string | undefined;
    for await (const { key } of store.list('', { startAfter, signal })) {
      const name = key.split('/', 1)[0] ?? '';
      // A store that ignores startAfter shows old names again.
      if (name !== '' && !seen.has(name)) {
        next = name;
        break;
      }
    }
    if (next === undefined) {
      return undefined;
    }
    if (!TOP_LEVEL_NAMES.has(next)) {
      return next;
    }
    seen.add(next);
    startAfter = `${next}/~`;
  }
}
