import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { causesOf } from '../../pkg/cli/output/causes.ts';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.demoSeed();
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

function dashkeep(credentials: Record<string, string>, command: string, ...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runCli([command, ...where, ...args, '--grafana-url', grafana.url], credentials);
}

function backup(credentials: Record<string, string>, ...args: string[]): Promise<Ended> {
  return dashkeep(credentials, 'backup', ...args);
}

function backupByToken(...args: string[]): Promise<Ended> {
  return backup({ GRAFANA_API_TOKEN: grafana.token() }, ...args);
}

/** The token is revoked just before the n-th request that matches. */
function revokeAt(match: RegExp, skip = 0): void {
  const run = (): void => grafana.state.tokens.forEach((one) => (one.revoked = true));
  grafana.setFaults({ match, skip, times: 1, action: { kind: 'before', run } });
}

describe('a token that is revoked during a backup', () => {
  it('is one line of what the command prints, however many kinds it concerns', async () => {
    revokeAt(/^GET \/api\/datasources/);
    const { exit, out } = await backupByToken();
    expect(exit).toBe(3);
    const lines = out.split('\n').filter((line) => line.startsWith('not read: '));
    expect(lines).toEqual([expect.stringMatching(/^not read: .*dashboard.*: (GET|POST) .*: 401 /)]);
  });

  it('is the error of a backup that could read nothing, with what to do', async () => {
    revokeAt(/^GET \/api\/datasources/);
    const failed = backupByToken('--kinds', 'data-source');
    await expect(failed).rejects.toMatchObject({
      code: 'DK_GRAFANA_UNAUTHORIZED',
      message: expect.stringContaining('nothing could be read from Grafana'),
      hint: expect.stringContaining('token'),
    });
  });
});

describe('a state that cannot be written', () => {
  it('leaves the snapshot unsigned, and exits with another code', async () => {
    // A directory in which nobody can create a file.
    const { exit, out } = await backup(ADMIN, '--state-dir', '/proc');
    expect(out).toContain('is complete');
    expect(exit).toBe(3);
  });
});

describe('a wrong password of an admin', () => {
  // Grafana locks an account after five.
  it('is sent once, whatever the command asks first', async () => {
    const wrong = { ...ADMIN, GRAFANA_ADMIN_PASSWORD: 'wrong' };
    grafana.clearRequests();
    await expect(backup(wrong, '--orgs', 'all')).rejects.toMatchObject({
      code: 'DK_GRAFANA_UNAUTHORIZED',
      hint: expect.stringContaining('after five wrong passwords, Grafana locks an account for five minutes'),
    });
    expect(grafana.requests.filter(({ status }) => status === 401).map(({ path }) => path)).toEqual(['/api/org']);
  });
});

describe('a resource that could not be read', () => {
  const api = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);

  /** A backup that cannot read dashboards, after a full one. */
  async function afterFull(): Promise<{ full: string; partial: string; out: string }> {
    const full = (await backup(ADMIN, '--json')).json.snapshot as string;
    grafana.setFaults({ match: /^GET .*(dashboards|\/api\/search)/, action: { kind: 'status', status: 403 } });
    const { exit, out } = await backup(ADMIN, '--full-read-every', '1');
    grafana.setFaults();
    expect(exit).toBe(3);
    expect(out).toMatch(/^warning: many resources of snapshot .* are missing: .*dashboard/m);
    return { full, partial: /^snapshot (\S+) is partial/m.exec(out)?.[1] ?? '', out };
  }

  it('is not reported as lost, and keeps its later edits in Grafana', async () => {
    const { full, partial, out } = await afterFull();
    expect(out).not.toContain('--lost-in');
    expect(out).toContain('may still be in Grafana');
    const found = await api('GET /api/search?type=dash-db&limit=1');
    const { body } = await api(`GET /api/dashboards/uid/${found.body[0].uid}`);
    await api('POST /api/dashboards/db', {
      ...body,
      dashboard: { ...body.dashboard, title: 'Edited' },
      overwrite: true,
    });
    const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
    const advised = ['restore', full, '--lost-in', partial, '--overwrite', ...where, '--grafana-url', grafana.url];
    await expect(runCli(advised, ADMIN)).rejects.toMatchObject({
      code: 'DK_NOT_FOUND',
      message: `no resources of ${full} are missing from ${partial}`,
      hint: expect.stringContaining('may still be in Grafana'),
    });
  });
});

it('names the kinds that it copied without reading them, and how to read everything', async () => {
  const copied =
    /^it covers .*; copied from earlier snapshots, not read again: .*\n--full-read-every 1 reads everything$/m;
  expect((await backup(ADMIN)).out).not.toMatch(copied);
  expect((await backup(ADMIN)).out).toMatch(copied);
  expect((await backup(ADMIN, '--full-read-every', '1')).out).not.toMatch(copied);
});

