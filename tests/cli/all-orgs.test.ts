import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let second: number;

function dashkeep(args: string[], credentials: Record<string, string> = ADMIN): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const from = args[0] === 'show' ? [] : ['--grafana-url', grafana.url];
  return runCli([...args, ...where, ...from], credentials);
}

async function api(route: string, body?: unknown, org = 1): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

async function orgsHeld(snapshot = 'latest'): Promise<number[]> {
  const { json } = await dashkeep(['show', snapshot, '--json']);
  const resources = json.resources as { org: number; kind: string }[];
  return [...new Set(resources.filter(({ kind }) => kind === 'folder').map(({ org }) => org))];
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const made = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  second = Number(made.body.orgId);
  for (const org of [1, second]) {
    for (const uid of ['twin', `only-${org}`]) {
      await api('POST /api/folders', { uid, title: uid }, org);
    }
  }
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

describe('a backup without --orgs', () => {
  it('takes all organizations as a server admin', async () => {
    const { exit, json } = await dashkeep(['backup', '--json']);
    expect(exit).toBe(0);
    expect(json.coverage).toMatchObject({ orgs: { read: 2, existing: 2 }, whole: true });
    expect(json.coverage.text).toMatch(/^2 of 2 organizations; (\d+) of \1 kinds$/);
    expect(await orgsHeld()).toEqual([1, second]);
  });

  it('advises to look for a proxy where the list of organizations is answered with 404', async () => {
    grafana.setFaults({
      match: 'GET /api/orgs*',
      action: { kind: 'status', status: 404, body: { message: 'Not found' } },
    });
    await expect(dashkeep(['backup'])).rejects.toMatchObject({
      code: 'DK_GRAFANA_NOT_FOUND',
      hint: expect.stringContaining('whether a proxy responds instead of Grafana'),
    });
  });

  it('names the organization that has no token', async () => {
    const token = { GRAFANA_API_TOKEN: grafana.token() };
    const ended = dashkeep(['backup', '--orgs', `1,${second}`], token);
    await expect(ended).rejects.toMatchObject({
      message: `no token for organization ${second}: a token is valid in only one organization`,
    });
  });

  it('takes its own organization with a token, and says what that does not cover', async () => {
    const { exit, out } = await dashkeep(['backup'], { GRAFANA_API_TOKEN: grafana.token({ orgId: second }) });
    expect(exit).toBe(0);
    expect(await orgsHeld()).toEqual([second]);
    expect(out).toContain('it covers one organization (a token does not show whether others exist)');
    expect(out).toContain(
      'not included, because only a server admin can read them: org, user, sso-settings, server-settings',
    );
    expect(out).toContain('To include them');
    expect(out).not.toContain('DASHKEEP_SERVER_KINDS=no');
  });

  it('counts an organization whose token is given, and says how to include it', async () => {
    const tokens = {
      GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }),
      [`GRAFANA_API_TOKEN_ORG_${second}`]: grafana.token({ orgId: second }),
    };
    const { out } = await dashkeep(['backup'], tokens);
    expect(out).toContain(
      `it covers 1 of at least 2 organizations; not included, because the settings do not select them: ${second};`,
    );
    expect(out).toContain(`set DASHKEEP_ORGS=1,${second}. To exclude them on purpose, set DASHKEEP_ORGS=1.`);
    const own = (await dashkeep(['backup', '--json'], tokens)).json;
    expect(own.coverage).toMatchObject({ orgs: { read: 1, existing: 2 }, whole: false });
    expect(await orgsHeld()).toEqual([1]);

    const of = async (orgs: string) => (await dashkeep(['backup', '--orgs', orgs, '--json'], tokens)).json.coverage;
    expect((await of('all')).text).toContain('2 organizations (tokens do not show whether others exist)');
    const chosen = await of(String(second));
    expect(chosen.text).toMatch(/^1 of at least 2 organizations; .* do not select them: 1;/);
    expect(chosen.advice).toMatchObject([{ code: 'include-server-kinds' }]);
  });

  it('names the organization whose token cannot read everything', async () => {
    const tokens = {
      GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }),
      [`GRAFANA_API_TOKEN_ORG_${second}`]: grafana.token({ orgId: second, role: 'Viewer' }),
    };
    const { exit, out } = await dashkeep(['backup', '--orgs', `1,${second}`, '--kinds', 'team,folder'], tokens);
    expect(exit).toBe(3);
    expect(out).toContain(`not read: org ${second} (Second): team: GET /api/teams/search: 403`);
    expect(out).toContain(`organizations with errors: ${second} (Second); not read there: team, folder\n`);
  });

  it('names the organizations that --orgs leaves out', async () => {
    const { exit, json } = await dashkeep(['backup', '--orgs', '1', '--json']);
    expect(exit).toBe(0);
    expect(json.coverage).toMatchObject({ orgs: { read: 1, existing: 2 }, whole: true });
    expect(json.coverage.text).toContain(`1 of 2 organizations; not included, because`);
  });

  it('names the kinds that --kinds leaves out', async () => {
    const { json } = await dashkeep(['backup', '--kinds', 'folder,org', '--json']);
    expect(json.coverage).toMatchObject({ kinds: { read: 2 }, whole: true });
    expect(json.coverage.text).toContain('because the settings exclude them');
  });
});

