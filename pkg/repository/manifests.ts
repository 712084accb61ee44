import { DashkeepError } from '../contract/errors.ts';
import { canonicalJson, type Json } from '../contract/json.ts';
import { Manifest, ManifestEntry, problemCount, type SnapshotSummary } from '../contract/manifest.ts';
import type { ObjectStore } from '../storage/store.ts';
import { compressParts, ENVELOPE_BYTES, inflateText, MAX_MANIFEST_BYTES } from './codec.ts';
import type { Keyring } from './keyring.ts';
import { eachAtOnce } from './concurrency.ts';
import { parseSnapshotKey, snapshotKey, SNAPSHOTS, type NamedKey } from './layout.ts';
import { listInParts, ManifestText, type ManifestHead } from './manifest-text.ts';
import type { TimedKey } from './newest.ts';

interface Calls {
  signal?: AbortSignal;
}

export type UnsealedManifest = Omit<Manifest, 'format' | 'entriesHash'>;

/** The manifest as stored, made of the very entries given: checked, what people look for first, the hash of the entries last. */
function seal(manifest: UnsealedManifest, keyring: Keyring): Manifest {
  const { resources, ...rest } = manifest;
  const head = Manifest.omit({ format: true, entriesHash: true, resources: true }).parse(rest);
  // Checked, not copied: copies of them all would be most of what a large backup holds.
  for (const entry of resources) {
    ManifestEntry.parse(entry);
  }
  const entriesHash = keyring.objectId(listInParts(resources, (entry) => canonicalJson(entry as unknown as Json)));
  return { format: 1, ...head, resources, entriesHash };
}

