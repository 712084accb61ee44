import { describe, expect, it } from 'vitest';
import { checkStore } from '../../../pkg/storage/check/check.ts';
import { lockOf } from '../../../pkg/storage/lock.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server } from '../../support/s3/server.ts';
import type { S3ServerOptions } from '../../support/s3/server.ts';
import { conformance } from '../conformance.ts';
import { keysOf } from '../../support/stores/read.ts';
import { openServer, serversToTest } from '../subjects.ts';
import type { SubjectTraits } from '../subjects.ts';

function onOwnServer(name: string, traits: SubjectTraits, options: S3ServerOptions = {}, target?: string): void {
  conformance(
    `S3Store ${name}`,
    async () => {
      const server = await startS3Server(options);
      return { store: await openTestStore(server, { target }), dispose: () => server.close() };
    },
    traits,
  );
}

onOwnServer('on our own server', { conditionalPut: 'enforced' });
onOwnServer('without a prefix', { conditionalPut: 'enforced', longList: 30 }, {}, 's3://test');
onOwnServer('with small pages', { conditionalPut: 'enforced', longList: 60 }, { pageSize: 7 });
onOwnServer(
  'in a bucket with versions and object lock',
  { conditionalPut: 'enforced', versions: true, longList: 30 },
  { buckets: [{ name: 'test', objectLock: true }] },
);
onOwnServer(
  'in a bucket with versions of a store without bulk deletes',
  { conditionalPut: 'enforced', versions: true, longList: 30 },
  { buckets: [{ name: 'test', versioning: true }], multiDelete: 'refused' },
);
onOwnServer(
  'on a store without conditional puts and bulk deletes',
  { conditionalPut: 'refused', longList: 30 },
  { conditionalPut: 'refused', multiDelete: 'refused' },
);
onOwnServer(
  'on a store that ignores conditions and insists on Content-MD5',
  { conditionalPut: 'ignored', longList: 30 },
  { conditionalPut: 'ignored', multiDelete: 'content-md5' },
);
onOwnServer('on a store with racy conditions', { conditionalPut: 'racy', longList: 30 }, { conditionalPut: 'racy' });

conformance(
  'S3Store on our own server in a directory',
  async () => {
    const { path, remove } = await temporaryDirectory();
    const server = await startS3Server({ directory: path });
    const dispose = async () => {
      await server.close();
      await remove();
    };
    return { store: await openTestStore(server), dispose };
  },
  { conditionalPut: 'enforced', longList: 30 },
);

const servers = serversToTest(process.env.DASHKEEP_TEST_S3);

for (const server of servers) {
  conformance(`S3Store on ${server.name}`, () => openServer(server), server.traits);

  describe(`The store check on ${server.name}`, () => {
    it('passes, and finds what is known of the server', async () => {
      const { store, dispose } = await openServer(server);

      const check = await checkStore(store, { clock: realClock, random: realRandomness });

      expect(check.steps.filter((step) => !step.ok)).toEqual([]);
      expect(check.conditionalPut).toBe(server.traits.conditionalPut);
      expect(store.capabilities.objectLock).toBe(server.traits.objectLock ?? false);
      expect(await keysOf(store, '')).toEqual([]);
      await dispose();
    });

    it.skipIf(server.traits.anySignature)('names a wrong secret', async () => {
      const environment = { ...server.environment, AWS_SECRET_ACCESS_KEY: 'wrong' };
      const { store } = await openServer({ ...server, environment });

      await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_CREDENTIALS' });
      await store.close();
    });

    it.runIf(server.traits.objectLock)('takes objects under lock', async () => {
      const { store, dispose } = await openServer(server, { lock: { mode: 'GOVERNANCE', days: 1 } });

      expect(await store.put('locked.json', Buffer.from('{}'))).toEqual({ written: true });
      expect((await store.get('locked.json')).toString()).toBe('{}');
      await dispose();
    });

    it.runIf(server.traits.objectLock)('holds an object longer, and never shorter', async () => {
      const { store, dispose } = await openServer(server, { lock: { mode: 'GOVERNANCE', days: 1 } });
      const lock = lockOf(store);
      const longer = new Date(Math.floor(Date.now() / 1000) * 1000 + 2 * 86_400_000);
      await store.put('locked.json', Buffer.from('{}'));

      await lock?.hold('locked.json', longer);
      expect(await lock?.heldUntil('locked.json')).toEqual(longer);
      await expect(lock?.hold('locked.json', new Date(longer.getTime() - 86_400_000))).rejects.toMatchObject({
        code: expect.stringMatching(/^DK_STORE_(LOCKED|DENIED)$/),
      });
      expect(await lock?.heldUntil('locked.json')).toEqual(longer);
      await expect(lock?.hold('absent.json', longer)).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
      await dispose();
    });
  });
}
