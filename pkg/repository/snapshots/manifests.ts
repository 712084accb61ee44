import type { Abortable } from '../../lib/abortable.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { problemCount, type Manifest, type SnapshotSummary } from '../../contract/manifest.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { inflateText, MAX_MANIFEST_BYTES } from '../objects/codec.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { HeldCount } from './held-by-org.ts';
import type { KnownEntries } from './known-entries.ts';
import { parseSnapshotKey, snapshotKey, SNAPSHOTS, type NamedKey } from '../layout.ts';
import { claimedForm } from './claimed-form.ts';
import { uncoveredBy } from './covered/uncovered.ts';
import { entriesOf } from './newer.ts';
import { ManifestText, type ManifestHead } from './manifest-text.ts';
import type { TimedKey } from './newest-keys.ts';
import type { Author, Trust } from '../signing/trust.ts';
import type { Signed } from '../signing/statement.ts';

/** What reading and writing manifests takes of a repository. */
export interface ManifestPorts {
  store: ObjectStore;
  keyring: Keyring;
  trust: Trust;
}

export type UnsealedManifest = Omit<Manifest, 'format' | 'entriesHash'>;

/** @param signer - fingerprint of the key that signed it; what that is worth is for Trust to judge */
export function summaryOf(manifest: Manifest, signer?: string): SnapshotSummary {
  const held = new HeldCount();
  manifest.resources.forEach((entry) => held.add(entry));
  return summarize(
    manifest,
    manifest.resources.length,
    manifest.resources.reduce((sum, entry) => sum + entry.bytes, 0),
    { held, signer },
  );
}

function summarize(
  manifest: ManifestHead,
  resources: number,
  bytes: number,
  { held, signer }: { held: HeldCount; signer: string | undefined },
): SnapshotSummary {
  const { id, status, trigger, by, origin, changes, shrunk, deletions = [] } = manifest;
  const uncovered = uncoveredBy(manifest);
  return compact({
    ...{ id, status, trigger, by, origin, changes, shrunk },
    time: manifest.started,
    resources,
    bytes,
    duration: Math.max(0, Date.parse(manifest.finished) - Date.parse(manifest.started)),
    problems: problemCount(manifest.errors),
    held: held.result(manifest),
    grafana: { version: manifest.grafana.version },
    scope: scopeWithoutNames(manifest),
    uncovered: uncovered.length > 0 ? uncovered : undefined,
    deletions: deletions.length > 0 ? true : undefined,
    signed: false,
    signer,
  });
}

function scopeWithoutNames({ scope }: ManifestHead): SnapshotSummary['scope'] {
  const { others: _, ...rest } = scope ?? {};
  return scope && (rest as typeof scope);
}

/** A manifest and how it was stored. */
export interface StoredManifest {
  manifest: Manifest;
  encrypted: boolean;
  /** Whether its objects have the ids that this process would give them. */
  current: boolean;
  /** How its objects got their ids: `plain`, or the id of the repository's key; `unknown` where none opens it here. */
  scheme: string;
  author: Author;
}

/**
 * Snapshots, oldest first: all, those behind `after`, or those whose ids start with `start`. Other keys are left out.
 */
export async function listSnapshots(
  store: ObjectStore,
  { signal, after, start = '' }: Abortable & { after?: string; start?: string } = {},
): Promise<TimedKey[]> {
  const found = new Map<string, TimedKey>();
  const startAfter = after === undefined ? undefined : `${SNAPSHOTS}${after}`;
  for await (const { key, size, lastModified } of store.list(`${SNAPSHOTS}${start}`, { signal, startAfter })) {
    const named = parseSnapshotKey(key);
    if (named !== undefined) {
      found.set(named.id, { ...named, size, lastModified, ...(found.has(named.id) ? { both: true } : {}) });
    }
  }
  return [...found.values()];
}

/** Bytes as stored, of some thousand resources. */
const LARGE_BYTES = 256 * 1024;
const SMALL_AT_ONCE = 8;

/**
 * Does the work for each snapshot, for many small manifests concurrently, but for one large one at a time: it fills the
 * memory.
 */
export async function eachSnapshot(
  keys: readonly TimedKey[],
  work: (key: TimedKey) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const isLarge = ({ size }: TimedKey): boolean => size > LARGE_BYTES;
  await forEachConcurrently(
    SMALL_AT_ONCE,
    keys.filter((key) => !isLarge(key)),
    work,
    signal,
  );
  await forEachConcurrently(1, keys.filter(isLarge), work, signal);
}

/** A manifest as it is stored, with the statements about it. */
export interface FetchedManifest {
  bytes: Buffer;
  claims: readonly Signed[];
}

interface ReadOptions extends Abortable {
  /** Statements about it that are at hand. */
  claims?: readonly Signed[];
  /** The manifest, requested before. */
  fetched?: Promise<FetchedManifest> | undefined;
  /** Entries of manifests that were read before. */
  known?: KnownEntries;
}

/** A manifest of which the head was read: who signed it is known, its entries are not yet checked. */
export interface OpenedManifest {
  head: ManifestText['head'];
  author: Author;
  /** Checks and reads the entries, which takes a hundred times as long. @throws DK_MANIFEST_DAMAGED */
  whole(): StoredManifest;
}

