import { writeFile } from 'node:fs/promises';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runMain } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

const OLD = 'https://old.example';
const NEW = 'https://new.example/secret';

let grafana: Simulator;
let keys: Record<string, string>;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const identity = await generateIdentity();
  keys = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity), DASHKEEP_AGE_IDENTITY: identity };
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  for (const org of [1, 2]) {
    const point = { uid: `point-${org}`, name: 'oncall', type: 'slack', settings: { url: OLD, recipient: '#ops' } };
    const headers = { 'x-grafana-org-id': String(org) };
    await call(grafana, 'admin:admin', 'POST /api/v1/provisioning/contact-points', point, headers);
  }
  expect((await dashkeep('backup', '--orgs', 'all')).exit).toBe(0);
});
afterEach(async () => {
  await Promise.all([grafana.close(), directory.remove()]);
});

function dashkeep(...args: string[]): ReturnType<typeof runMain> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runMain([...args, ...where, '--grafana-url', grafana.url], {
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    ...keys,
  });
}

/** Restores contact points with what this file supplies. */
async function restored(file: string, ...args: string[]): Promise<Awaited<ReturnType<typeof runMain>>> {
  const path = `${directory.path}/secrets.yaml`;
  await writeFile(path, file);
  return dashkeep('restore', 'latest', ...args, '--secrets', path);
}

function addresses(): unknown[] {
  return [1, 2].map(
    (org) => grafana.state.org(org).alerting.contactPoints.find(({ name }) => name === 'oncall')?.settings,
  );
}

const ANY = `contact-point: { oncall: { url: '${NEW}' } }`;
const ONLY = ['--only', 'contact-point/oncall'];

it('a supplied secret reaches no organization that may not be its own', async () => {
  for (const selection of [ONLY, [], ['--kinds', 'contact-point']]) {
    const refused = await restored(ANY, '--orgs', 'all', '--apply', ...selection);
    expect(refused.exit).toBe(2);
    expect(refused.error).toContain(
      'does not name the organization of contact-point/oncall: organizations 1 and 2 have one',
    );
    expect(refused.error).toContain('for example 1:contact-point');
  }
  expect((await restored(ANY, '--everything')).exit).toBe(2);
  expect(addresses()).toMatchObject([{ url: OLD }, { url: OLD }]);
});

it('a secret for one organization reaches only that, and the plan names it', async () => {
  const file = `2:${ANY}`;
  const plan = await restored(file, '--orgs', 'all', ...ONLY);
  expect(plan.out).toContain('secrets supplied for contact-point/oncall (org 2)');
  expect(plan.out).not.toContain('oncall (org 1)');
  const applied = await restored(file, '--orgs', 'all', ...ONLY, '--apply');
  expect(applied.exit, applied.out + applied.error).toBe(0);
  expect(addresses()).toMatchObject([{ url: OLD }, { url: NEW }]);
});

it('an entry without an organization is for the only one that is restored', async () => {
  expect((await restored(ANY, '--orgs', '2', ...ONLY, '--apply')).exit).toBe(0);
  expect(addresses()).toMatchObject([{ url: OLD }, { url: NEW }]);
});

it('an organization that does not exist yet takes none that names its ID in the snapshot', async () => {
  await call(grafana, 'admin:admin', 'DELETE /api/orgs/2');
  const plan = await restored(`2:${ANY}`, '--everything');
  expect(plan.exit, plan.error).toBe(0);
  expect(plan.out).not.toContain('secrets supplied');
});
