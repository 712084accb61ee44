import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { addDataSource } from '../support/grafana/seed/data-source.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/**
 * Somebody with write access to the bucket, and nothing else, puts a snapshot there whose data source sends the
 * password that Grafana keeps to an address of theirs.
 */
let grafana: Simulator;
let directory: string;
let environment: Record<string, string>;
let forger: Forger;
let real: string;
const forged = idIn(3_600_000);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  const source = { uid: 'prometheus', name: 'Prometheus', type: 'prometheus', url: 'http://prometheus:9090' };
  addDataSource(grafana.state, grafana.state.org(1), { ...source, secureJsonData: { basicAuthPassword: 'secret' } });
  directory = (await memoryDirectory()).path;
  forger = new Forger(join(directory, 'repository'));
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(encrypted: boolean): Promise<void> {
  const identity = await generateX25519Identity();
  await writeFile(join(directory, 'identity.txt'), identity);
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...(encrypted
      ? {
          DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
          DASHKEEP_AGE_IDENTITY_FILE: join(directory, 'identity.txt'),
        }
      : {}),
  };
  real = (await dashkeep('backup', '--json')).json.snapshot;
  const source = await liveSource();
  const body = await forger.putObject({ ...source, url: 'https://collector.evil.example' });
  const entry = {
    org: 1,
    kind: 'data-source' as const,
    uid: source['uid'],
    title: source['name'],
    folder: '',
    ...body,
  };
  await forger.putManifest(madeUp(forged, [entry]));
}

async function dashkeep(...args: string[]): Promise<Ended> {
  return runCli(args, environment);
}

// oxlint-disable-next-line typescript/no-explicit-any -- as Grafana sends it
async function liveSource(): Promise<any> {
  const answer = await fetch(`${grafana.url}/api/datasources`, {
    headers: { authorization: `Bearer ${environment['GRAFANA_API_TOKEN']}` },
  });
  const [first] = (await answer.json()) as Record<string, unknown>[];
  return first;
}

describe.each([
  ['an encrypted', true],
  ['a plain', false],
])('a snapshot that was forged in %s repository', (_name, encrypted) => {
  beforeEach(() => start(encrypted));

  it('is shown as foreign, and is not the latest', async () => {
    const { snapshots } = (await dashkeep('snapshots', '--json')).json;
    expect(snapshots.map(({ id, signed }: { id: string; signed: boolean }) => [id, signed])).toEqual([
      [forged, false],
      [real, true],
    ]);
    const { resources } = (await dashkeep('show', 'latest', '--json')).json;
    expect(resources.length).toBeGreaterThan(1);
  });

  it('is a problem for verify', async () => {
    const { exit, json } = await dashkeep('verify', '--read-data', '--json');
    expect(exit).toBe(4);
    expect(json.problems).toEqual([expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN', snapshots: [forged] })]);
  });

  it('neither counts for retention nor is removed by it', async () => {
    const { kept, forgotten } = (await dashkeep('forget', '--keep-last', '1', '--json')).json;
    expect(forgotten).toEqual([]);
    expect(kept.map(({ id }: { id: string }) => id)).toEqual([forged, real]);
    expect(await forger.names('snapshots')).toHaveLength(2);
  });

  it('is never restored unless a person names it, says so and types it', async () => {
    const before = await liveSource();
    await dashkeep('restore', 'latest', '--overwrite', '--apply', '--json');
    expect((await liveSource()).url).toBe(before.url);

    const apply = ['restore', forged, '--overwrite', '--apply', '--json'];
    await expect(dashkeep(...apply)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    await expect(dashkeep(...apply, '--accept-foreign')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    await expect(dashkeep(...apply, '--confirm', forged)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    const start = ['restore', forged.slice(0, 20), '--overwrite', '--apply', '--accept-foreign', '--confirm', forged];
    await expect(dashkeep(...start)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    expect((await liveSource()).url).toBe(before.url);
  });

  it('does not become what the next backup goes on from', async () => {
    const next = (await dashkeep('backup', '--json')).json;
    const [newest] = (await dashkeep('snapshots', '--json')).json.snapshots.filter(
      ({ id }: { id: string }) => id === next.snapshot,
    );
    expect(newest).toMatchObject({ signed: true, changes: { added: 0, changed: 0, removed: 0 } });
  });
});

it('a stripped signature makes a snapshot foreign, and the one before it the latest', async () => {
  await start(true);
  await rm(join(directory, 'repository', 'snapshots', `${forged}.json.gz`));
  const second = (await dashkeep('backup', '--json')).json.snapshot;
  const [signature] = (await forger.names('signatures/snapshots')).filter((name) => name.startsWith(second));
  const stripped = join(directory, 'repository', 'signatures/snapshots', signature!);
  expect((await readFile(stripped, 'utf8')).split('\n')[0]).toBe('dashkeep signature 1');
  await rm(stripped);
  expect((await dashkeep('verify', '--json')).json.problems).toMatchObject([{ snapshots: [second] }]);
  await expect(dashkeep('restore', second, '--apply')).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
});

it('`dashkeep trust --unsigned` makes the snapshots that nobody signed count, as it says', async () => {
  await start(false);
  const signedBy = async (): Promise<unknown[]> =>
    (await dashkeep('snapshots', '--json')).json.snapshots.map(({ id, signed }: { id: string; signed: boolean }) => [
      id,
      signed,
    ]);
  expect(await signedBy()).toEqual([
    [forged, false],
    [real, true],
  ]);
  await dashkeep('trust', '--unsigned', '--json');
  expect(await signedBy()).toEqual([
    [forged, true],
    [real, true],
  ]);
});
