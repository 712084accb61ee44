import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { cheapPassphrases } from '../../support/repository/cheap-passphrases.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

cheapPassphrases();

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = await memoryDirectory();
});
afterEach(() => Promise.all([grafana.close(), directory.remove()]));

function dashkeep(args: string[], environment: Record<string, string>): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/first`, '--state-dir', `${directory.path}/state`, '--json'];
  const given = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() };
  return runCli([...args, ...where], { ...given, ...environment });
}

/** Objects of the copy that anyone can read. */
async function plainObjects(): Promise<string[]> {
  const names = await readdir(join(directory.path, 'copy/objects'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.json.gz'));
}

it('a copy of an encrypted repository, made with an identity alone, is encrypted for the same recipient', async () => {
  const [own, other] = [await generateIdentity(), await generateIdentity()];
  const [recipient, second] = [await identityToRecipient(own), await identityToRecipient(other)];
  const alone = { DASHKEEP_AGE_IDENTITY: own };
  const copy = ['copy', `file://${directory.path}/copy`];
  await dashkeep(['backup'], { ...alone, DASHKEEP_AGE_RECIPIENTS: recipient });
  expect((await dashkeep(copy, alone)).exit).toBe(0);
  expect(await plainObjects()).toEqual([]);
  const [key = ''] = await readdir(join(directory.path, 'copy/keys'));
  expect((await readFile(join(directory.path, 'copy/keys', key), 'utf8')).slice(0, 21)).toBe('age-encryption.org/v1');

  const two = { DASHKEEP_AGE_RECIPIENTS: `${recipient},${second}` };
  await dashkeep(['backup'], { ...alone, ...two });
  const another = ['copy', `file://${directory.path}/another`];
  await expect(dashkeep(another, alone)).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
  expect((await dashkeep(another, { ...alone, ...two })).exit).toBe(0);
});

it('a copy of a repository that a passphrase protects is protected by it', async () => {
  const passphrase = { DASHKEEP_AGE_PASSPHRASE: 'correct horse battery staple' };
  await dashkeep(['backup'], passphrase);
  expect((await dashkeep(['copy', `file://${directory.path}/copy`], passphrase)).exit).toBe(0);
  expect(await plainObjects()).toEqual([]);
  await rm(join(directory.path, 'state'), { recursive: true });
  await rm(join(directory.path, 'first'), { recursive: true });
  await rename(join(directory.path, 'copy'), join(directory.path, 'first'));
  expect((await dashkeep(['verify', '--read-data'], passphrase)).json).toMatchObject({ snapshots: 1, problems: [] });
});

it('nothing is created for a copy of objects that cannot be read', async () => {
  await dashkeep(['backup'], {});
  await rm(join(directory.path, 'first/objects'), { recursive: true });
  await expect(dashkeep(['copy', `file://${directory.path}/copy`], {})).rejects.toMatchObject({
    code: 'DK_OBJECT_MISSING',
  });
  expect(await readdir(join(directory.path, 'copy')).catch(() => [])).toEqual([]);
});
