import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { recordingLog } from '../support/repository/repository.ts';

/** Someone who may write to the target removes the newest snapshot's signature, or changes its manifest. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

const run = (args: readonly string[], log = recordingLog()): Promise<Ended> =>
  runCli(
    [...args, '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`],
    {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
    },
    { log },
  );

const file = (name: string): string => `${directory.path}/repository/${name}`;
const signatureOf = (id: string): string => file(`signatures/snapshots/${id}.json.gz.sig`);

async function newest(): Promise<string> {
  const names = (await readdir(file('snapshots'))).filter((name) => name.endsWith('.json.gz')).sort();
  return names.at(-1)!.replace('.json.gz', '');
}

async function change(id: string): Promise<void> {
  const manifest = file(`snapshots/${id}.json.gz`);
  const text = gunzipSync(await readFile(manifest)).toString();
  await writeFile(manifest, gzipSync(text.replace('"trigger":"manual"', '"trigger":"scheduled"')));
}

async function refusal(...args: string[]): Promise<string> {
  const error: unknown = await run(args).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DashkeepError);
  const { code, message, hint } = error as DashkeepError;
  return `${code} ${message}. ${hint}`;
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
  await run(['backup', '--kinds', 'folder,dashboard']);
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const LATEST = ['show latest', 'diff latest live', 'restore latest', 'export none'];

describe('without the signature of the only snapshot', () => {
  let id: string;

  beforeEach(async () => {
    id = await newest();
    await rename(signatureOf(id), file('kept'));
  });

  it.each(LATEST)('%s says what is missing and what helps, not which keys to trust', async (command) => {
    const said = await refusal(...command.split(' '));
    expect(said).toContain(`the signature of snapshot ${id} is missing`);
    expect(said).toContain('earlier versions');
    expect(said).toContain('dashkeep verify');
    expect(said).not.toContain('dashkeep keys');
  });

  it('its ID says the same', async () => {
    const said = await refusal('restore', id, '--apply');
    expect(said).toContain('its signature is missing');
    expect(said).toContain('earlier versions');
  });

  it('the lists show it as unsigned, until the signature is back', async () => {
    const { out } = await run(['snapshots']);
    expect(out).toMatch(/ no$/m);
    expect(out).toContain('dashkeep verify');
    const { keys, unsigned } = (await run(['keys', '--json'])).json;
    expect([unsigned, keys]).toEqual([1, [expect.objectContaining({ snapshots: 0 })]]);
    await rename(file('kept'), signatureOf(id));
    expect((await run(['snapshots', '--json'])).json.snapshots).toMatchObject([{ id, signed: true }]);
    expect((await run(['show', 'latest', '--json'])).exit).toBe(0);
  });

  it('its doctor does not advise to delete it', async () => {
    const { out } = await run(['doctor']).catch(() => ({ out: '' }));
    expect(out).not.toContain('delete them');
  });
});

it('without the signature of the newest of two, the latest is the older one, with the reason', async () => {
  const first = await newest();
  await run(['backup', '--kinds', 'folder,dashboard']);
  const second = await newest();
  await rm(signatureOf(second));
  const log = recordingLog();
  expect((await run(['show', 'latest', '--json'], log)).out).toContain(first);
  expect(log.lines.join('\n')).toContain(`the signature of snapshot ${second} is missing`);
  expect((await run(['snapshots', '--json'])).json.snapshots).toMatchObject([
    { id: second, signed: false, foreign: true },
    { id: first, signed: true },
  ]);
});

describe('with another manifest under the name of the only snapshot', () => {
  let id: string;

  beforeEach(async () => {
    id = await newest();
    await change(id);
  });

  it.each(LATEST)('%s says that it does not match, and what helps', async (command) => {
    const said = await refusal(...command.split(' '));
    expect(said).toContain(`snapshot ${id} does not match its signature`);
    expect(said).toContain('earlier versions');
    expect(said).toContain('dashkeep verify');
    expect(said).not.toContain('dashkeep keys');
  });

  it('its ID says the same', async () => {
    const said = await refusal('restore', id, '--apply');
    expect(said).toContain('it does not match its signature');
    expect(said).toContain('earlier versions');
  });
});

it('with another manifest under the name of the newest of two, the latest is the older one, with the reason', async () => {
  const first = await newest();
  await run(['backup', '--kinds', 'folder,dashboard']);
  const second = await newest();
  await change(second);
  const log = recordingLog();
  expect((await run(['show', 'latest', '--json'], log)).out).toContain(first);
  expect(log.lines.join('\n')).toContain(`snapshot ${second} does not match its signature`);
});
