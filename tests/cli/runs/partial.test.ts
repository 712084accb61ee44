import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runKey } from '../../../pkg/repository/layout.ts';
import { installation } from '../restore/harness.ts';

const { grafana, repository, dashkeep, api } = installation();

it('says of a restore with failures how to go on, and not that it wrote nothing', async () => {
  await api('POST /api/folders', { uid: 'kept', title: 'Kept' });
  await api('POST /api/folders', { uid: 'lost', title: 'Lost' });
  await dashkeep(['backup']);
  await api('DELETE /api/folders/kept');
  await api('DELETE /api/folders/lost');
  const match = /^POST .*folders(\?|$)/;
  grafana().setFaults({ match, action: { kind: 'status', status: 409 }, skip: 1, times: 1 });
  const restored = await dashkeep(['restore', 'latest', '--kinds', 'folder', '--apply', '--json']);
  expect(restored.exit).toBe(3);
  const { out } = await dashkeep(['runs', restored.json.run]);
  expect(out).toContain('counts: verified 1, failed 1, problems 1');
  expect(out).toMatch(/is not complete\.\nThe previous state is in snapshot .*\nTo finish it: .*\nTo undo it: /);
  expect(out).not.toContain('did not finish');
});

it('says of a restore that ended before its plan that it wrote nothing', async () => {
  await dashkeep(['backup']);
  const { run } = (await dashkeep(['restore', 'latest', '--kinds', 'folder', '--apply', '--json'])).json;
  const file = join(repository(), runKey(run, false));
  const { planned: _, touched: _1, ...record } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...record, status: 'interrupted', counts: {} }));
  const { out } = await dashkeep(['runs', run]);
  const said = 'ended before it wrote anything to Grafana. There is nothing to undo.\nTo start it again: ';
  expect(out).toContain(said);
  expect(out).not.toContain('To finish it');
  // Nor where it had a plan and a safety snapshot.
  await writeFile(
    file,
    JSON.stringify({ ...record, status: 'interrupted', counts: {}, planned: 4, touched: [], snapshot: run }),
  );
  const planned = (await dashkeep(['runs', run])).out;
  expect(planned).toContain(said);
  expect(planned).not.toMatch(/To (undo|finish) it|The previous state/);
});

it('takes no option for the ID of a run to undo', async () => {
  await expect(dashkeep(['restore', '--undo', '--apply'])).rejects.toMatchObject({
    code: 'DK_USAGE',
    message: '--undo requires the ID of a run, not --apply',
  });
});