it('does not call lost what a backup with other credentials does not reach', async () => {
  expect((await backup(ADMIN, '--json')).json.status).toBe('complete');
  const { exit, out } = await backupByToken();
  expect(exit).toBe(3);
  expect(out).toMatch(/^warning: many resources of snapshot .* are missing: .*user/m);
  expect(out).not.toContain('--lost-in');
  expect(out).toContain('may still be in Grafana');
});

it('names the settings of Grafana that may have removed all annotations', async () => {
  const kinds = ['--kinds', 'annotation,dashboard,folder', '--orgs', '1'];
  await backup(ADMIN, ...kinds);
  const { body } = await call(grafana, 'admin:admin', 'GET /api/annotations?limit=1000');
  for (const { id } of body as unknown as { id: number }[]) {
    await call(grafana, 'admin:admin', `DELETE /api/annotations/${id}`);
  }
  const { exit, out } = await backup(ADMIN, ...kinds);
  expect(exit).toBe(3);
  expect(out).toContain('If max_age or max_annotations_to_keep in Grafana’s settings removed the annotations, accept');
});

describe('problems of a backup', () => {
  it('with different causes are a line each, and a long one ends with how many more there are', () => {
    const of = (uid: string, reason: string, count?: number) => ({
      org: 1,
      kind: 'dashboard' as const,
      uid,
      reason: count === undefined ? reason : `${reason} (${count} resources)`,
      code: 'DK_GRAFANA_FAILED',
      params: { message: reason },
      ...(count === undefined ? {} : { count }),
    });
    const many = Array.from({ length: 7 }, (_, index) => of(`d${index}`, 'too large'));
    expect(causesOf([of('', 'gone', 25), { ...of('', 'gone'), kind: 'folder' }, of('a', 'broken'), ...many])).toEqual([
      'dashboard (25), folder: gone',
      'dashboard a: broken',
      'dashboard d0, dashboard d1, dashboard d2, dashboard d3, dashboard d4, 2 more resources: too large',
    ]);
  });
});

describe('an organization that the account is no member of', () => {
  it('is one line that says what to do, and the others are read', async () => {
    const id = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Closed' })).body.orgId);
    grafana.state.org(id).members.clear();
    grafana.clearRequests();
    const { exit, out } = await backup(ADMIN, '--orgs', 'all');
    expect(exit).toBe(3);
    const lines = out.split('\n').filter((line) => line.startsWith('not read: '));
    expect(lines).toEqual([
      expect.stringMatching(/^not read: org 2 \(Closed\): team, .*annotation.*: .*not a member of .*“Closed”/),
    ]);
    expect(out.split('not a member of')).toHaveLength(2);
    expect(out).toMatch(/is partial: [1-9]\d+ resources/);
    expect(out).toMatch(
      /1 of 2 organizations; not read, because the account is not a member: \d+ \(Closed\); (\d+) of \1 kinds$/m,
    );
    // Grafana would refuse each of them.
    expect(grafana.requests.filter(({ org }) => org === id)).toEqual([]);
  });

  it('is the error of a backup of that organization alone', async () => {
    const id = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Closed' })).body.orgId);
    grafana.state.org(id).members.clear();
    await expect(backup(ADMIN, '--orgs', String(id), '--kinds', 'dashboard')).rejects.toMatchObject({
      message: expect.stringContaining('not a member of organization “Closed”'),
    });
  });

  it('is the error of a comparison, a restore and an undo there', async () => {
    const id = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Closed' })).body.orgId);
    const dashboard = { dashboard: { uid: 'lost', title: 'Lost' } };
    await call(grafana, 'admin:admin', 'POST /api/dashboards/db', dashboard, { 'x-grafana-org-id': String(id) });
    await backup(ADMIN, '--orgs', 'all', '--kinds', 'folder,dashboard');
    grafana.state.org(id).dashboards.clear();
    const restore = ['latest', '--orgs', String(id), '--kinds', 'dashboard'];
    const { run } = (await dashkeep(ADMIN, 'restore', ...restore, '--apply', '--json')).json;
    grafana.state.org(id).members.clear();
    for (const [command, ...args] of [
      ['restore', ...restore],
      ['restore', '--undo', run],
      ['diff', 'latest', 'live', '--orgs', 'all'],
    ] as const) {
      await expect(dashkeep(ADMIN, command, ...args)).rejects.toMatchObject({
        message: expect.stringContaining('not a member of organization “Closed”'),
        hint: 'Nothing was written to Grafana. Run the command again.',
      });
    }
  });
});
