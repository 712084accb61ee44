import { silentLog } from '../../../pkg/contract/ports.ts';
import type { Clock, Log } from '../../../pkg/contract/ports.ts';
import { openStore } from '../../../pkg/storage/open.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { realClock, realRandomness } from '../ports.ts';
import { storageOf, type BucketSettings } from './settings-of.ts';
import type { S3Server } from './types.ts';

interface TestStoreOptions {
  target?: string;
  s3?: BucketSettings;
  environment?: Readonly<Record<string, string>>;
  log?: Log;
  clock?: Clock;
}

/** A store on a test server, opened as the product opens it. */
export async function openTestStore(server: S3Server, options: TestStoreOptions = {}): Promise<ObjectStore> {
  return openStore(options.target ?? 's3://test/some/prefix', {
    ...storageOf({ ...server.environment, ...options.environment }, options.s3),
    clock: options.clock ?? realClock,
    random: realRandomness,
    log: options.log ?? silentLog,
  });
}
