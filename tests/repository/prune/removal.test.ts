import { afterEach, describe, expect, it } from 'vitest';
import { Remover, type Removal } from '../../../pkg/repository/prune/removal.ts';
import type { S3Settings } from '../../../pkg/storage/open.ts';
import { openServer, serversToTest, type ServerToTest } from '../../storage/subjects.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { open } from '../../support/repository/repository.ts';
import { startS3Server } from '../../support/s3/server.ts';

const LOCK: S3Settings = { lock: { mode: 'GOVERNANCE', days: 1 } };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

async function ownServer(objectLock: boolean): Promise<ServerToTest> {
  const server = await startS3Server({ buckets: [{ name: 'test', objectLock }] });
  closing.push(() => server.close());
  const traits = { conditionalPut: 'enforced', objectLock } as const;
  return { name: 'our own server', target: 's3://test', environment: { ...server.environment }, traits };
}

const SERVERS: [name: string, open: () => Promise<ServerToTest>][] = [
  ['our own server', () => ownServer(false)],
  ['our own server with object lock', () => ownServer(true)],
  ...serversToTest(process.env['DASHKEEP_TEST_S3']).map((server): [string, () => Promise<ServerToTest>] => [
    server.name,
    async () => server,
  ]),
];

/** What becomes of two objects of ten bytes in all that a prune removes right after they were put. */
async function removal(server: ServerToTest, s3: S3Settings): Promise<Partial<Removal>> {
  const { store, dispose } = await openServer(server, s3);
  const repository = await open({ store, clock: realClock, randomness: realRandomness });
  const objects = ['a', 'b'].map((name) => ({ key: `objects/${name}`, size: 5 }));
  for (const { key } of objects) {
    await store.put(key, Buffer.from('bytes'));
  }
  const session = await repository.sessions.openExclusive({ id: '20261124T143000Z-1f2e3d4c', kind: 'prune' });
  const remover = new Remover(repository, session);

  const gone = await remover.removeObjects(objects, await store.clock());

  expect(gone).toEqual(objects.map(({ key }) => key));
  expect(await store.head('objects/a')).toBeUndefined();
  await session.end();
  await dispose();
  return remover.result;
}

const NOTHING = { removed: 0, removedBytes: 0, hidden: 0, hiddenBytes: 0, locked: 0, lockedBytes: 0, failed: [] };

describe.each(SERVERS)('what a prune removes on %s', (_, start) => {
  it('is counted as what the store made of it', async () => {
    const server = await start();
    if (server.traits.objectLock === true) {
      expect(await removal(server, {})).toEqual({ ...NOTHING, hidden: 2, hiddenBytes: 10 });
      expect(await removal(server, LOCK)).toEqual({ ...NOTHING, locked: 2, lockedBytes: 10 });
    } else {
      expect(await removal(server, {})).toEqual({ ...NOTHING, removed: 2, removedBytes: 10 });
    }
  });
});
