import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** Commands that need Grafana, typed where none of its credentials are set, as in the pod of the service. */
describe('without credentials for Grafana', () => {
  let grafana: Simulator;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;

  const dashkeep = (args: string[], environment: Record<string, string> = {}): Promise<Ended> => {
    const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
    return runCli([...args, ...where], { GRAFANA_URL: grafana.url, ...environment });
  };

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    directory = await memoryDirectory();
  });
  afterEach(async () => {
    await grafana.close();
    await directory.remove();
  });

  it('a backup, restore test or repair does not begin, so that none of them counts as failed', async () => {
    await dashkeep(['backup'], { GRAFANA_API_TOKEN: grafana.token() });
    for (const command of ['backup', 'drill', 'repair']) {
      await expect(dashkeep([command])).rejects.toMatchObject({
        code: 'DK_SETTINGS',
        message: 'no credentials for Grafana are set',
        hint: expect.stringContaining('GRAFANA_ADMIN_PASSWORD'),
      });
    }
    const runs = (await dashkeep(['runs', '--json'])).json.runs as { kind: string; status: string }[];
    expect(runs.map(({ kind, status }) => [kind, status])).toEqual([['backup', 'complete']]);
  });

  it('says that the variable of other programs is not the one that it reads', async () => {
    await expect(dashkeep(['backup'], { GRAFANA_TOKEN: grafana.token() })).rejects.toMatchObject({
      hint: expect.stringMatching(/^GRAFANA_TOKEN is not a Dashkeep setting\. Set GRAFANA_API_TOKEN, /),
    });
  });

  it('a backup makes no repository', async () => {
    await expect(dashkeep(['backup'])).rejects.toThrow('no credentials for Grafana are set');
    await expect(readdir(`${directory.path}/repository`)).rejects.toThrow('ENOENT');
  });

  it('advises what can be done in the pod of the service, whose environment is the chart’s', async () => {
    await expect(dashkeep(['backup'], { DASHKEEP_TOKEN_SECRET: 'grafana-backup' })).rejects.toMatchObject({
      hint: 'Commands have no credentials for Grafana in this pod: use the app, or run this command outside the cluster.',
    });
  });
});

it('organizations that are no IDs are refused with the word for all of them', async () => {
  for (const [environment, source] of [
    [{ DASHKEEP_ORGS: 'al' }, 'DASHKEEP_ORGS'],
    [{}, '--orgs'],
  ] as const) {
    const flags = source === '--orgs' ? ['--orgs', 'al'] : [];
    const given = { GRAFANA_URL: 'http://127.0.0.1:1', GRAFANA_API_TOKEN: 'x', ...environment };
    await expect(runCli(['backup', '--target', 'file:///nowhere', ...flags], given)).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      message: `${source} must be all, or IDs of organizations such as 1,2, not 'al'`,
    });
  }
});
