import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { DirectoryState } from '../../pkg/lib/state.ts';
import { openStore } from '../../pkg/storage/open.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { open, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { board, publishBodies, type Bodies } from '../support/repository/searched.ts';

let folder: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await memoryDirectory();
  environment = {
    DASHKEEP_TARGET: `file://${join(folder.path, 'target')}`,
    DASHKEEP_STATE_DIR: join(folder.path, 'state'),
    HOME: folder.path,
  };
});
afterEach(() => folder.remove());

async function history(snapshots: Bodies[], options: Parameters<typeof open>[1] = {}): Promise<void> {
  const [clock, randomness] = [new TestClock(), new SeededRandomness()];
  const ports = { environment: {}, clock: realClock, random: realRandomness, log: silentLog };
  const store = await openStore(environment['DASHKEEP_TARGET']!, ports);
  const state = new DirectoryState(environment['DASHKEEP_STATE_DIR']!);
  const repository = await open({ store, clock, randomness }, { state, ...options });
  for (const bodies of snapshots) {
    clock.advance(3_600_000);
    await publishBodies(repository, { clock, randomness }, bodies);
  }
  await repository.close();
}

const run = (...args: string[]) => runCli(['search', ...args], environment);

const SHOP = board('Shop', { 'Checkout latency': 'rate(latency[5m])' });
const TWO: Bodies[] = [
  { 1: { 'dashboard/a': SHOP, 'folder/f': { title: 'Checkout' } }, 2: { 'dashboard/b': SHOP } },
  { 1: { 'dashboard/a': board('Shop', {}), 'folder/f': { title: 'Checkout' } }, 2: {} },
];

it('shows where something is or was', async () => {
  await history(TWO);
  const { out } = await run('checkout');
  expect(out.trimEnd().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^1 +folder\/f +Checkout +title +Checkout +newest snapshot$/),
    expect.stringMatching(/^1 +dashboard\/a +Shop +panel +Checkout latency +until 2026-11-24T16:30:00.000Z$/),
    expect.stringMatching(
      /^2 +dashboard\/b +Shop \(deleted, last seen 2026-11-24T15:30:00.000Z\) +panel +Checkout latency +until 2026/,
    ),
  ]);
});

it('narrows by org, kind and deletion, and gives JSON', async () => {
  await history(TWO);
  const uids = async (...args: string[]): Promise<string[]> =>
    ((await run('checkout', '--json', ...args)).json as { results: { uid: string }[] }).results.map(({ uid }) => uid);
  expect(await uids()).toEqual(['f', 'a', 'b']);
  expect(await uids('--org', '2')).toEqual(['b']);
  expect(await uids('--deleted')).toEqual(['b']);
  expect(await uids('--kind', 'folder')).toEqual(['f']);
  expect(await uids('--limit', '1')).toEqual(['f']);
  expect((await run('checkout', '--limit', '1')).out).toContain('2 more not shown');
  expect((await run('nowhere')).out).toContain('No results.');
  expect((await run('nowhere', '--deleted')).out).toContain('`dashkeep diff latest live` lists them now.');
});

it.each([
  [[''], 'too short'],
  [['x'.repeat(300)], '300 characters'],
  [['shop', '--kind', 'dashbord'], 'no such kind'],
  [['shop', '--limit', 'many'], '--limit'],
])('refuses %j', async (args, reason) => {
  await expect(run(...args)).rejects.toMatchObject({ exit: 2, message: expect.stringContaining(reason) });
});

it('says that an encrypted repository is searched by titles, and what to give for more', async () => {
  const identity = await generateIdentity();
  await history(TWO, { recipients: [await identityToRecipient(identity)] });
  environment['DASHKEEP_AGE_RECIPIENTS'] = await identityToRecipient(identity);
  const titles = await run('shop');
  expect(titles.out).toContain('dashboard/a');
  expect(titles.out).toContain(
    'only titles and UIDs were searched: set DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE',
  );
  expect((await run('latency', '--json')).json).toMatchObject({ searched: 'titles', results: [] });
  environment['DASHKEEP_AGE_IDENTITY_FILE'] = join(folder.path, 'identity');
  await writeFile(environment['DASHKEEP_AGE_IDENTITY_FILE'], `${identity}\n`, { mode: 0o600 });
  expect((await run('latency', '--json')).json).toMatchObject({ searched: 'content', total: 2 });
});
