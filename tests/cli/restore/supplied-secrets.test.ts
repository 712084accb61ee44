import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const POINT = { uid: 'ops-1', name: 'ops', type: 'slack', settings: { url: 'https://old.example', recipient: '#ops' } };

const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const api = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);

function dashkeep(...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runCli([...args, ...where, '--grafana-url', grafana.url, '--json'], {
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_AGE_IDENTITY: identity,
    DASHKEEP_AGE_RECIPIENTS: recipient,
  });
}

it('a secret that was supplied is no difference from the one in an encrypted snapshot', async () => {
  await api('POST /api/v1/provisioning/contact-points', POINT);
  await dashkeep('backup');
  const file = `${directory.path}/secrets.yaml`;
  await writeFile(file, 'contact-point: { ops: { url: "https://new.example" } }');
  const supplied = ['restore', 'latest', '--only', 'contact-point/ops', '--secrets', file, '--apply'];
  for (const state of ['there', 'deleted']) {
    if (state === 'deleted') {
      await api('DELETE /api/v1/provisioning/contact-points/ops-1');
    }
    const { exit, json } = await dashkeep(...supplied);
    expect(json.results).toMatchObject([{ kind: 'contact-point', outcome: 'verified' }]);
    expect(exit).toBe(0);
    const point = grafana.state.org(1).alerting.contactPoints.find(({ uid }) => uid === 'ops-1');
    expect(point?.settings).toEqual({ url: 'https://new.example', recipient: '#ops' });
  }
});

it('names the entries and fields that no resource of the plan uses', async () => {
  await api('POST /api/v1/provisioning/contact-points', POINT);
  await dashkeep('backup');
  const file = `${directory.path}/secrets.yaml`;
  const values = '{ url: "https://new.example" }';
  const said: string[] = [];
  const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) };
  const other = '{ url: "https://new.example", webhook.url: x }';
  for (const uids of [`opps: ${values}, ops: ${other}`, `ops: ${values}`]) {
    await writeFile(file, `contact-point: { ${uids} }\ndata-source: {}`);
    const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
    const args = ['restore', 'latest', '--only', 'contact-point/ops', '--secrets', file, ...where];
    const environment = {
      ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
      DASHKEEP_AGE_IDENTITY: identity,
    };
    await runCli(args, environment, { log });
  }
  expect(said).toEqual([
    'nothing in the plan uses these entries of --secrets: contact-point/opps, contact-point/ops: webhook.url',
  ]);
});

it('does not call entries unused that are for an organization that the restore will create', async () => {
  const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Retail' });
  const id = (body as { orgId: number }).orgId;
  const headers = { 'x-disable-provenance': 'true', 'x-grafana-org-id': String(id) };
  await call(grafana, 'admin:admin', 'POST /api/v1/provisioning/contact-points', POINT, headers);
  await dashkeep('backup');
  await call(grafana, 'admin:admin', `DELETE /api/orgs/${id}`);
  const file = `${directory.path}/secrets.yaml`;
  const values = '{ url: "https://new.example" }';
  await writeFile(file, `${id + 1}:contact-point: { ops: ${values}, opps: ${values} }`);
  const said: string[] = [];
  const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) };
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    DASHKEEP_AGE_IDENTITY: identity,
  };
  await runCli(['restore', 'latest', '--everything', '--secrets', file, ...where], environment, { log });
  const unused = said.filter((line) => line.includes('--secrets'));
  expect(unused).toEqual([`nothing in the plan uses these entries of --secrets: ${id + 1}:contact-point/opps`]);
});

it('the plan does not say that the snapshot replaces an address that was supplied', async () => {
  await api('POST /api/v1/provisioning/contact-points', POINT);
  await dashkeep('backup');
  await api('PUT /api/v1/provisioning/contact-points/ops-1', {
    ...POINT,
    settings: { ...POINT.settings, url: 'https://other.example' },
  });
  const file = `${directory.path}/secrets.yaml`;
  await writeFile(file, 'contact-point: { ops: { url: "https://new.example" } }');
  const plan = ['restore', 'latest', '--only', 'contact-point/ops', '--overwrite'];
  const codes = async (...more: string[]): Promise<string[]> =>
    (await dashkeep(...plan, ...more)).json.plan[0].security.map(({ code }: { code: string }) => code);
  expect(await codes()).toEqual(['hidden-address']);
  expect(await codes('--secrets', file)).toEqual(['supplied-address']);
});