/** The manifest as stored: members in the order in which people look for them, the hash of the entries last. */
function* textOf({ resources, entriesHash, ...head }: Manifest): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"resources":`;
  yield* listInParts(resources, (entry) => JSON.stringify(entry));
  yield `,"entriesHash":${JSON.stringify(entriesHash)}}`;
}

export function summaryOf(manifest: Manifest): SnapshotSummary {
  return summarize(
    manifest,
    manifest.resources.length,
    manifest.resources.reduce((sum, entry) => sum + entry.bytes, 0),
  );
}

function summarize(manifest: ManifestHead, resources: number, bytes: number): SnapshotSummary {
  return {
    id: manifest.id,
    time: manifest.started,
    status: manifest.status,
    trigger: manifest.trigger,
    resources,
    bytes,
    ...(manifest.by === undefined ? {} : { by: manifest.by }),
    duration: Math.max(0, Date.parse(manifest.finished) - Date.parse(manifest.started)),
    problems: problemCount(manifest.errors),
    ...(manifest.changes === undefined ? {} : { changes: manifest.changes }),
  };
}

/** A manifest and how it was stored. */
export interface StoredManifest {
  manifest: Manifest;
  encrypted: boolean;
  /** Whether its objects have the ids that this process would give them. */
  current: boolean;
}

/** Snapshots, oldest first: all, those behind `after`, or those whose ids start with `start`. Other keys are left out. */
export async function listSnapshots(
  store: ObjectStore,
  { signal, after, start = '' }: Calls & { after?: string; start?: string } = {},
): Promise<TimedKey[]> {
  const found = new Map<string, TimedKey>();
  const startAfter = after === undefined ? undefined : `${SNAPSHOTS}${after}`;
  for await (const { key, size } of store.list(`${SNAPSHOTS}${start}`, { signal, startAfter })) {
    const named = parseSnapshotKey(key);
    if (named !== undefined) {
      found.set(named.id, { ...named, size });
    }
  }
  return [...found.values()];
}

/** Bytes as stored, of some thousand resources. */
const LARGE_BYTES = 256 * 1024;
const SMALL_AT_ONCE = 8;

/** Does the work for each snapshot, for many small manifests at once, but for one large one at a time: it fills the memory. */
export async function eachSnapshot(
  keys: readonly TimedKey[],
  work: (key: TimedKey) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const isLarge = ({ size }: TimedKey): boolean => size > LARGE_BYTES;
  await eachAtOnce(
    SMALL_AT_ONCE,
    keys.filter((key) => !isLarge(key)),
    work,
    signal,
  );
  await eachAtOnce(1, keys.filter(isLarge), work, signal);
}

/**
 * Writes the manifest, reads it back and compares.
 * @throws DK_STORE_FAILED when another snapshot has that id or what comes back is not what was written.
 */
export async function writeManifest(
  store: ObjectStore,
  keyring: Keyring,
  manifest: UnsealedManifest,
  { signal }: Calls = {},
): Promise<Manifest> {
  const key = snapshotKey(manifest.id, keyring.encrypted);
  const full = seal(manifest, keyring);
  const body = await keyring.sealMetadata(await compressParts(textOf(full)));
  signal?.throwIfAborted();
  const contentType = keyring.encrypted ? 'application/octet-stream' : 'application/gzip';
  for (let attempt = 0; attempt < 3; attempt++) {
    // After the first try the key holds our own, damaged on its way.
    const ifAbsent = attempt === 0 && store.capabilities.conditionalPut === 'enforced';
    const { written } = await store.put(key, body, { ifAbsent, contentType, signal });
    const stored = await store.get(key, { signal, maxBytes: body.length + ENVELOPE_BYTES });
    if (stored.equals(body)) {
      return full;
    }
    if (!written) {
      throw new DashkeepError('DK_STORE_FAILED', `another snapshot has the id ${manifest.id}; run the backup again`);
    }
  }
  throw new DashkeepError('DK_STORE_FAILED', `the manifest ${manifest.id} does not read back as it was written`);
}

/**
 * Reads and checks one manifest.
 * @throws DK_NOT_FOUND, DK_IDENTITY_MISSING, DK_MANIFEST_DAMAGED
 */
export async function readManifest(
  store: ObjectStore,
  keyring: Keyring,
  key: NamedKey,
  calls: Calls = {},
): Promise<StoredManifest> {
  const text = await readText(store, keyring, key, calls);
  const { entriesHash, ...head } = text.head;
  return {
    manifest: { ...head, resources: [...text.entries()], entriesHash },
    encrypted: key.encrypted,
    // Of a plain one that was just checked.
    current:
      key.encrypted === keyring.encrypted &&
      (!key.encrypted || entriesHash === keyring.objectId(text.canonicalEntries)),
  };
}

/**
 * What a manifest needs, with a summary: for those who look at every snapshot and not at what is in it.
 * @throws DK_NOT_FOUND, DK_IDENTITY_MISSING, DK_MANIFEST_DAMAGED
 */
export async function readNeeds(
  store: ObjectStore,
  keyring: Keyring,
  key: NamedKey,
  calls: Calls = {},
): Promise<{ summary: SnapshotSummary; objects: string[] }> {
  const text = await readText(store, keyring, key, calls);
  const objects: string[] = [];
  let bytes = 0;
  for (const entry of text.entries()) {
    objects.push(entry.object);
    bytes += entry.bytes;
  }
  return { summary: summarize(text.head, objects.length, bytes), objects };
}

/** The text of a manifest that says that it is this one and whose entries have the hash that it tells. */
async function readText(
  store: ObjectStore,
  keyring: Keyring,
  { id, encrypted }: NamedKey,
  { signal }: Calls,
): Promise<ManifestText> {
  const what = `the manifest ${id}`;
  let bytes: Buffer;
  try {
    bytes = await store.get(snapshotKey(id, encrypted), { signal, maxBytes: MAX_MANIFEST_BYTES });
  } catch (cause) {
    if (cause instanceof DashkeepError && cause.code === 'DK_STORE_NOT_FOUND') {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot ${id}`, { cause });
    }
    if (cause instanceof DashkeepError && cause.code === 'DK_STORE_TOO_LARGE') {
      throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} is larger than any manifest can be`, { cause });
    }
    throw cause;
  }
  const zipped = encrypted ? await keyring.opener.open(bytes, 'DK_MANIFEST_DAMAGED', what) : bytes;
  const text = new ManifestText(await inflateText(zipped, MAX_MANIFEST_BYTES, 'DK_MANIFEST_DAMAGED', what), what);
  if (text.head.id !== id) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} says that it is another one`);
  }
  if (keyring.check(text.head.entriesHash, text.canonicalEntries, encrypted) === 'mismatch') {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} does not match the hash of its entries`);
  }
  return text;
}
