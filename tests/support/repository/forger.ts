import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Decrypter } from 'age-encryption';
import { canonicalJson, parseJson, type Json } from '../../../pkg/lib/json/json.ts';
import type { Manifest, ManifestEntry } from '../../../pkg/contract/manifest.ts';

/**
 * Somebody who may write to the bucket and knows what is public: names, the format, the recipients. Whatever they put
 * there is made without any code of pkg/repository.
 */
export class Forger {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(key: string, body: Buffer | string): Promise<void> {
    const path = join(this.#directory, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }

  get(key: string): Promise<Buffer> {
    return readFile(join(this.#directory, key));
  }

  async names(folder: string): Promise<string[]> {
    return (await readdir(join(this.#directory, folder))).sort();
  }

  /** Stores a body in the clear. @returns its object id. */
  async putObject(body: Json): Promise<{ object: string; bytes: number }> {
    const text = canonicalJson(body);
    const object = sha256(text);
    await this.put(`objects/${object.slice(0, 2)}/${object}.json.gz`, gzipSync(text));
    return { object, bytes: Buffer.byteLength(text) };
  }

  /** A plain manifest with the right hash of its entries. */
  async putManifest(manifest: Omit<Manifest, 'format' | 'entriesHash'>): Promise<void> {
    const { resources, ...head } = manifest;
    const entriesHash = sha256(canonicalJson(JSON.parse(JSON.stringify(resources)) as Json));
    const text = JSON.stringify({ format: 1, ...head, resources, entriesHash });
    await this.put(`snapshots/${manifest.id}.json.gz`, gzipSync(text));
  }
}

/** What a manifest of an honest writer holds, read with the identity that a person has. */
export async function readStored(forger: Forger, key: string, identity?: string): Promise<Manifest> {
  let bytes: Uint8Array = await forger.get(key);
  if (key.endsWith('.age')) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity ?? '');
    bytes = await decrypter.decrypt(bytes);
  }
  return parseJson(gunzipSync(bytes).toString('utf8')) as unknown as Manifest;
}

/** A manifest that says nothing but what it must, of entries that the forger made up. */
export function madeUp(id: string, resources: ManifestEntry[]): Omit<Manifest, 'format' | 'entriesHash'> {
  const time = id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6.000Z');
  return {
    id,
    started: time,
    finished: time,
    status: 'complete',
    trigger: 'scheduled',
    dashkeep: '1.0.0',
    grafana: { version: '13.2.0', url: 'http://localhost:3000' },
    orgs: [{ id: 1, name: 'Main Org.' }],
    sinceFullRead: 0,
    kinds: {},
    errors: [],
    skipped: [],
    resources,
  };
}

/** An id as a writer would give it some time from now. */
export function idIn(milliseconds: number): string {
  const time = new Date(Date.now() + milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-0000f0f0`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
