import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { openStore, type OpenStoreOptions } from '../../pkg/storage/open.ts';
import { SharedStores } from '../../pkg/storage/shared.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { storageOf } from '../support/s3/settings-of.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { conformance } from './conformance.ts';
import { all } from '../support/stores/read.ts';

conformance(
  'a folder of a shared store',
  async () => {
    const server = await startS3Server();
    const stores = new SharedStores(() => optionsFor(server));
    const dispose = () => stores.close().then(() => server.close());
    return { store: await stores.open('s3://test/some/folder'), dispose };
  },
  { conditionalPut: 'enforced', longList: 20 },
);

async function optionsFor({ environment }: S3Server): Promise<OpenStoreOptions> {
  return { ...storageOf(environment), clock: realClock, random: realRandomness, log: silentLog };
}

describe('SharedStores', () => {
  let server: S3Server;
  let asked: string[];
  let stores: SharedStores;

  beforeEach(async () => {
    server = await startS3Server();
    asked = [];
    stores = new SharedStores(async (target) => {
      asked.push(target);
      return optionsFor(server);
    });
  });
  afterEach(async () => {
    await stores.close();
    await server.close();
  });

  it('describes a folder like the store of that folder, as the state remembers it', async () => {
    for (const target of ['s3://test/a/b', 's3://test/a/', 's3://test', ' s3://test/a ']) {
      const own = await openStore(target, await optionsFor(server));
      expect((await stores.open(target)).description).toBe(own.description);
      await own.close();
    }
    expect(asked).toEqual(['s3://test']);
  });

  it('keeps folders apart', async () => {
    await (await stores.open('s3://test/a')).put('one', Buffer.from('1'));
    await (await stores.open('s3://test/ab')).put('two', Buffer.from('2'));

    expect((await all((await stores.open('s3://test/a')).list(''))).map(({ key }) => key)).toEqual(['one']);
    expect(await (await stores.open('s3://test')).folders('')).toEqual(['a', 'ab']);
  });
});
