import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

function dashkeep(args: string[], credentials: Record<string, string> = ADMIN): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const url = args[0] === 'backup' ? ['--grafana-url', grafana.url] : [];
  return runCli([...args, ...where, ...url], credentials);
}

async function backup(args: string[] = [], credentials = ADMIN as Record<string, string>): Promise<string> {
  return (await dashkeep(['backup', ...args, '--json'], credentials)).json.snapshot;
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('marks each snapshot that covers less than an earlier full one, and says what the latest leaves out', async () => {
  const full = await backup();
  const token = await backup([], { GRAFANA_API_TOKEN: grafana.token() });
  const chosen = await backup(['--orgs', '1']);
  const kinds = await backup(['--kinds', 'folder,dashboard', '--orgs', 'all']);
  const { snapshots } = (await dashkeep(['snapshots', '--json'], {})).json;
  const narrower = new Map(snapshots.map((one: { id: string; narrower?: object }) => [one.id, one.narrower]));
  expect(narrower.get(full)).toBeUndefined();
  expect(narrower.get(chosen)).toEqual({ full, lacks: ['org 2'] });
  expect(narrower.get(token)).toEqual({ full, lacks: ['org 2', 'org', 'user', 'sso-settings', 'server-settings'] });
  expect(narrower.get(kinds)).toMatchObject({ full, lacks: expect.arrayContaining(['team']) });
  const { out } = await dashkeep(['snapshots'], {});
  expect(out.match(/, narrower/g)).toHaveLength(3);
  expect(out).toContain(`the latest snapshot ${kinds} covers less than the earlier one ${full}; not included: `);
  const again = await backup();
  const after = await dashkeep(['snapshots'], {});
  expect(after.out.match(/, narrower/g)).toHaveLength(3);
  expect(after.out).toContain(again);
  expect(after.out).not.toContain('not included');
});

it('names what the latest snapshot does not cover, although no one excluded it', async () => {
  const whole = 'does not cover everything';
  await backup();
  for (const command of [['snapshots'], ['show', 'latest']]) {
    expect((await dashkeep(command, {})).out).not.toContain(whole);
  }
  expect((await dashkeep(['show', 'latest', '--json'], {})).json.uncovered).toEqual([]);

  await backup([], { GRAFANA_API_TOKEN: grafana.token() });

  const kinds = 'org, user, sso-settings, server-settings';
  const alone = 'one organization (a token does not show whether others exist)';
  const said = `snapshot ${whole}: ${alone}; 22 of 26 kinds; not included, because only a server admin can read them: ${kinds}\n`;
  expect((await dashkeep(['snapshots'], {})).out).toContain(`note: the latest ${said}`);
  expect((await dashkeep(['show', 'latest'], {})).out).toContain(`note: this ${said}`);
  const lacks = { code: 'lacks-server-kinds', params: { kinds } };
  const uncovered = [{ code: 'covers-unknown-org' }, { code: 'covers-kinds' }, lacks];
  expect((await dashkeep(['show', 'latest', '--json'], {})).json).toMatchObject({ uncovered });
  expect((await dashkeep(['snapshots', '--json'], {})).json.snapshots[0]).toMatchObject({ uncovered });

  await backup(['--kinds', 'folder'], { GRAFANA_API_TOKEN: grafana.token() });
  expect((await dashkeep(['show', 'latest'], {})).out).toContain(`snapshot may not cover everything: ${alone}\n`);
});

it('names what could not be read in the same words as the end of the backup and the plan', async () => {
  const token = { GRAFANA_API_TOKEN: grafana.token({ role: 'Viewer' }) };
  const { exit, out } = await dashkeep(['backup'], token);
  expect(exit).toBe(3);
  const [, covers = ''] = /^it covers (.+)$/m.exec(out) ?? [];
  expect(covers).toMatch(/ 6 of 26 kinds; .*not read because of errors: team, .*annotation/);
  expect((await dashkeep(['snapshots'], {})).out).toContain(
    `note: the latest snapshot does not cover everything: ${covers}\n`,
  );
  expect((await dashkeep(['show', 'latest'], {})).out).toContain(
    `note: this snapshot does not cover everything: ${covers}\n`,
  );
  const plan = await dashkeep(['restore', 'latest', '--grafana-url', grafana.url], token);
  expect(plan.out).toContain(`It covers ${covers}.`);
});

it('counts the same kinds as existing, whichever of them are selected', async () => {
  const counted = async (...args: string[]) => (await dashkeep(['backup', ...args, '--json'])).json.coverage.kinds;
  const { existing } = await counted();
  expect(await counted('--kinds', 'dashboard')).toEqual({ read: 1, existing });
  const off = { unifiedAlertingEnabled: false, publicDashboardsEnabled: false, snapshotEnabled: false };
  const body = { buildInfo: { edition: 'Open Source' }, ...off };
  grafana.setFaults({ match: /^GET \/api\/frontend\/settings/, action: { kind: 'status', status: 200, body } });
  const fewer = await counted();
  expect(fewer.existing).toBeLessThan(existing);
  expect(await counted('--kinds', 'dashboard')).toEqual({ read: 1, existing: fewer.existing });
});
