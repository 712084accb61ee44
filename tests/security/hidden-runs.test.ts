import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * Somebody who can write to the bucket adds records of runs from the future, and some that nobody can read, so that the
 * list of the newest runs shows nothing of today.
 */

labHooks();

it('records of runs from the future hide no run of today, whether they can be read or not', async () => {
  const { dashkeep, target } = currentLab();
  const { snapshot } = (await dashkeep(['backup'])).json;
  const runs = join(target.slice('file://'.length), 'runs');
  const [name = ''] = await readdir(runs);
  const record = await readFile(join(runs, name), 'utf8');
  for (const place of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const id = `20990101T00000${place}Z-00000000`;
    await writeFile(join(runs, name.replace(snapshot, id)), place % 4 === 0 ? 'junk' : record.replace(snapshot, id));
  }
  const listed = async (limit: number): Promise<string[]> => {
    const { json } = await runCli(['runs', '--limit', `${limit}`, '--target', target, '--json'], {});
    return json.runs.map(({ id }: { id: string }) => id);
  };
  expect(await listed(1)).toEqual([snapshot]);
  expect(await listed(3)).toContain(snapshot);
  expect((await listed(20)).length).toBe(7);
});
