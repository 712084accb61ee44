import { randomBytes } from 'node:crypto';
import { silentLog } from '../../pkg/contract/ports.ts';
import { openStore } from '../../pkg/storage/open.ts';
import type { ObjectStore } from '../../pkg/storage/store.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { storageOf, type BucketSettings } from '../support/s3/settings-of.ts';
import { keysOf } from '../support/stores/read.ts';

export interface Subject {
  store: ObjectStore;
  /** Takes away everything that the suite left. */
  dispose(): Promise<void>;
}

export interface SubjectTraits {
  /** What a conditional put is known to do there; the suite asserts exactly that. */
  conditionalPut: 'enforced' | 'refused' | 'ignored' | 'racy';
  /** The bucket has object lock, and what is locked there may stay. */
  objectLock?: boolean;
  /** What is deleted stays as an earlier version, as with object lock, and the store must say so. */
  versions?: boolean;
  /** It briefly answers 404 for an object that is being overwritten, as Ceph 16 does with versions. */
  absentWhileOverwritten?: boolean;
  /** The server takes any signature, as moto does. */
  anySignature?: boolean;
  /** How many keys the long list has: beyond one page of 1 000 where pages exist. */
  longList?: number;
}

export interface ServerToTest {
  name: string;
  /** `s3://bucket/prefix`; the suite makes its own folder below it and removes it again. The bucket must exist. */
  target: string;
  environment: Record<string, string>;
  traits: SubjectTraits;
}

/**
 * The servers in DASHKEEP_TEST_S3, each tried with the whole suite. Either JSON,
 * `[{"name": "ceph", "target": "s3://test", "environment": {"DASHKEEP_S3_ENDPOINT": "http://127.0.0.1:7480",
 * "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "…", "AWS_SECRET_ACCESS_KEY": "…"},
 * "traits": {"conditionalPut": "enforced"}}]`, or addresses with blanks between, each with key, secret and bucket:
 * `http://key:secret@127.0.0.1:7480/test`. There `?conditionalPut=ignored`,
 * `objectLock=true`, `absentWhileOverwritten=true`, `anySignature=true` and `region=…` may follow.
 */
export function serversToTest(variable: string | undefined): ServerToTest[] {
  const text = variable?.trim() ?? '';
  if (text.startsWith('[')) {
    return JSON.parse(text) as ServerToTest[];
  }
  return text
    .split(/\s+/)
    .filter((address) => address !== '')
    .map((address) => {
      const url = new URL(address);
      const conditionalPut = url.searchParams.get('conditionalPut') ?? 'enforced';
      return {
        name: `${url.host}${url.pathname}`,
        target: `s3:/${url.pathname.replace(/\/$/, '')}`,
        environment: {
          DASHKEEP_S3_ENDPOINT: url.origin,
          AWS_REGION: url.searchParams.get('region') ?? 'us-east-1',
          AWS_ACCESS_KEY_ID: decodeURIComponent(url.username),
          AWS_SECRET_ACCESS_KEY: decodeURIComponent(url.password),
        },
        traits: {
          conditionalPut: conditionalPut as SubjectTraits['conditionalPut'],
          objectLock: url.searchParams.get('objectLock') === 'true',
          absentWhileOverwritten: url.searchParams.get('absentWhileOverwritten') === 'true',
          anySignature: url.searchParams.get('anySignature') === 'true',
        },
      };
    });
}

/** A separate folder on one of those servers. */
export async function openServer({ target, environment }: ServerToTest, s3: BucketSettings = {}): Promise<Subject> {
  const store = await openStore(`${target}/${randomBytes(6).toString('hex')}`, {
    ...storageOf(environment, s3),
    clock: realClock,
    random: realRandomness,
    log: silentLog,
  });
  const dispose = async (): Promise<void> => {
    await store.deleteMany(await keysOf(store, ''));
    await store.close();
  };
  return { store, dispose };
}
