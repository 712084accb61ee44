import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangePage } from '../../../../pkg/contract/api/changes.ts';
import { DirectoryState } from '../../../../pkg/lib/state.ts';
import type { Repository } from '../../../../pkg/repository/repository.ts';
import { temporaryDirectory } from '../../../support/directories.ts';
import { fastClock } from '../../../support/fast-clock.ts';
import { open, SeededRandomness, TestClock } from '../../../support/repository/repository.ts';
import { publish } from '../../../support/repository/version-history.ts';
import { openTestStore } from '../../../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../../../support/s3/server.ts';
import { startService, type TestService } from '../../../support/service.ts';

/** More than fit into the small part of the index. */
const BOARDS = Array.from({ length: 2_100 }, (_, at) => `dashboard/board-${at}`);

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let s3: S3Server;
let service: TestService;
let repository: Repository;
/** The snapshot without the folder. */
let emptied: string;
const world = {
  clock: new TestClock(new Date(Date.now() - 86_400_000).toISOString()),
  randomness: new SeededRandomness(),
};
const clock = fastClock(1);
/** What was read from the bucket. */
const reads: string[] = [];

async function take(names: readonly string[]): Promise<string> {
  world.clock.advance(3_600_000);
  const things = Object.fromEntries(names.map((name) => [name, 1]));
  return (await publish(repository, world, { orgs: { 1: things }, folderUid: 'ops' })).id;
}

async function page(query = ''): Promise<ChangePage> {
  reads.length = 0;
  const { status, json } = await service.call('GET', `/changes${query}`);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as ChangePage;
}

beforeAll(async () => {
  folder = await temporaryDirectory();
  s3 = await startS3Server({
    fault({ operation, key }) {
      if (operation === 'GetObject') {
        reads.push(key);
      }
      return undefined;
    },
  });
  const store = await openTestStore(s3);
  repository = await open({ ...world, store }, { state: new DirectoryState(join(folder.path, 'state')) });
  await take(['folder/ops', ...BOARDS]);
  await take(['folder/ops', ...BOARDS, 'dashboard/second']);
  emptied = await take(['dashboard/second']);
  const environment = { DASHKEEP_TARGET: 's3://test/some/prefix', ...s3.environment };
  service = await startService({ grafanaUrl: 'http://127.0.0.1:9', environment, directory: folder.path, clock });
});
afterAll(async () => {
  await service?.stop();
  await repository?.close();
  await s3?.close();
  await folder?.remove();
});

it('GET /changes asks the index once, also if one entry has most of the changes', async () => {
  const { items } = await page();
  expect(items[0]?.together).toBe(BOARDS.length + 1);
  expect(items.at(-1)).toMatchObject({ what: 'created', resource: { uid: 'second' } });
  expect(reads.filter((key) => key.includes('cache/versions/') && key.includes('/names'))).toHaveLength(1);
});

it('GET /changes reads nothing as long as there are the same snapshots, and no longer', async () => {
  const before = await page();
  expect(await page()).toEqual(before);
  expect(reads).toEqual([]);
  const newest = await take(['dashboard/second', 'dashboard/third']);
  clock.travel(15_001);
  expect((await page()).items[0]).toMatchObject({ what: 'created', resource: { uid: 'third' } });
  expect((await service.call('DELETE', `/snapshots/${emptied}?confirm=${emptied}`)).status).toBe(200);
  const { items } = await page();
  expect(items.find(({ what }) => what === 'deleted')?.snapshots.first).toBe(newest);
});
