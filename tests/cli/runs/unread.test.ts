import { expect, it } from 'vitest';
import { installation } from '../restore/harness.ts';

const { grafana, dashkeep, api } = installation();

it('reminds of a killed restore until a token that can read everything finished it', async () => {
  const as = (role: 'Admin' | 'Editor') => ({ GRAFANA_API_TOKEN: grafana().token({ role }) });
  await api('POST /api/dashboards/db', { dashboard: { uid: 'one', title: 'One' } });
  const ids = await Promise.all(['sre', 'web'].map((name) => api('POST /api/teams', { name })));
  await dashkeep(['backup'], as('Admin'));
  for (const { teamId } of ids) {
    await api(`DELETE /api/teams/${String(teamId)}`);
  }
  const restore = ['restore', 'latest', '--kinds', 'team,dashboard', '--apply', '--json'];
  grafana().setFaults({ match: /^POST .*teams(\?|$)/, action: { kind: 'status', status: 401 }, skip: 1 });
  await expect(dashkeep(restore, as('Admin'))).rejects.toMatchObject({ code: 'DK_GRAFANA_UNAUTHORIZED' });
  grafana().setFaults();

  let shown = '';
  const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  const runs = async (): Promise<{ status: string; warnings: string }> => {
    shown = '';
    const [newest] = (await dashkeep(['runs', '--json'])).json.runs;
    await dashkeep(['runs'], undefined, { stderr });
    return { status: newest.status, warnings: shown };
  };
  expect((await runs()).warnings).toContain('did not finish');
  expect((await dashkeep(restore, as('Editor'))).exit).toBe(3);
  expect(await runs()).toEqual({ status: 'partial', warnings: expect.stringContaining('did not finish') });
  expect((await dashkeep(restore, as('Admin'))).exit).toBe(0);
  expect(await runs()).toEqual({ status: 'complete', warnings: '' });
});
