import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { canonicalJson, type Json } from '../../lib/json/json.ts';
import { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { compressParts, ENVELOPE_BYTES } from '../objects/codec.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { snapshotKey } from '../layout.ts';
import { listInParts, readableParts } from './manifest-text.ts';
import type { ManifestPorts, UnsealedManifest } from './manifests.ts';

/**
 * Signs the manifest, writes it, reads it back and compares.
 * @throws DK_STORE_FAILED when another snapshot has that id or what comes back is not what was written;
 * DK_MANIFEST_TOO_LARGE before anything is written.
 */
export async function writeManifest(
  { store, keyring, trust }: ManifestPorts,
  manifest: UnsealedManifest,
  { signal }: Abortable = {},
): Promise<{ manifest: Manifest; signer: string | undefined }> {
  const key = snapshotKey(manifest.id, keyring.encrypted);
  const full = seal(manifest, keyring);
  const zipped = await compressParts(readableParts(textOf(full)));
  const body = await keyring.sealMetadata(zipped);
  signal?.throwIfAborted();
  // Before the manifest: what has none yet is no snapshot, and what is one is signed.
  const signer = await trust.signing.sign(key, body, keyring.encrypted ? zipped : undefined, { signal });
  const contentType = keyring.encrypted ? 'application/octet-stream' : 'application/gzip';
  for (let attempt = 0; attempt < 3; attempt++) {
    // After the first try the key holds our own, damaged on its way.
    const ifAbsent = attempt === 0 && store.capabilities.conditionalPut === 'enforced';
    const { written } = await store.put(key, body, { ifAbsent, contentType, signal });
    const stored = await store.get(key, { signal, maxBytes: body.length + ENVELOPE_BYTES });
    if (stored.equals(body)) {
      return { manifest: full, signer };
    }
    if (!written) {
      throw new DashkeepError('DK_STORE_FAILED', `another snapshot has the ID ${manifest.id}; run the backup again`);
    }
  }
  throw new DashkeepError('DK_STORE_FAILED', `the manifest ${manifest.id} has different content when it is read back`);
}

/**
 * The manifest as stored, made of the very entries given: checked, what people look for first, the hash of the entries
 * last.
 */
function seal(manifest: UnsealedManifest, keyring: Keyring): Manifest {
  const { resources, newer: _, ...rest } = manifest;
  const head = Manifest.omit({ format: true, entriesHash: true, resources: true }).loose().parse(rest);
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
