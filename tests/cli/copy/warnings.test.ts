import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { realClock } from '../../support/ports.ts';
import { ADMIN, installation } from '../restore/harness.ts';

const { repository, dashkeep, api } = installation();

const copy = (args: string[], clock: Clock = realClock) =>
  dashkeep(
    ['copy', ...args],
    { ...ADMIN, DASHKEEP_COPY_TARGET: `file://${repository()}-copy`, DASHKEEP_COPY_KEEP: 'last=1' },
    { clock },
  );

it('does not pass off as a copy that a clock behind the snapshots copied none', async () => {
  await api('POST /api/folders', { uid: 'one', title: 'One' });
  const { snapshot } = (await dashkeep(['backup', '--json'])).json;
  const behind = { ...realClock, now: () => new Date(Date.now() - 3_600_000) };
  const none = await copy(['--ignore-clock'], behind);
  expect(none.exit).toBe(3);
  expect(none.out).toContain(`warning: snapshot ${snapshot} is dated ahead of Dashkeep’s clock`);
  expect((await dashkeep(['runs', '--json'])).json.runs).toContainEqual(
    expect.objectContaining({ kind: 'copy', status: 'partial', warned: [expect.anything()] }),
  );
  const { exit, json } = await copy(['--json']);
  expect(exit).toBe(0);
  expect(json).toMatchObject({ copied: [snapshot], warnings: [] });
});

it('says that retention is paused because someone changed the repository', async () => {
  await dashkeep(['backup']);
  expect((await copy([])).exit).toBe(0);
  await dashkeep(['backup']);
  await rm(join(repository(), 'snapshots'), { recursive: true });
  await dashkeep(['backup']);
  const { exit, out } = await copy([]);
  expect(exit).toBe(3);
  expect(out).toMatch(/^warning: retention of the copy is paused, because .* is not as Dashkeep left it$/m);
});

it('refuses a copy inside the repository, where it would stop each prune', async () => {
  await dashkeep(['backup']);
  await expect(copy([`file://${repository()}/copy`])).rejects.toMatchObject({
    code: 'DK_SETTINGS',
    message: expect.stringContaining('inside the repository'),
  });
  expect((await dashkeep(['prune'])).exit).toBe(0);
});