describe('a comparison and a restore without --orgs', () => {
  let earlier: string;

  beforeEach(async () => {
    earlier = (await dashkeep(['backup', '--json'])).json.snapshot;
    for (const org of [1, second]) {
      for (const uid of ['twin', `only-${org}`]) {
        await api(`DELETE /api/folders/${uid}`, undefined, org);
      }
    }
  });

  const orgsOf = (items: { org: number; kind: string; action?: string }[]): number[] => [
    ...new Set(items.filter(({ kind, action }) => kind === 'folder' && action !== 'blocked').map(({ org }) => org)),
  ];

  it('are of all organizations as a server admin', async () => {
    expect(orgsOf((await dashkeep(['diff', 'latest', 'live', '--json'])).json.removed)).toEqual([1, second]);
    expect(orgsOf((await dashkeep(['restore', 'latest', '--json'])).json.plan)).toEqual([1, second]);
  });

  it('name the organization of each difference where they are of several', async () => {
    const { out } = await dashkeep(['diff', 'latest', 'live']);
    expect(out).toMatch(/^ +org +kind +uid +title$/m);
    expect(out).toMatch(/^removed +1 +folder +twin +twin$/m);
    expect(out).toMatch(new RegExp(`^removed +${second} +folder +twin +twin$`, 'm'));
    const { out: detailed } = await dashkeep(['diff', 'latest', 'live', '--detail']);
    expect(detailed).toMatch(new RegExp(`^removed +${second} +folder +twin +twin$`, 'm'));
    const { snapshot } = (await dashkeep(['backup', '--json'])).json;
    expect((await dashkeep(['diff', earlier, snapshot])).out).toBe(out);
    const only = await dashkeep(['diff', earlier, 'live'], { GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }) });
    expect(only.out).toMatch(/^removed +folder +twin +twin$/m);
  });

  it('name the organizations of the snapshot that a token leaves out', async () => {
    const token = { GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }) };
    const diff = (await dashkeep(['diff', 'latest', 'live', '--json'], token)).json;
    expect(orgsOf(diff.removed)).toEqual([1]);
    expect(diff.notCompared).toEqual([
      { id: second, name: 'Second', reason: 'the credentials or --orgs do not cover it' },
    ]);
    const plan = await dashkeep(['restore', 'latest'], token);
    const left = `organizations not in this plan: ${second} (Second)`;
    expect(plan.out).toContain(left);
    // Where resources are named, nobody expects others.
    expect((await dashkeep(['restore', 'latest', '--only', 'folder/twin'], token)).out).not.toContain(left);
  });

  it('restore what is named in the own organization only, where another one holds the same', async () => {
    expect(orgsOf((await dashkeep(['restore', 'latest', '--folder', 'twin', '--json'])).json.plan)).toEqual([1]);
  });

  it('compare no organization that the snapshot does not cover', async () => {
    await dashkeep(['backup', '--orgs', '1']);
    await api('POST /api/folders', { uid: 'new', title: 'new' }, second);
    expect((await dashkeep(['diff', 'latest', 'live', '--json'])).json.added).toEqual([]);
  });
});
