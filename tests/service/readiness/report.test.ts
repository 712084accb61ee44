import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually, realClock } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { linesOf } from '../recovery-kit/text.ts';

const OTHER = 'token-of-the-second-org-0123456789';
const HOUR = 3_600_000;
const HOSTILE = '</td><script>alert(1)</script>';
const QUARTER = ['--from', '2026-01-01', '--to', '2099-12-31'];

let grafana: Simulator;
let service: TestService;
let org: number;
let ahead = 0;
const runs: Record<string, string> = {};
const clock = { ...realClock, now: () => new Date(Date.now() + ahead) };

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1, v2Share: 0 });
  org = (await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' })).body.orgId;
  const theirs = { 'x-grafana-org-id': String(org) };
  await call(grafana, 'admin:admin', 'POST /api/folders', { uid: 'theirs', title: 'Theirs' }, theirs);
  const environment = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${org}`]: OTHER };
  service = await startService({ grafanaUrl: grafana.url, environment, clock });
  runs['complete'] = await run('backup');
  runs['verify'] = await run('verify', { readData: true });
  const { json } = await service.call('GET', '/snapshots');
  await service.call('PUT', `/snapshots/${json.items[0].id}/hold`, { note: HOSTILE }, as('ada'));
  await service.call('POST', '/readiness/confirmations', { line: 'second-copy' }, as('ada'));
  await service.call('POST', '/readiness/confirmations', { line: 'second-copy' }, as('bob'));
  // A night without a backup, and then a kind that cannot be read.
  ahead = 10 * HOUR;
  grafana.setFaults({ match: 'GET *playlists*', action: { kind: 'status', status: 403 } });
  runs['partial'] = await run('backup');
  grafana.setFaults();
  const [dashboard] = [...grafana.state.org(1).dashboards.values()];
  await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${dashboard?.uid}`);
  runs['restore'] = await restore({ org: 1, kind: 'dashboard', uid: dashboard?.uid ?? '' }, as('ada'));
  await call(grafana, 'admin:admin', 'DELETE /api/folders/theirs', undefined, theirs);
  const other = { ...as('mallory'), authorization: `Bearer ${OTHER}` };
  runs['theirs'] = await restore({ org, kind: 'folder', uid: 'theirs' }, other);
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

const as = (login: string): Record<string, string> => ({ 'x-grafana-context': JSON.stringify({ login }) });

async function run(kind: string, more: object = {}): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind, ...more });
  await service.ended(json.id);
  return json.id as string;
}

async function restore(
  ref: { org: number; kind: string; uid: string },
  headers: Record<string, string>,
): Promise<string> {
  const selection = { type: 'resources', resources: [ref] };
  const { json: plan } = await service.call('POST', '/restores', { snapshot: 'latest', selection }, headers);
  const body = plan.confirm === undefined ? {} : { confirm: plan.confirm };
  const { json, status } = await service.call('POST', `/restores/${plan.id}/apply`, body, headers);
  expect(status, JSON.stringify(json)).toBe(202);
  const run = await eventually('the end of the restore', async () => {
    const { json: one } = await service.call('GET', `/runs/${json.id}`, undefined, headers);
    return one.finished === undefined ? undefined : one;
  });
  expect(run.status).toBe('complete');
  return json.id as string;
}

/** What a command prints with the target and the state of the service. */
async function command(args: string[], more: Record<string, string> = {}): Promise<string> {
  const environment = {
    ...{ HOME: service.directory, GRAFANA_URL: grafana.url, DASHKEEP_KUBERNETES: 'off' },
    ...{ GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin', DASHKEEP_IGNORE_CLOCK: 'true' },
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, 'state'),
    ...more,
  };
  const { exit, out, error } = await runMain(args, environment, { clock });
  expect(exit, error).toBe(0);
  return out;
}

/** The rows of a report of the command line with the state of the service, by what they are about. */
async function report(args: string[], more?: Record<string, string>): Promise<string[][]> {
  const lines = (await command(['readiness', '--report', 'csv', ...args], more)).trim().split('\r\n');
  return lines.map((line) => line.slice(1, -1).split('","'));
}

const about = (rows: string[][], what: string): string[][] => rows.filter(([first]) => first === what);

