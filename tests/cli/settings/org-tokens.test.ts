import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
const INVALID = 'glsa_invalid';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let variable: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  variable = `GRAFANA_API_TOKEN_ORG_${body.orgId}`;
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

function run(given: Record<string, string>, ...args: string[]) {
  return runMain(args, {
    ...{ GRAFANA_URL: grafana.url, DASHKEEP_KUBERNETES: 'off', ...given },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: `file://${directory.path}/repository` },
  });
}

describe('the token of another organization', () => {
  it('that Grafana refuses is named by commands, with its organization', async () => {
    expect((await run(ADMIN, 'backup')).exit).toBe(0);
    const given = { ...ADMIN, [variable]: INVALID };
    for (const command of [['backup'], ['restore', 'latest']]) {
      const { exit, error } = await run(given, ...command);
      expect([exit, error]).toEqual([1, expect.stringContaining(`(organization 2, ${variable})`)]);
      expect(error).toContain(`set it as ${variable}`);
      expect(error).not.toContain(INVALID);
    }
  });

  it('that Grafana refuses fails the doctor', async () => {
    const { exit, out } = await run({ ...ADMIN, [variable]: INVALID }, 'doctor');
    expect([exit, out]).toEqual([3, expect.stringMatching(new RegExp(`FAILED .*rights: .*Second.*401.*${variable}`))]);
    expect(out).not.toContain(INVALID);
  });

  it('is checked by the doctor although the service has tokens, too', async () => {
    const all = { ...ADMIN, DASHKEEP_ORGS: 'all' };
    expect((await run(all, 'bootstrap')).exit).toBe(0);
    expect((await run(all, 'doctor')).out).toMatch(/^ok .*rights: /m);
    const { out } = await run({ ...all, [variable]: INVALID }, 'doctor');
    expect(out).toMatch(new RegExp(`FAILED .*rights: .*${variable}`));
  });

  it.each([
    ['GRAFANA_API_TOKEN_ORG_1', 1, 2],
    ['GRAFANA_API_TOKEN_ORG_2', 2, 1],
  ])('that belongs to a different one ends commands and fails the doctor: %s', async (name, own, orgId) => {
    const given = { ...ADMIN, [name]: grafana.token({ orgId, role: 'Admin' }) };
    const message = `${name} is a token of organization ${orgId}, not of organization ${own}`;
    const { exit, error } = await run(given, 'backup');
    expect([exit, error]).toEqual([1, expect.stringContaining(message)]);
    expect(error).toContain(`Set ${name} to a token of organization ${own}`);
    const found = await run(given, 'doctor');
    expect([found.exit, found.out]).toEqual([3, expect.stringMatching(new RegExp(`FAILED .*rights: .*${message}`))]);
  });

  it('that belongs to a different one fails the doctor where only tokens are given', async () => {
    const tokens = { GRAFANA_API_TOKEN: grafana.token(), [variable]: grafana.token({ orgId: 1 }) };
    const { exit, out } = await run({ ...tokens, DASHKEEP_ORGS: 'all' }, 'doctor');
    expect([exit, out]).toEqual([3, expect.stringContaining(`${variable} is a token of organization 1`)]);
  });
});
