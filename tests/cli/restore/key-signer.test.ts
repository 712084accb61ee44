import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** The first signer of an encrypted repository is gone with its snapshots, and only it signed the repository's key. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let first: string;
let next: string;
let identity: string;

const run = (machine: string, args: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  runCli([...args, '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/${machine}`], {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_AGE_IDENTITY: identity,
    ...environment,
  });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
  identity = await generateIdentity();
  const recipients = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity) };
  await run('first', ['backup', '--kinds', 'folder,dashboard'], recipients);
  first = (await run('first', ['keys', '--json'])).json.own;
  const [{ id }] = (await run('first', ['snapshots', '--json'])).json.snapshots;
  const folder = `${directory.path}/repository/signatures/keys`;
  const signature = `${folder}/${(await readdir(folder))[0]}`;
  const before = await readFile(signature);
  await run('next', ['backup', '--kinds', 'folder,dashboard'], { ...recipients, DASHKEEP_TRUSTED_KEYS: first });
  next = (await run('next', ['keys', '--json'])).json.own;
  // As an earlier release left it.
  await writeFile(signature, before);
  await run('next', ['forget', id, '--confirm', id], { DASHKEEP_TRUSTED_KEYS: first });
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const RESTORE = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--json'];

/** So that there is something to write. */
async function removeOne(): Promise<void> {
  const headers = { authorization: `Bearer ${grafana.token()}` };
  const [one] = (await (await fetch(`${grafana.url}/api/search?type=dash-db`, { headers })).json()) as {
    uid: string;
  }[];
  await fetch(`${grafana.url}/api/dashboards/uid/${one?.uid}`, { method: 'DELETE', headers });
}

it('a new machine learns who signed the key, and what to do after it compared the fingerprint', async () => {
  await removeOne();
  await expect(run('laptop', [...RESTORE, '--trust', next])).rejects.toMatchObject({
    code: 'DK_ENCRYPTION',
    message: `no trusted key signed the key of this repository, only ${first}`,
    hint: expect.stringMatching(new RegExp(`wrote down.*dashkeep trust ${first}.*--no-safety-snapshot`, 's')),
  });
  const { keys } = (await run('laptop', ['keys', '--json'])).json;
  const one = { trusted: false, snapshots: 0, signedRepositoryKey: true };
  expect(keys).toContainEqual(expect.objectContaining({ fingerprint: first, ...one }));
  expect(keys).toContainEqual(expect.objectContaining({ fingerprint: next, signedRepositoryKey: false }));
  expect((await run('laptop', ['keys'])).out).toMatch(/signed the repository’s key\n.*can sign the repository’s key/s);

  await expect(run('laptop', [...RESTORE, '--trust', first])).rejects.toMatchObject({
    code: 'DK_USAGE',
    message: expect.stringContaining('has signed this repository’s key, but no snapshot'),
    hint: expect.stringContaining(`dashkeep trust ${first}`),
  });
  expect((await run('laptop', ['trust', first])).exit).toBe(0);
  expect((await run('laptop', [...RESTORE, '--trust', next])).exit).toBe(0);
});

it('a restore without a safety snapshot needs no other key', async () => {
  await removeOne();
  expect((await run('laptop', [...RESTORE, '--trust', next, '--no-safety-snapshot'])).exit).toBe(0);
  const { keys } = (await run('laptop', ['keys', '--json'])).json;
  expect(keys).toContainEqual(expect.objectContaining({ fingerprint: first, trusted: false }));
});
