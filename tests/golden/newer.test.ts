import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { diffManifests } from '../../pkg/engine/diff.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { coverageOf } from '../../pkg/repository/snapshots/coverage.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { Forger, readStored } from '../support/repository/forger.ts';
import { runMain } from '../support/cli.ts';
import { open, SeededRandomness, TestClock } from '../support/repository/repository.ts';

const IDS = ['20261124T143000Z-f3e18310', '20261124T153000Z-90a45050'] as const;
const KIND = 'recording-rules-v9';
const REPORT = { listed: 2, stored: 1, reused: 0, skipped: 0, failed: 1 };

let directory: string;
let forger: Forger;
let repository: Repository;
let object: string;

/** What a later version would have written in place of the newest snapshot. */
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-newer-'));
  await cp(join(import.meta.dirname, 'format-1-plain'), directory, { recursive: true });
  forger = new Forger(directory);
  const manifest = await readStored(forger, `snapshots/${IDS[1]}.json.gz`);
  const stored = await forger.putObject({ rules: [{ record: 'job:up' }] });
  ({ object } = stored);
  const entry = { org: 1, kind: KIND, uid: 'r', title: 'Rules', folder: '', ...stored, shards: { of: 3 } };
  const problem = { org: 1, kind: KIND, uid: 's', reason: 'refused' };
  await forger.putManifest({
    ...manifest,
    kinds: { ...manifest.kinds, [KIND]: REPORT },
    errors: [...manifest.errors, problem],
    skipped: [...manifest.skipped, problem],
    lists: [{ org: 1, kind: KIND, resourceVersion: '7' }],
    scope: { orgs: 'all', serverAdmin: true, unselected: ['silence', 'recording-targets'], reach: 'fleet' },
    shrunk: { since: IDS[0], losses: [{ org: 1, kind: KIND, before: 2, gone: 1 }] },
    resources: [...manifest.resources.map((one) => ({ ...one, region: 'eu' })), entry],
  } as unknown as Manifest);
  repository = await reopen();
});

async function reopen(): Promise<Repository> {
  const randomness = new SeededRandomness();
  const world = { randomness, store: new DirectoryStore(directory, randomness), clock: new TestClock() };
  return open(world, { create: false });
}

describe('a snapshot with a kind that only a newer version knows', () => {
  it('is in the history, with all that it holds', async () => {
    const rows = await repository.snapshots();
    expect(rows.map(({ id, resources, shrunk }) => [id, resources, shrunk?.since])).toEqual([
      [IDS[1], 5, IDS[0]],
      [IDS[0], 4, undefined],
    ]);
    await repository.index.update({ whole: true });
    expect(await (await reopen()).snapshots()).toEqual(rows);
  });

  it('can be read, and names what this version does not know', async () => {
    const manifest = await repository.manifest(IDS[1]);
    expect(manifest.resources.map(({ kind }) => kind)).not.toContain(KIND);
    expect(manifest.resources.every((entry) => (entry as { region?: string }).region === 'eu')).toBe(true);
    expect(manifest.newer).toEqual([expect.objectContaining({ kind: KIND, uid: 'r', shards: { of: 3 } })]);
    expect(Object.keys(manifest.kinds)).not.toContain(KIND);
    const { text, parts } = coverageOf(manifest);
    expect(text).toContain(`${KIND} (1)`);
    expect(parts.at(-1)).toMatchObject({ code: 'lacks-newer-kinds', params: { kinds: `${KIND} (1)` } });
    const { added, removed } = diffManifests(await repository.manifest(IDS[0]), manifest);
    expect([...added, ...removed].map(({ kind }) => kind)).not.toContain(KIND);
  });

  it('is verified with it, and keeps its objects', async () => {
    expect(await verify(repository, { readData: true })).toMatchObject({ objects: 6, read: 6, unreferenced: 0, problems: [] });
    await forger.put(`objects/${object.slice(0, 2)}/${object}.json.gz`, gzipSync('{"rules":[]}'));
    const { problems } = await verify(repository, { readData: true });
    expect(problems).toMatchObject([{ code: 'DK_OBJECT_DAMAGED', snapshots: [IDS[1]], resources: [{ kind: KIND, uid: 'r' }] }]);
  });
});

it('a manifest in a newer format is said to be newer, not damaged', async () => {
  const manifest = await readStored(forger, `snapshots/${IDS[1]}.json.gz`);
  await writeFile(join(directory, `snapshots/${IDS[1]}.json.gz`), gzipSync(JSON.stringify({ ...manifest, format: 2 })));
  repository = await reopen();
  await expect(repository.manifest(IDS[1])).rejects.toMatchObject({ code: 'DK_MANIFEST_NEWER' });
  expect((await repository.snapshots()).map(({ id }) => id)).toEqual([IDS[0]]);
  expect((await verify(repository)).problems).toMatchObject([{ code: 'DK_MANIFEST_NEWER', snapshots: [IDS[1]] }]);
});

it('the command line never calls a manifest in a newer format damaged, and advises an upgrade', async () => {
  const manifest = await readStored(forger, `snapshots/${IDS[1]}.json.gz`);
  await writeFile(join(directory, `snapshots/${IDS[1]}.json.gz`), gzipSync(JSON.stringify({ ...manifest, format: 2 })));
  const other = await mkdtemp(join(tmpdir(), 'dashkeep-newer-copy-'));
  const grafana = await startGrafana({ profile: '13.2' });
  const admin = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  const given = { ...admin, DASHKEEP_TARGET: `file://${directory}`, DASHKEEP_STATE_DIR: join(other, 'state') };
  const said = async (...args: string[]): Promise<[number, string]> => {
    const { exit, out, error } = await runMain(args, given);
    return [exit, out + error];
  };
  const [copied, verified, repaired, pruned] = [
    await said('copy', `file://${join(other, 'copy')}`),
    await said('verify'),
    await said('repair'),
    await said('prune'),
  ];
  expect(copied).toEqual([3, expect.stringContaining(`a newer Dashkeep wrote them: ${IDS[1]}`)]);
  expect(verified).toEqual([4, expect.stringContaining('1 problem.\n')]);
  expect(repaired[1]).toMatch(/^not repaired: manifest: .*\n {2}in snapshots .*\n {2}Upgrade Dashkeep/);
  expect(pruned).toEqual([5, expect.stringContaining('Keep it, and upgrade Dashkeep')]);
  await grafana.close();
  for (const [, text] of [copied, verified, repaired, pruned]) {
    expect(text).not.toMatch(/damaged:|delete that|dashkeep repair/);
  }
});
