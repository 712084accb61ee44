import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
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

/** Damages every manifest, and removes the index. */
async function damage(): Promise<void> {
  const repository = join(directory.path, 'repository');
  for (const name of await readdir(join(repository, 'snapshots'))) {
    await appendFile(join(repository, 'snapshots', name), 'x');
  }
  await rm(join(repository, 'cache'), { recursive: true });
}

it('does not say that there are no snapshots, versions or results where none can be read', async () => {
  await runCli(['backup', '--kinds', 'folder'], environment);
  await runCli(['backup', '--kinds', 'folder'], environment);
  const [{ id }] = (await runCli(['snapshots', '--json'], environment)).json.snapshots;
  await damage();

  for (const args of [[], ['--json']]) {
    const { exit, out, error } = await runMain(['snapshots', ...args], environment);
    expect({ exit, out }).toEqual({ exit: 4, out: '' });
    expect(error).toMatch(/none of the snapshots \(2\) can be read: /);
    expect(error).toContain(id);
    expect(error).toContain('dashkeep verify');
  }
  for (const args of [
    ['versions', 'folder/any'],
    ['search', 'any'],
  ]) {
    const { exit, out, error } = await runMain(args, environment);
    expect({ exit, out }).toEqual({ exit: 4, out: '' });
    expect(error).toMatch(/none of the snapshots \(2\) can be read: /);
  }
  const { out } = await runCli(['backup', '--kinds', 'folder'], environment);
  expect(out).toMatch(/^snapshot \S+ is complete/m);
  expect(await runMain(['snapshots'], environment)).toMatchObject({ exit: 0 });
});

it('lists a snapshot as damaged once its verification has found that, until it is restored', async () => {
  await runCli(['backup', '--kinds', 'folder'], environment);
  await runCli(['backup', '--kinds', 'folder'], environment);
  const statuses = async (): Promise<unknown[]> => {
    const { out } = await runCli(['snapshots'], environment);
    const { snapshots } = (await runCli(['snapshots', '--json'], environment)).json;
    return snapshots.map(({ id, damaged }: { id: string; damaged?: true }) => [
      new RegExp(`^${id} +\\S+ +(\\w+)`, 'm').exec(out)?.[1],
      damaged,
    ]);
  };
  const [{ id }] = (await runCli(['snapshots', '--json'], environment)).json.snapshots;
  const manifest = join(directory.path, 'repository', 'snapshots', `${id}.json.gz`);
  const whole = await readFile(manifest);
  await writeFile(manifest, whole.subarray(0, -9));

  expect((await runMain(['verify', id], environment)).exit).toBe(4);
  expect(await statuses()).toEqual([
    ['damaged', true],
    ['complete', undefined],
  ]);
  await runMain(['verify', (await runCli(['snapshots', '--json'], environment)).json.snapshots[1].id], environment);
  expect((await statuses())[0]).toEqual(['damaged', true]);

  await writeFile(manifest, whole);
  expect((await runMain(['verify', id], environment)).exit).toBe(0);
  expect((await statuses())[0]).toEqual(['complete', undefined]);
});
