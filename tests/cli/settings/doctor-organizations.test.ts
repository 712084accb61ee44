import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let second: number;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  second = await createOrg('Second');
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

async function createOrg(name: string): Promise<number> {
  return Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name })).body.orgId);
}

function run(given: Record<string, string>, ...args: string[]) {
  return runMain(args, {
    ...{ GRAFANA_URL: grafana.url, DASHKEEP_KUBERNETES: 'off', ...given },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: `file://${directory.path}/repository` },
  });
}

/** The line of the permissions, with its advice. */
async function rights(given: Record<string, string>): Promise<string> {
  const { out } = await run(given, 'doctor');
  return /^.*rights: .*(?:\n .*)*/m.exec(out)?.[0] ?? '';
}

it('after bootstrap, the doctor says that backups from the command line include the other organizations', async () => {
  expect((await run(ADMIN, 'bootstrap')).exit).toBe(0);
  expect((await run(ADMIN, 'backup')).out).toContain('2 of 2 organizations');
  const { out } = await run(ADMIN, 'doctor');
  expect(out).not.toContain('organization Second (2) is not backed up');
  expect(out).toContain(
    'a service with these settings does not back up organization Second (2); `dashkeep backup` does, because the admin credentials give access to it',
  );
});

it('names the organization of which the account is not a member', async () => {
  expect(await rights(ADMIN)).toMatch(/^ok.* 2 of 2 organizations/);
  grafana.state.org(second).members.clear();
  const found = await rights(ADMIN);
  expect(found).toContain(`not a member: ${second} (Second)`);
  expect(found).toMatch(/^FAILED.* 1 of 2 organizations; .* (\d+) of \1 kinds/);
  expect(found).toContain('to these organizations, or exclude them');
  // It was left out on purpose.
  expect(await rights({ ...ADMIN, DASHKEEP_ORGS: '1' })).not.toMatch(/FAILED|not a member/);
});

it('asks for no token of a new organization if the service creates it', async () => {
  const all = { ...ADMIN, DASHKEEP_ORGS: 'all' };
  expect((await run(all, 'bootstrap')).exit).toBe(0);
  const third = await createOrg('Third');
  const found = await rights(all);
  expect(found).toContain(`org ${third} (Third): there is no token for it`);
  expect(found).toContain('The service creates this token within minutes');
  expect(found).not.toContain('GRAFANA_API_TOKEN_ORG_');
});

it('names the kinds that a token of another organization cannot read', async () => {
  const tokens = {
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    [`GRAFANA_API_TOKEN_ORG_${second}`]: grafana.token({ orgId: second, role: 'Viewer' }),
  };
  for (const orgs of ['all', `1,${second}`]) {
    const found = await rights({ ...tokens, DASHKEEP_ORGS: orgs });
    expect(found).toMatch(/^FAILED.* cannot be read: org 2: .*team \(teams:read\)/);
    expect(found).not.toContain('org 1');
  }
  expect(await rights({ ...tokens, DASHKEEP_ORGS: '1' })).not.toMatch(/FAILED|cannot be read/);
  const missing = await rights({ ...tokens, DASHKEEP_ORGS: `1,${second},7` });
  expect(missing).toMatch(/^FAILED.* org 7: there is no token for it/);
});

it('names the first of many organizations, and how many there are', async () => {
  const tokens: Record<string, string> = { GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }) };
  for (let count = 0; count < 30; count++) {
    const orgId = await createOrg(`Org ${count}`);
    tokens[`GRAFANA_API_TOKEN_ORG_${orgId}`] = grafana.token({ orgId, role: 'Viewer' });
  }
  grafana.clearRequests();
  const found = await rights({ ...tokens, DASHKEEP_ORGS: 'all' });
  expect(found.match(/org \d+: /g)).toHaveLength(5);
  expect(found).toContain('… (30)');
  expect(grafana.requests.length).toBeLessThan(600);
});
