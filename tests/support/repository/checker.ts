import { createHash, createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Decrypter } from 'age-encryption';

/**
 * A second reader of repository format 1, written from docs/repository-format.md and sharing no code with
 * pkg/repository: what both agree on is what the format says.
 */
export interface Bucket {
  keys(): Promise<string[]>;
  read(key: string): Promise<Uint8Array>;
}

export interface CheckedSnapshot {
  id: string;
  status: string;
  /** `org/kind/uid` → the stored text. */
  resources: Map<string, string>;
}

export interface Checked {
  snapshots: CheckedSnapshot[];
  problems: string[];
}

/** Restores every published snapshot, and says what is wrong with those that cannot be. */
export async function check(bucket: Bucket, identities: readonly string[] = []): Promise<Checked> {
  const keys = new Set(await bucket.keys());
  const problems: string[] = [];
  const snapshots: CheckedSnapshot[] = [];
  const decrypter = new Decrypter();
  identities.forEach((identity) => decrypter.addIdentity(identity));

  const unpack = async (key: string): Promise<string> => {
    let bytes = await bucket.read(key);
    if (key.endsWith('.age')) {
      bytes = await decrypter.decrypt(bytes);
    }
    return gunzipSync(bytes).toString('utf8');
  };

  const idKeys: Buffer[] = [];
  for (const key of [...keys].filter((name) => /^keys\/\d.*\.json\.age$/.test(name))) {
    try {
      const { objectIdKey } = JSON.parse(Buffer.from(await decrypter.decrypt(await bucket.read(key))).toString()) as {
        objectIdKey: string;
      };
      idKeys.push(Buffer.from(objectIdKey, 'hex'));
    } catch {
      // Wrapped for somebody else, or cut short and written again under another name.
    }
  }
  const matches = (hash: string, text: string, encrypted: boolean): boolean =>
    encrypted
      ? idKeys.some((secret) => createHmac('sha256', secret).update(text).digest('hex') === hash)
      : createHash('sha256').update(text).digest('hex') === hash;

  const texts = new Map<string, string>();
  const object = async (id: string): Promise<string> => {
    const known = texts.get(id);
    if (known !== undefined) {
      return known;
    }
    const plain = `objects/${id.slice(0, 2)}/${id}.json.gz`;
    const key = keys.has(`${plain}.age`) ? `${plain}.age` : plain;
    const text = await unpack(key);
    if (!matches(id, text, key.endsWith('.age'))) {
      throw new Error(`object ${id} does not hash to its id`);
    }
    texts.set(id, text);
    return text;
  };

  const isManifest = (name: string): boolean => name.startsWith('snapshots/') && !name.startsWith('snapshots/hold-');
  for (const key of [...keys].filter(isManifest).sort()) {
    const id = key.slice('snapshots/'.length).replace(/\.json\.gz(\.age)?$/, '');
    try {
      const manifest = JSON.parse(await unpack(key)) as {
        format: number;
        id: string;
        status: string;
        resources: { org: number; kind: string; uid: string; object: string; bytes: number }[];
        entriesHash: string;
      };
      if (manifest.format !== 1 || manifest.id !== id) {
        throw new Error('not format 1, or not the snapshot that its name says');
      }
      if (!matches(manifest.entriesHash, sorted(manifest.resources), key.endsWith('.age'))) {
        throw new Error('the entries do not match their hash');
      }
      const resources = new Map<string, string>();
      for (const entry of manifest.resources) {
        const text = await object(entry.object);
        if (Buffer.byteLength(text) !== entry.bytes) {
          throw new Error(`${entry.uid} is not of the size that the manifest says`);
        }
        resources.set(`${entry.org}/${entry.kind}/${entry.uid}`, text);
      }
      snapshots.push({ id, status: manifest.status, resources });
    } catch (error) {
      problems.push(`${key}: ${(error as Error).message}`);
    }
  }
  return { snapshots, problems };
}

/** JSON with sorted members. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(sorted).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
