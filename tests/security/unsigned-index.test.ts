import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/** Someone who may write to the bucket writes an index there in which every snapshot is signed by their key. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let own: string;
const THEIRS = 'f'.repeat(32);

const run = (machine: string, ...args: string[]): Promise<Ended> =>
  runCli([...args, '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/${machine}`], {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
  });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  await run('writer', 'backup');
  own = (await run('writer', 'keys', '--json')).json.own;
  const file = `${directory.path}/repository/cache/snapshots.json.gz`;
  const [json] = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  await writeFile(file, gzipSync(json!.replaceAll(own, THEIRS)));
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('a machine that trusts a key does not use it', async () => {
  const { keys, verified } = (await run('writer', 'keys', '--json')).json;
  expect([keys, verified]).toEqual([[expect.objectContaining({ fingerprint: own, snapshots: 1 })], true]);
});

it('a machine that trusts none says that it is not verified', async () => {
  const { keys, verified } = (await run('laptop', 'keys', '--json')).json;
  expect([keys, verified]).toEqual([[expect.objectContaining({ fingerprint: THEIRS, trusted: false })], false]);
  expect((await run('laptop', 'keys')).out).toContain('are not verified');
});
