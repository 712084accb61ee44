import { afterEach, describe, expect, it } from 'vitest';
import { Remover, type Removal } from '../../../pkg/repository/prune/removal.ts';
import { openServer, serversToTest, type ServerToTest, type Subject } from '../../storage/subjects.ts';
import type { BucketSettings } from '../../support/s3/settings-of.ts';
import { depth } from '../../support/budget.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { keysOf, open } from '../../support/repository/repository.ts';
import { openWith } from '../../support/clouds/open.ts';
import { startProxy } from '../../support/clouds/proxy.ts';
import { CLOUDS_INSTALLED, startAzurite, startFakeGcs, type CloudServer } from '../../support/clouds/servers.ts';
import { startS3Server } from '../../support/s3/server.ts';

const LOCK: BucketSettings = { lock: { mode: 'GOVERNANCE', days: 1 } };
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
async function removal({ store, dispose }: Subject): Promise<Partial<Removal>> {
  const repository = await open({ store, clock: realClock, randomness: realRandomness });
  const objects = ['a', 'b'].map((name) => ({ key: `objects/${name}`, size: 5 }));
  for (const { key } of objects) {
    await store.put(key, Buffer.from('bytes'));
  }
  const session = await repository.sessions.openExclusive({ id: '20261124T143000Z-1f2e3d4c', kind: 'prune' });
  const remover = new Remover(repository, session);

  const gone = await remover.removeObjects(objects, await store.clock());

  expect(await keysOf(store, 'objects/')).toEqual(objects.map(({ key }) => key).filter((key) => !gone.includes(key)));
  await session.end();
  await dispose();
  return remover.result;
}

const NOTHING = { removed: 0, removedBytes: 0, hidden: 0, hiddenBytes: 0, locked: 0, lockedBytes: 0, failed: [] };

describe.each(SERVERS)('what a prune removes on %s', (_, start) => {
  it('is counted as what the store made of it', async () => {
    const server = await start();
    if (server.traits.objectLock === true) {
      expect(await removal(await openServer(server))).toEqual({ ...NOTHING, hidden: 2, hiddenBytes: 10 });
      expect(await removal(await openServer(server, LOCK))).toEqual({ ...NOTHING, locked: 2, lockedBytes: 10 });
    } else {
      expect(await removal(await openServer(server))).toEqual({ ...NOTHING, removed: 2, removedBytes: 10 });
    }
  });
});

/** What Azure and Google Cloud answer to a deletion; their stand-ins know no policies. */
interface Answers {
  start: () => Promise<CloudServer>;
  /** To one blob that a policy of the container holds. */
  held: { status: number; body: string; headers: Record<string, string> };
}

const ANSWERS: readonly [name: string, Answers][] = [
  [
    'Azure',
    {
      start: startAzurite,
      held: {
        status: 409,
        body: '',
        headers: { 'x-ms-error-code': 'BlobImmutableDueToPolicy', 'x-ms-request-id': '1' },
      },
    },
  ],
  [
    'Google Cloud',
    {
      start: startFakeGcs,
      held: {
        status: 403,
        body: JSON.stringify({
          error: { code: 403, message: 'held', errors: [{ reason: 'retentionPolicyNotMet', message: 'held' }] },
        }),
        headers: { 'content-type': 'application/json' },
      },
    },
  ],
];

/** They take longer to start than the rest of the file. */
const areTried = depth() === 'all' && CLOUDS_INSTALLED;
describe.runIf(areTried).each(ANSWERS)('what a prune removes on %s', (_, { start, held }) => {
  it('is counted as what the store made of it, also where a policy holds it', async () => {
    const server = await start();
    const proxy = await startProxy(server.origin);
    closing.push(
      () => proxy.close(),
      () => server.close(),
    );
    const subject = async (folder: string): Promise<Subject> => {
      const store = await openWith(`${server.target}/${folder}`, server.through(proxy.origin));
      return { store, dispose: () => store.close() };
    };

    expect(await removal(await subject('free'))).toEqual({ ...NOTHING, removed: 2, removedBytes: 10 });
    proxy.fault = (method, url) => {
      if (url.includes('comp=batch')) {
        return { kind: 'status', status: 501 };
      }
      return method === 'DELETE' && url.includes('objects') ? { kind: 'status', ...held } : undefined;
    };
    expect(await removal(await subject('held'))).toEqual({ ...NOTHING, locked: 2, lockedBytes: 10 });
  });
});
