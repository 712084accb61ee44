import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

const api = async (route: string, body?: object) => (await call(grafana, 'admin:admin', route, body)).body;
const cli = (...args: string[]): Promise<Ended> =>
  runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  });

/** A folder that a team may edit was backed up; the team is gone. */
beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const { teamId } = await api('POST /api/teams', { name: 'alpha' });
  await api('POST /api/folders', { uid: 'ops', title: 'Ops' });
  await api('POST /api/folders/ops/permissions', { items: [{ teamId, permission: 2 }] });
  await cli('backup');
  await api(`DELETE /api/teams/${teamId}`);
});
afterEach(() => Promise.all([grafana.close(), directory.remove()]));

it.each([['--as-copy'], ['--overwrite']])('with %s, the command to retry adds the missing team', async (mode) => {
  if (mode === '--overwrite') {
    await api('DELETE /api/folders/ops');
  }
  const { exit, out } = await cli('restore', 'latest', '--folder', 'ops', mode, '--apply');
  expect([exit, out]).toEqual([3, expect.stringContaining('add it with --also team/alpha')]);
  const [, retry = ''] = /To retry the rest: dashkeep (.*)/.exec(out) ?? [];
  expect(retry).toContain('--also team/alpha');
  const retried = await cli(...retry.split(' '), '--confirm', '1 security change');
  expect([retried.exit, retried.out]).toEqual([
    0,
    expect.stringMatching(/completes an earlier restore\ncreate +team /),
  ]);
});

it('the list of runs gives the command that adds the team, until that has restored the rest', async () => {
  await api('DELETE /api/folders/ops');
  const again = ['restore', 'latest', '--folder', 'ops', '--overwrite', '--apply'];
  await cli(...again);
  // All else is there now.
  expect((await cli(...again, '--confirm', '1 security change')).exit).toBe(3);
  const [{ id }] = (await cli('runs', '--json')).json.runs;
  const { json } = await cli('runs', id, '--json');
  expect(json).toMatchObject({ status: 'failed', finish: expect.stringContaining('--also team/alpha') });
  expect((await cli(...json.finish.split(' ').slice(1), '--confirm', '1 security change')).exit).toBe(0);
  const [last] = (await cli('runs', '--json')).json.runs;
  expect((await cli('runs', id, '--json')).json).toMatchObject({ continuedBy: last.id });
});

it('a copy leaves a team as it is that exists again', async () => {
  await api('POST /api/teams', { name: 'alpha', email: 'changed@example.org' });
  const args = ['restore', 'latest', '--folder', 'ops', '--as-copy', '--overwrite', '--also', 'team/alpha'];
  expect((await cli(...args)).out).toMatch(/skip +team +alpha .*copies use the existing one/);
});
