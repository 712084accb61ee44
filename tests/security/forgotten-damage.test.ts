import { generateIdentity, identityToRecipient } from 'age-encryption';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newTimedId } from '../../pkg/repository/layout.ts';
import { runCli } from '../support/cli.ts';
import { realRandomness } from '../support/ports.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * Someone who can write to the bucket damages an object, and adds records of verifications that found nothing, more
 * than are looked at, so that the next verification, which does not read all objects, finds nothing either. Or they
 * call sound objects damaged, so that where nothing can be decrypted each verification fails.
 */

labHooks();

it('no record without a trusted signature makes a verification forget a damaged object', async () => {
  const { dashkeep, target } = currentLab();
  const path = target.slice('file://'.length);
  await dashkeep(['backup']);
  const [object = ''] = (await readdir(join(path, 'objects'), { recursive: true })).filter((name) =>
    name.endsWith('gz'),
  );
  await appendFile(join(path, 'objects', object), 'x');
  const where = ['--target', target, '--state-dir', join(path, '..', 'state')];
  const verify = (...args: string[]) => runCli(['verify', '--json', ...args, ...where], {});
  expect((await verify('--read-data')).exit).toBe(4);

  const runs = join(path, 'runs');
  const name = (await readdir(runs)).sort().at(-1) ?? '';
  const found = await readFile(join(runs, name), 'utf8');
  for (let number = 1; number <= 1100; number++) {
    // Its signature stays, but is one of another record.
    const id = newTimedId(new Date(Date.now() + number * 100), realRandomness);
    const record = { ...JSON.parse(found), id, status: 'complete', errors: [], warned: [] };
    await writeFile(join(runs, `${id}.json`), JSON.stringify(record));
  }
  const { exit, json } = await verify();
  expect({ exit, problems: json.problems.length }).toEqual({ exit: 4, problems: 1 });
});

it('a verification of another machine that did not read a damaged object makes no one forget it', async () => {
  const { dashkeep, grafana, target } = currentLab();
  const path = target.slice('file://'.length);
  const on = (machine: string, ...args: string[]) => {
    const admin = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
    return runCli([...args, '--target', target, '--state-dir', join(path, '..', machine), '--json'], admin);
  };
  const keyOf = async (machine: string): Promise<string> => (await on(machine, 'keys')).json.own;
  await dashkeep(['backup']);
  await on('other', 'trust', await keyOf('state'));
  await on('other', 'backup');
  await on('state', 'trust', await keyOf('other'));
  const objects = join(path, 'objects');
  const [object = ''] = (await readdir(objects, { recursive: true })).filter((name) => name.endsWith('gz'));
  await appendFile(join(objects, object), 'x');
  expect((await on('state', 'verify', '--read-data')).exit).toBe(4);
  // Anyone who can write to the bucket removes the record, so that the other machine does not know.
  const found = (await readdir(join(path, 'runs'))).sort().at(-1) ?? '';
  await rm(join(path, 'runs', found));
  expect((await on('other', 'verify')).exit).toBe(0);
  expect((await on('state', 'verify')).exit).toBe(4);
});

it('no record without a trusted signature makes sound objects count as damaged where no identity reads them', async () => {
  const { dashkeep, target } = currentLab();
  const path = target.slice('file://'.length);
  await dashkeep(['backup'], { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(await generateIdentity()) });
  const names = (await readdir(join(path, 'objects'), { recursive: true })).filter((name) => name.endsWith('.age'));
  const id = newTimedId(new Date(), realRandomness);
  const errors = names.map((name) => {
    const params = { message: '', object: name.slice(3).split('.')[0] };
    return { org: 1, kind: 'folder', uid: 'a', reason: '', code: 'DK_OBJECT_DAMAGED', params };
  });
  const facts = { kind: 'verify', status: 'failed', trigger: 'manual', started: new Date().toISOString(), counts: {} };
  await writeFile(join(path, 'runs', `${id}.json`), JSON.stringify({ id, ...facts, errors }));

  const where = ['--target', target, '--state-dir', join(path, '..', 'state')];
  const { exit, json } = await runCli(['verify', '--json', ...where], {});
  expect({ exit, problems: json.problems }).toEqual({ exit: 0, problems: [] });
});
