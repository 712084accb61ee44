import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { openRepository } from '../../pkg/repository/repository.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { openTestStore } from '../support/s3/client.ts';
import { startS3Server } from '../support/s3/server.ts';
import type { S3Request, S3Server } from '../support/s3/server.ts';

describe('object lock of a repository', () => {
  let server: S3Server;
  const puts: S3Request[] = [];

  beforeAll(async () => {
    server = await startS3Server({
      buckets: [{ name: 'test', objectLock: true }],
      fault: (request) => {
        if (request.operation === 'PutObject') {
          puts.push(request);
        }
        return undefined;
      },
    });
  });
  afterAll(() => server.close());

  it('holds objects, and lets go of what a run writes for itself', async () => {
    const store = await openTestStore(server, { s3: { lock: { mode: 'COMPLIANCE', days: 30 } } });
    const outside = { clock: realClock, randomness: realRandomness, log: silentLog };
    const repository = await openRepository({ store, ...outside, create: true });
    const session = await repository.openSession({ id: '20261124T143000Z-0000000a', kind: 'backup' });
    await repository.putObject(repository.objectId('{"a":1}'), '{"a":1}');
    await session.end();
    await repository.close();
    await store.close();

    const locked = (folder: string) =>
      puts
        .filter((request) => request.key.startsWith(`some/prefix/${folder}`))
        .map((request) => request.headers['x-amz-object-lock-mode']);
    expect(locked('objects/')).toEqual(['COMPLIANCE']);
    expect(new Set(locked('sessions/'))).toEqual(new Set([undefined]));
    expect(locked('dashkeep.json')).toEqual(['COMPLIANCE']);
  });
});
