import { afterEach, beforeEach, expect, it } from 'vitest';
import { join } from 'node:path';
import type { Readiness } from '../../../pkg/contract/api/readiness.ts';
import type { Doctor, Status } from '../../../pkg/contract/api/status.ts';
import type { SnapshotSummary } from '../../../pkg/contract/manifest.ts';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const YEAR = 365 * 86_400_000;
const ABOUT_BACKUPS = ['ready-of-backup', 'ready-of-coverage', 'check-of-rights', 'check-of-organization'];
const ALL = { DASHKEEP_ORGS: 'all' };

let grafana: Simulator;
let service: TestService;
let ahead: number;

beforeEach(async () => {
  ahead = 0;
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 20, folders: 2 });
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});

const clock = { ...realClock, now: () => new Date(Date.now() + ahead) };

async function start(environment: Record<string, string | undefined>): Promise<void> {
  service = await startService({ grafanaUrl: grafana.url, clock, environment });
}

async function backUp(): Promise<void> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  const newest = async () => ((await service.call('GET', '/status')).json as Status).newest?.id;
  await expect.poll(newest, { timeout: 20_000 }).toBe(snapshot);
}

const metrics = async (): Promise<string> => (await fetch(`${service.opsUrl}/metrics`)).text();

/** Whether each place says that everything is safe. */
async function greenIn(): Promise<Record<string, boolean>> {
  const { protection } = (await service.call('GET', '/status')).json as Status;
  const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
  const { evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  const text = await metrics();
  const value = (name: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  const where = [
    '--target',
    `file://${join(service.directory, 'target')}`,
    '--state-dir',
    join(service.directory, 'state'),
  ];
  const cli = (...args: string[]) => runCli([...args, ...where, '--json'], {}, { clock });
  const [newest] = (await cli('snapshots')).json.snapshots as SnapshotSummary[];
  const target = where[1] ?? '';
  const fleet = await runCli(
    ['fleet', target, '--state-dir', where[3] ?? '', '--max-age', '24', '--json'],
    {},
    { clock },
  );
  return {
    overview: protection === 'yes',
    doctor: checks.filter(({ subject }) => ABOUT_BACKUPS.includes(subject.code)).every(({ status }) => status === 'ok'),
    readiness: evidence
      .filter(({ code }) => code === 'backup' || code === 'coverage')
      .every(({ level }) => level === 'ok'),
    fleet: fleet.json.installations[0].state === 'ok',
    metrics:
      value('dashkeep_backup_uncovered') + value('dashkeep_backup_shrunk') + value('dashkeep_backup_mass_change') ===
        0 &&
      value('dashkeep_last_run_status{kind="backup",status="complete"}') === 1 &&
      clock.now().getTime() / 1000 - value('dashkeep_last_success_timestamp_seconds') < 86_400,
    list: newest?.status === 'complete' && newest.shrunk === undefined && newest.uncovered === undefined,
  };
}

const NOWHERE = { overview: false, doctor: false, readiness: false, fleet: false, metrics: false, list: false };
const EVERYWHERE = { overview: true, doctor: true, readiness: true, fleet: true, metrics: true, list: true };

it('a full backup is safe everywhere, a partial one and one that lost much are safe nowhere', async () => {
  await start(ALL);
  await backUp();
  expect(await greenIn()).toEqual(EVERYWHERE);

  grafana.setFaults({ match: /playlist/, action: { kind: 'status', status: 500, body: { message: 'boom' } } });
  await backUp();
  expect(await greenIn()).toEqual(NOWHERE);

  grafana.setFaults();
  for (const uid of grafana.state.org(1).folders.keys()) {
    await call(grafana, 'admin:admin', `DELETE /api/folders/${uid}?forceDeleteRules=true`);
  }
  await backUp();
  expect(await greenIn()).toEqual(NOWHERE);
});

it('a backup without an organization that no one excluded is safe nowhere', async () => {
  await start({});
  await backUp();
  expect(await greenIn()).toEqual(NOWHERE);
});

it('the backup of a token that cannot read everything is safe nowhere', async () => {
  const token = grafana.token({ role: 'Viewer' });
  await start({ GRAFANA_API_TOKEN: token, GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined });
  await backUp();
  expect(await greenIn()).toEqual(NOWHERE);
});

it('before the service has read the repository, it does not say that there is no backup, or no finding', async () => {
  const token = grafana.token({ role: 'Admin' });
  const environment = { GRAFANA_API_TOKEN: token, GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined };
  const protection = async () => ((await service.call('GET', '/status')).json as Status).protection;
  const findings = async () => /^dashkeep_repository_finding\{/m.test(await metrics());
  await start(environment);
  await backUp();
  await service.stop();
  // The status of the repository needs the time that Grafana's clock shows.
  const release = grafana.hold('GET /api/health');
  const { directory } = service;
  service = await startService({ grafanaUrl: grafana.url, clock, directory, environment });
  expect([await protection(), await findings()]).toEqual(['unknown', false]);
  release();
  await expect.poll(protection, { timeout: 20_000 }).toBe('uncovered');
  expect(await findings()).toBe(true);
});

it('an old backup is safe nowhere but in the list of snapshots, which shows its time', async () => {
  await start({ ...ALL, DASHKEEP_SCHEDULE: '0 0 1 1 *' });
  await backUp();
  grafana.setFaults({ match: '*', action: { kind: 'status', status: 503, body: {} } });
  ahead = 3 * YEAR;
  expect(await greenIn()).toEqual({ ...NOWHERE, list: true });
});

it('a run is partial in each place if a kind of the whole server could not be read', async () => {
  await start(ALL);
  grafana.setFaults({ match: /GET \/api\/admin\/settings/, action: { kind: 'status', status: 403 } });
  await backUp();
  const { items } = (await service.call('GET', '/runs?kind=backup&status=partial')).json;
  expect(items).toMatchObject([{ status: 'partial', problems: 1 }]);
  expect((await service.call('GET', `/runs/${items[0].id}`)).json).toMatchObject({ status: 'partial', problems: 1 });
  expect((await service.call('GET', '/status')).json).toMatchObject({ lastBackup: { status: 'partial' } });
});