it('lists backups, verifications, restores with who and what, holds, confirmations and overdue backups', async () => {
  const rows = await report(QUARTER);
  expect(rows[0]).toEqual(['what', 'time', 'end', 'status', 'who', 'details', 'evidence']);
  const statuses = about(rows, 'backup').map(([, , , status, who, , evidence]) => [status, who, evidence]);
  expect(statuses).toEqual([
    ['complete', 'manual', 'signed record'],
    ['partial', 'manual', 'signed record'],
  ]);
  expect(about(rows, 'verification').map(([, , , status]) => status)).toEqual(['complete']);
  expect(about(rows, 'restore').map(([, , , , who, details]) => [who, details])).toEqual([
    ['ada (manual)', expect.stringMatching(/^from \S+; previous state \S+; verified \d+; created dashboard\/\S+/)],
    ['mallory (manual)', expect.stringContaining('created folder/theirs')],
  ]);
  expect(about(rows, 'hold').map(([, , , status, who, details]) => [status, who, details])).toEqual([
    ['on hold', 'ada', expect.stringMatching(/^snapshot \S+; <\/td>/)],
  ]);
  expect(about(rows, 'confirmation').map(([, , , , who, details]) => [who, details])).toEqual([
    ['ada', 'second-copy'],
    ['bob', 'second-copy'],
  ]);
  expect(about(rows, 'overdue backup').map(([, , , , , details]) => details)).toEqual(['no backup for 10 hours']);
  expect(about(rows, 'readiness now').length).toBeGreaterThan(8);
});

it('leaves out what is not in the period, and judges nothing as overdue without a schedule', async () => {
  const from = new Date(Date.now() + 5 * HOUR).toISOString();
  const rows = await report(['--from', from, '--to', '2099-12-31'], { DASHKEEP_SCHEDULE: 'off' });
  expect(about(rows, 'backup').map(([, , , status]) => status)).toEqual(['partial']);
  expect(about(rows, 'verification')).toEqual([]);
  expect(about(rows, 'confirmation')).toEqual([]);
  expect(about(rows, 'overdue backup')).toEqual([]);
  // It was still on hold then.
  expect(about(rows, 'hold')).toHaveLength(1);
});

it('says whose word a run is, and takes nothing from a record that someone changed', async () => {
  const file = join(service.directory, 'target', 'runs', `${runs['partial']}.json`);
  const genuine = await readFile(file, 'utf8');
  const forged = { ...JSON.parse(genuine), status: 'complete', warnings: ['made up'] };
  await writeFile(file, JSON.stringify(forged));
  const [, journaled] = about(await report(QUARTER), 'backup');
  expect(journaled).toEqual(expect.arrayContaining(['partial', 'journal of the service']));
  // A machine that only trusts the key.
  const { json } = await service.call('GET', '/snapshots');
  const elsewhere = {
    DASHKEEP_STATE_DIR: join(service.directory, 'other-state'),
    DASHKEEP_TRUSTED_KEYS: json.items[0].signer,
  };
  const [first, unsigned] = about(await report(QUARTER, elsewhere), 'backup');
  expect(first).toContain('signed record');
  expect(unsigned).toEqual(expect.arrayContaining(['complete', 'unsigned record']));
  await writeFile(file, genuine);
});

it('is for the home organization, which does not see what others restore', async () => {
  const period = `from=2026-01-01T00:00:00Z&to=2099-12-31T00:00:00Z`;
  const { json, headers } = await service.call('GET', `/readiness/report?${period}`);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(json).toMatchObject({ name: 'backup-report-2026-01-01-2099-12-31.html', type: 'text/html' });
  const lines = linesOf(json.text);
  expect(lines).toContain('Backup report');
  expect(lines.some((line) => line.includes(HOSTILE))).toBe(true);
  expect(json.text).not.toContain('<script');
  expect(json.text).not.toContain('mallory');
  expect(json.text).not.toContain('folder/theirs');
  const csv = (await service.call('GET', `/readiness/report?${period}&format=csv`)).json;
  expect([csv.type, csv.text.split('\r\n')[0]]).toEqual(['text/csv', expect.stringContaining('"evidence"')]);
  const theirs = { authorization: `Bearer ${OTHER}` };
  expect((await service.call('GET', `/readiness/report?${period}`, undefined, theirs)).status).toBe(403);
  const backwards = 'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z';
  expect((await service.call('GET', `/readiness/report?${backwards}`)).status).toBe(400);
});

it('lists imports in the file to print, too', async () => {
  const file = join(service.directory, 'old.json');
  await writeFile(file, JSON.stringify({ uid: 'old', title: 'Old', schemaVersion: 39, panels: [] }));
  await command(['import', file]);
  const html = await command(['readiness', '--report', 'html', ...QUARTER]);
  const [, imports = ''] = html.split('<h2>Imports</h2>');
  const [section = ''] = imports.split('<h2>');
  expect(section).toContain('stored 1');
});

it.each([
  [['--from', '2026-05-01', '--to', '2026-04-01'], /ends before it begins/],
  [['--from', 'yesterday'], /'yesterday' is not a date/],
])('refuses %s', async (args, message) => {
  const environment = { GRAFANA_URL: grafana.url, DASHKEEP_STATE_DIR: service.directory, DASHKEEP_KUBERNETES: 'off' };
  const { exit, error } = await runMain(['readiness', '--report', 'html', ...args], environment);
  expect([exit, error]).toEqual([2, expect.stringMatching(message)]);
});
