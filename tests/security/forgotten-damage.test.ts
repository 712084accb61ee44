import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newTimedId } from '../../pkg/repository/layout.ts';
import { runCli } from '../support/cli.ts';
import { realRandomness } from '../support/ports.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * Someone who can write to the bucket damages an object, and adds records of verifications that found nothing, so that
 * the next verification, which does not read all objects, finds nothing either.
 */

labHooks();

it('no record without a trusted signature makes a verification forget a damaged object', async () => {
  const { dashkeep, target } = currentLab();
  const path = target.slice('file://'.length);
  await dashkeep(['backup']);
  const [object = ''] = (await readdir(join(path, 'objects'), { recursive: true })).filter((name) => /gz$/.test(name));
  await appendFile(join(path, 'objects', object), 'x');
  const where = ['--target', target, '--state-dir', join(path, '..', 'state')];
  const verify = (...args: string[]) => runCli(['verify', '--json', ...args, ...where], {});
  expect((await verify('--read-data')).exit).toBe(4);

  const runs = join(path, 'runs');
  const name = (await readdir(runs)).sort().at(-1) ?? '';
  const found = await readFile(join(runs, name), 'utf8');
  for (let minutes = 1; minutes <= 30; minutes++) {
    // Its signature stays, but is one of another record.
    const id = newTimedId(new Date(Date.now() + minutes * 1000), realRandomness);
    const record = { ...JSON.parse(found), id, status: 'complete', errors: [], warned: [] };
    await writeFile(join(runs, `${id}.json`), JSON.stringify(record));
  }
  const { exit, json } = await verify();
  expect({ exit, problems: json.problems.length }).toEqual({ exit: 4, problems: 1 });
});
