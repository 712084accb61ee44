import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4', searchDelayMs: 0, alertingWarmUpMs: 0, alertingWriteMs: 0 });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

function dashkeep(args: string[], credentials: Record<string, string> = ADMIN): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runCli([...args, ...where], { GRAFANA_URL: grafana.url, ...credentials });
}

it('a latest snapshot made with a token neither hides nor pushes out the last one with users', async () => {
  const account = await call(grafana, 'admin:admin', 'POST /api/serviceaccounts', { name: 'cron', role: 'Admin' });
  const route = `POST /api/serviceaccounts/${account.body.id}/tokens`;
  const { key } = (await call(grafana, 'admin:admin', route, { name: 'cron' })).body;
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const byToken = { GRAFANA_API_TOKEN: String(key) };
  const backUp = async (credentials: Record<string, string>): Promise<string> =>
    /^snapshot (\S+) is complete/m.exec((await dashkeep(['backup'], credentials)).out)?.[1] ?? '';
  await backUp(byToken);
  const wide = await backUp(ADMIN);
  // The same reach as the first one, so nothing counts as lost.
  const latest = await backUp(byToken);

  const warning = `the latest snapshot ${latest} covers less than the earlier one ${wide}; not included: org 2, org, user`;
  expect((await dashkeep(['restore', 'latest', '--everything'])).out).toContain(`warning: ${warning}`);
  await expect(dashkeep(['restore', 'latest', '--everything', '--apply'])).rejects.toThrow(warning);

  const { json } = await dashkeep(['forget', '--keep-last', '1', '--json']);
  expect(json.kept.map(({ id }: { id: string }) => id)).toEqual([latest, wide]);
});
