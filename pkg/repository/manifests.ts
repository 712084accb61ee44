import { DashkeepError, reasonOf } from '../contract/errors.ts';
import { canonicalJson, isJsonObject, parseJson, type Json } from '../contract/json.ts';
import { Manifest, ManifestEntry, type SnapshotSummary } from '../contract/manifest.ts';
import type { ObjectStore } from '../storage/store.ts';
import { compressParts, ENVELOPE_BYTES, inflate, MAX_MANIFEST_BYTES } from './codec.ts';
import type { Keyring } from './keyring.ts';
import { isObjectId, parseSnapshotKey, printable, snapshotKey, SNAPSHOTS, type NamedKey } from './layout.ts';

interface Calls {
  signal?: AbortSignal;
}

export type UnsealedManifest = Omit<Manifest, 'format' | 'entriesHash'>;

/** The manifest as stored, made of the very entries given: checked, what people look for first, the hash of the entries last. */
function seal(manifest: UnsealedManifest, keyring: Keyring): Manifest {
  const { resources, ...rest } = manifest;
  const head = Manifest.omit({ format: true, entriesHash: true, resources: true }).parse(rest);
  // One by one and in their place: a checked copy of them all would be most of what a large backup holds.
  for (const [index, entry] of resources.entries()) {
    resources[index] = ManifestEntry.parse(entry);
  }
  const entriesHash = keyring.objectId(inParts(resources, (entry) => canonicalJson(entry as unknown as Json)));
  return { format: 1, ...head, resources, entriesHash };
}

/** Entries that make one part of a manifest's text. */
const ENTRIES_A_PART = 200;

/** The JSON of a list, some entries at a time: the text of 20 000 of them is as large as everything else in a backup. */
function* inParts(entries: readonly ManifestEntry[], print: (entry: ManifestEntry) => string): Generator<string> {
  yield '[';
  for (let start = 0; start < entries.length; start += ENTRIES_A_PART) {
    const part = entries.slice(start, start + ENTRIES_A_PART).map(print);
    yield (start === 0 ? '' : ',') + part.join(',');
  }
  yield ']';
}

/** The manifest as stored: members in the order in which people look for them, the hash of the entries last. */
function* textOf({ resources, entriesHash, ...head }: Manifest): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"resources":`;
  yield* inParts(resources, (entry) => JSON.stringify(entry));
  yield `,"entriesHash":${JSON.stringify(entriesHash)}}`;
}

export function summaryOf(manifest: Manifest): SnapshotSummary {
  return {
    id: manifest.id,
    time: manifest.started,
    status: manifest.status,
    trigger: manifest.trigger,
    resources: manifest.resources.length,
    bytes: manifest.resources.reduce((sum, entry) => sum + entry.bytes, 0),
    ...(manifest.by === undefined ? {} : { by: manifest.by }),
    duration: Math.max(0, Date.parse(manifest.finished) - Date.parse(manifest.started)),
    problems: manifest.errors.length,
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
): Promise<NamedKey[]> {
  const found = new Map<string, NamedKey>();
  const startAfter = after === undefined ? undefined : `${SNAPSHOTS}${after}`;
  for await (const { key } of store.list(`${SNAPSHOTS}${start}`, { signal, startAfter })) {
    const named = parseSnapshotKey(key);
    if (named !== undefined) {
      found.set(named.id, named);
    }
  }
  return [...found.values()];
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
  { id, encrypted }: NamedKey,
  { signal }: Calls = {},
): Promise<StoredManifest> {
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
  const text = await inflate(zipped, MAX_MANIFEST_BYTES, 'DK_MANIFEST_DAMAGED', what);
  const { manifest, entries } = parseManifest(text, what);
  if (manifest.id !== id) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} says that it is another one`);
  }
  if (keyring.check(manifest.entriesHash, entries, encrypted) === 'mismatch') {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} does not match the hash of its entries`);
  }
  return {
    manifest,
    encrypted,
    current: encrypted === keyring.encrypted && manifest.entriesHash === keyring.objectId(entries),
  };
}

/** The manifest, and the canonical text of its entries as they came, members unknown here included. */
function parseManifest(text: string, what: string): { manifest: Manifest; entries: string } {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} is not JSON`, { cause });
  }
  if (isJsonObject(value) && value['format'] !== 1) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} has a format that this version does not know`);
  }
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new DashkeepError(
      'DK_MANIFEST_DAMAGED',
      `${what} is not what Dashkeep writes: ${issue?.path.slice(0, 4).join('.') ?? ''} ${reasonOf(issue?.message ?? '')}`,
    );
  }
  const stray = parsed.data.resources.find(({ object }) => !isObjectId(object));
  if (stray !== undefined) {
    throw new DashkeepError('DK_MANIFEST_DAMAGED', `${what} names '${printable(stray.object)}', which is no object`);
  }
  const resources = isJsonObject(value) ? value['resources'] : undefined;
  return { manifest: parsed.data, entries: canonicalJson(resources ?? []) };
}
