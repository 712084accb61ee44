import { appendFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

const run = (...args: string[]): Promise<Ended> => runCli(args, environment);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

/** Damages an object of a new backup. */
async function damage(): Promise<string> {
  await run('backup', '--kinds', 'folder,dashboard');
  const objects = join(directory.path, 'repository', 'objects');
  const [object] = (await readdir(objects, { recursive: true })).filter((name) => name.endsWith('.gz'));
  await appendFile(join(objects, object!), 'x');
  return object!.slice(3, -'.json.gz'.length);
}

/** How a verification ended, what it read, and the damaged objects. */
async function verified(...args: string[]): Promise<{ exit: number; read: number; damaged: string[] }> {
  const { exit, json } = await run('verify', ...args, '--json');
  return { exit, read: json.read, damaged: json.problems.map(({ object }: { object: string }) => object) };
}

it('does not forget a damaged object before it is repaired, whatever is verified in between', async () => {
  const object = await damage();
  const older = (await run('snapshots', '--json')).json.snapshots[0].id;
  await run('backup', '--kinds', 'folder,dashboard');
  expect(await verified()).toEqual({ exit: 0, read: 0, damaged: [] });
  expect(await verified(older, '--read-data')).toMatchObject({ exit: 4, damaged: [object] });
  for (const args of [[], ['latest'], ['latest', '--read-data'], []]) {
    const isShown = args.length === 0;
    expect(await verified(...args)).toMatchObject(isShown ? { exit: 4, read: 1, damaged: [object] } : {});
  }
  await run('repair', '--read-data');
  expect(await verified()).toEqual({ exit: 0, read: 1, damaged: [] });
  expect(await verified()).toEqual({ exit: 0, read: 0, damaged: [] });
});

it('says in the list of snapshots that the last verification found damage', async () => {
  await damage();
  const known = 'The last verification found 1 damaged object.';
  expect((await run('snapshots')).out).not.toContain(known);
  await run('verify', '--read-data');
  expect((await run('snapshots')).out).toContain(known);
  await run('repair', '--read-data');
  await run('verify');
  expect((await run('snapshots')).out).not.toContain(known);
});

it('does not call an empty repository verified', async () => {
  await damage();
  await Promise.all(
    ['snapshots', 'signatures'].map((name) => rm(join(directory.path, 'repository', name), { recursive: true })),
  );
  environment['DASHKEEP_STATE_DIR'] = join(directory.path, 'another state');
  expect(await run('verify')).toMatchObject({
    exit: 3,
    out: expect.stringContaining('there is no snapshot to verify'),
  });
});

it('the advice for a damaged object repairs it', async () => {
  await damage();
  const found = await run('verify', '--read-data');
  expect(found).toMatchObject({ exit: 4, out: expect.stringContaining('Try `dashkeep repair --read-data`.') });
  const missingOnly = await run('repair');
  expect(missingOnly.out).toContain(
    '0 repaired. Contents were not read: to also find damaged objects, add --read-data.',
  );

  const { exit, out } = await run('repair', '--read-data');
  expect({ exit, out }).toEqual({ exit: 0, out: '1 repaired, 0 still damaged.\n' });
  expect((await run('verify', '--read-data')).exit).toBe(0);
});

it('a repair that fails says which snapshots stay damaged, and what to do', async () => {
  const object = await damage();
  const [{ id }] = (await run('snapshots', '--json')).json.snapshots;
  await grafana.close();
  grafana = await startGrafana({ profile: '13.2' });
  environment = { ...environment, GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() };
  const { exit, out } = await run('repair', '--read-data');
  expect(exit).toBe(4);
  expect(out).toContain(`still damaged: object ${object}: `);
  expect(out).toContain(`\n  in snapshots ${id}\n`);
  expect(out).toMatch(
    /Restore the files from .* or remove these snapshots with `dashkeep forget <id>`\.\n0 repaired, 1 still damaged\.\n$/,
  );
});

it('a repair does not call a snapshot of a machine that is not trusted here damaged', async () => {
  await run('backup', '--kinds', 'folder,dashboard');
  const own = environment;
  environment = { ...own, DASHKEEP_STATE_DIR: join(directory.path, 'another state') };
  await run('backup', '--kinds', 'folder,dashboard');
  const signer = (await run('snapshots', '--json')).json.snapshots[0].signer;
  environment = own;
  const { exit, out } = await run('repair', '--read-data');
  expect(exit).toBe(4);
  expect(out).toMatch(
    /^not repaired: manifest: untrusted: .*\n {2}in snapshots .*\n {2}Someone else may have written the snapshot\./,
  );
  expect(out).toContain(signer);
  expect(out).not.toContain('dashkeep forget');
  expect(out).toMatch(/0 repaired, 0 still damaged\.\n$/);
});
