import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { fastClock } from '../support/fast-clock.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { eventually } from '../support/ports.ts';
import { program } from '../support/program.ts';
import { depth } from '../support/budget.ts';
import { twoOrgs } from './support/two-orgs.ts';

/* Someone gives their organization, or themselves, a name of megabytes, which is in what is kept and read of others. */

describe('with the heap of the chart', () => {
  let grafana: Simulator;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  afterEach(async () => {
    await grafana.close();
    await directory.remove();
  });

  it('all organizations are backed up, and the permissions, teams and accounts of others', async () => {
    grafana = await startGrafana({ profile: '12.4' });
    directory = await temporaryDirectory();
    grafana.seedDashboards({ count: 5, folders: 1, bytes: 1000 });
    const api = async (route: string, body: unknown): Promise<Record<string, number>> =>
      (await call(grafana, 'admin:admin', route, body)).body as Record<string, number>;
    await api('POST /api/orgs', { name: 'Second' });
    const { id = 0 } = await api('POST /api/admin/users', { login: 'ann', password: 'only-for-tests', OrgId: 1 });
    const { teamId } = await api('POST /api/teams', { name: 'All' });
    await api(`POST /api/teams/${teamId}/members`, { userId: id });
    const [second, ann] = [grafana.state.org(2), grafana.state.users.get(id)];
    [second, ann].forEach((one) =>
      Object.assign(one ?? {}, { name: 'x'.repeat(depth() === 'all' ? 40_000_000 : 6_500_000) }),
    );
    const file = await program();
    const env = {
      PATH: process.env['PATH'],
      GRAFANA_URL: grafana.url,
      GRAFANA_ADMIN_USER: 'admin',
      GRAFANA_ADMIN_PASSWORD: 'admin',
      DASHKEEP_TARGET: `file://${directory.path}/repository`,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
    };
    const run = (...args: string[]): Promise<{ out: string; error: string }> =>
      new Promise((resolve) => {
        const all = [`--max-old-space-size=${depth() === 'all' ? 384 : 64}`, file, ...args, '--json'];
        execFile(process.execPath, all, { env }, (_, out, error) => resolve({ out, error }));
      });
    const { out, error } = await run('backup', '--orgs', 'all');
    expect(error).not.toContain('DK_');
    const { kinds, errors } = JSON.parse(out);
    expect(kinds).toMatchObject({ dashboard: { stored: 5 }, 'folder-permissions': { failed: 0 } });
    expect(kinds).toMatchObject({ team: { stored: 1 }, user: { stored: 1 }, org: { failed: 1 } });
    expect(errors.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['org', 'user']);
    const shown = await run('show', 'latest');
    expect(shown.out.length, shown.error).toBeGreaterThan(0);
    expect(shown.out.length).toBeLessThan(100_000);
  });
});

describe('in the service', () => {
  it('its names take little of the state, and each organization still knows its own', async () => {
    const clock = fastClock(1);
    const both = await twoOrgs({ clock });
    try {
      for (const letter of ['a', 'b']) {
        await both.other.grafana.send('PUT', '/api/org', { name: letter.repeat(1_000_000) });
        // Its name is asked for again.
        clock.travel(15_000);
        const snapshot = await both.backup();
        expect((await both.home.call('GET', `/snapshots/${snapshot}`)).status).toBe(200);
        await eventually('the organization sees its part', async () => {
          return (await both.other.call('GET', `/snapshots/${snapshot}`)).status === 200;
        });
      }
      const known = await readFile(join(both.service.directory, 'state', 'organizations.json'), 'utf8');
      expect(known.length).toBeLessThan(10_000);
    } finally {
      await both.close();
    }
  });
});
