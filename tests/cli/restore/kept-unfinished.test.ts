import { expect, it } from 'vitest';
import { installation } from './harness.ts';

const { grafana, dashkeep, api } = installation();
const cli = (args: string[], ports = {}): ReturnType<typeof dashkeep> =>
  dashkeep(args, { GRAFANA_API_TOKEN: grafana().token() }, ports);

it('the end of a restore names permissions that it keeps although an interrupted one had begun them', async () => {
  await api('POST /api/folders', { uid: 'top', title: 'Top' });
  await cli(['backup', '--kinds', 'folder,folder-permissions']);
  await api('DELETE /api/folders/top');
  const stop = new AbortController();
  const action = { kind: 'abandoned', run: () => stop.abort(new Error('interrupted')) } as const;
  grafana().setFaults({ match: /^POST .*\/folders(\?|$)/, action, times: 1 });
  await cli(['restore', 'latest', '--apply'], { signal: stop.signal }).catch(() => undefined);
  grafana().setFaults();
  await api('POST /api/folders/top/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
  const finished = await cli(['restore', 'latest', '--apply']);
  expect(finished.exit).toBe(3);
  const [, end = ''] = finished.out.split('Nothing to write.');
  expect(end).toContain('not restored: folder-permissions top: an interrupted restore created its folder');
  const command = /^Conflicts: 1 resource not written. To overwrite them: dashkeep (.+)$/m.exec(end)?.[1] ?? '';
  expect(command).toMatch(/--orgs 1 --only folder-permissions\/top --overwrite --apply$/);
  const words = command.split(' ');
  const overwritten = await cli([...words, '--confirm', '1 security change']);
  expect(overwritten).toMatchObject({ exit: 0, out: expect.stringContaining('1 of 1 done and verified.') });
  expect(await cli(['restore', 'latest', '--apply'])).toMatchObject({ exit: 0 });
});

it('a restore that is finished says of a team without the account of a member the same as one that was not stopped', async () => {
  const { state } = grafana();
  const { id } = state.addUser({ login: 'eva', email: 'eva@example.org' });
  state.org(1).members.set(id, 'Viewer');
  const { teamId } = (await api('POST /api/teams', { name: 'night', email: '' })) as { teamId: number };
  await api(`POST /api/teams/${teamId}/members`, { userId: id });
  const day = (await api('POST /api/teams', { name: 'day', email: '' })).teamId as number;
  await cli(['backup', '--kinds', 'team']);
  await api(`DELETE /api/teams/${day}`);
  await api(`DELETE /api/teams/${teamId}`);
  state.org(1).members.delete(id);
  state.users.delete(id);
  const restored = await cli(['restore', 'latest', '--apply']);
  expect(restored).toMatchObject({ exit: 3, out: expect.stringContaining('differs: team night: without members') });
  const again = await cli(['restore', 'latest', '--apply', '--json']);
  expect(again).toMatchObject({ exit: 3, json: { results: [] } });
  const { runs } = (await cli(['runs', '--json'])).json;
  expect(runs.slice(0, 2).map((run: { status: string; problems: number }) => [run.status, run.problems])).toEqual([
    ['partial', 1],
    ['partial', 1],
  ]);
  const { out } = await cli(['restore', 'latest', '--apply']);
  expect(out.split('Nothing to write.')[1]).toMatch(/^not restored: team night: differs only in users .*: eva$/m);
});