/**
 * Reads the head of one manifest.
 * @throws DK_NOT_FOUND, DK_IDENTITY_MISSING, DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER
 */
export async function openManifest(
  ports: ManifestPorts,
  listed: NamedKey,
  calls: ReadOptions = {},
): Promise<OpenedManifest> {
  const { keyring } = ports;
  const key = await claimedForm(ports.trust, listed, calls);
  const { text, author } = await readText(ports, key, calls);
  return {
    head: text.head,
    author,
    whole() {
      assertEntries(keyring, text, key);
      const { entriesHash, ...head } = text.head;
      // Of a plain one the hash was just checked.
      const scheme = key.encrypted ? (keyring.keyOf(entriesHash, text.canonicalEntries)?.id ?? 'unknown') : PLAIN;
      const entries = entriesOf(text);
      return {
        manifest: { ...head, ...entries, entriesHash },
        encrypted: key.encrypted,
        current: key.encrypted === keyring.encrypted && scheme === schemeOf(keyring),
        scheme,
        author,
      };
    },
  };
}

/**
 * Reads and checks one manifest.
 * @throws DK_NOT_FOUND, DK_IDENTITY_MISSING, DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER
 */
export async function readManifest(
  ports: ManifestPorts,
  listed: NamedKey,
  calls: ReadOptions = {},
): Promise<StoredManifest> {
  return (await openManifest(ports, listed, calls)).whole();
}

const PLAIN = 'plain';

/** How a process gives objects their ids, as `StoredManifest` names it. */
export function schemeOf({ encrypted, current }: Keyring): string {
  return encrypted ? (current?.id ?? '') : PLAIN;
}

/**
 * What a manifest needs, in which form, with a summary: for those who look at every snapshot and not at its entries.
 * @throws DK_NOT_FOUND, DK_IDENTITY_MISSING, DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER
 */
export async function readNeeds(
  ports: ManifestPorts,
  listed: NamedKey,
  calls: Omit<ReadOptions, 'claims'> = {},
): Promise<{ summary: SnapshotSummary; objects: string[]; encrypted: boolean; author: Author }> {
  const key = await claimedForm(ports.trust, listed, calls);
  const { text, author } = await readText(ports, key, calls);
  assertEntries(ports.keyring, text, key);
  const objects: string[] = [];
  const held = new HeldCount();
  let bytes = 0;
  for (const entry of text.entries()) {
    objects.push(entry.object);
    bytes += entry.bytes;
    held.add(entry);
  }
  const summary = ports.trust.judge(summarize(text.head, objects.length, bytes, { held, signer: author.signer }));
  return { summary, objects, encrypted: key.encrypted, author };
}

/**
 * Requests a manifest, without looking at it.
 * @throws DK_NOT_FOUND, DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER
 */
export async function fetchManifest(
  { store, trust }: Pick<ManifestPorts, 'store' | 'trust'>,
  { id, encrypted }: NamedKey,
  { signal, claims }: Pick<ReadOptions, 'signal' | 'claims'>,
): Promise<FetchedManifest> {
  const file = snapshotKey(id, encrypted);
  try {
    const [bytes, found] = await Promise.all([
      store.get(file, { signal, maxBytes: MAX_MANIFEST_BYTES }),
      claims ?? trust.claims(file, { signal }),
    ]);
    return { bytes, claims: found };
  } catch (cause) {
    if (cause instanceof DashkeepError && cause.code === 'DK_STORE_NOT_FOUND') {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot ${id}`, { cause });
    }
    if (cause instanceof DashkeepError && cause.code === 'DK_STORE_TOO_LARGE') {
      throw new DashkeepError('DK_MANIFEST_DAMAGED', `the manifest ${id} is larger than any manifest can be`, {
        cause,
      });
    }
    throw cause;
  }
}

/** The text of a manifest that says that it is this one; its entries are not checked. */
async function readText(
  ports: ManifestPorts,
  key: NamedKey,
  calls: ReadOptions,
): Promise<{ text: ManifestText; author: Author }> {
  const { keyring, trust } = ports;
  const { id, encrypted } = key;
  const { signal, known } = calls;
  const what = `the manifest ${id}`;
  const file = snapshotKey(id, encrypted);
  const { bytes, claims } = await (calls.fetched ?? fetchManifest(ports, key, calls));
  const zipped = encrypted ? await keyring.opener.open(bytes, 'DK_MANIFEST_DAMAGED', what) : bytes;
  const author = await trust.author(file, bytes, claims, { signal, ...(encrypted ? { content: zipped } : {}) });
  const inflated = await inflateText(zipped, MAX_MANIFEST_BYTES, 'DK_MANIFEST_DAMAGED', what);
  const text = new ManifestText(inflated, what, known);
  if (text.head.id !== id) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} contains the ID of another snapshot`);
  }
  return { text, author };
}

function assertEntries(
  { check }: Keyring,
  { head, canonicalEntries }: ManifestText,
  { id, encrypted }: NamedKey,
): void {
  if (check(head.entriesHash, canonicalEntries, encrypted) === 'mismatch') {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `the manifest ${id} does not match the hash of its entries`);
  }
}
