import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const POINT = { uid: 'ops-1', name: 'ops', type: 'slack', settings: { url: 'https://old.example', recipient: '#ops' } };

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
    DASHKEEP_AGE_PASSPHRASE: 'correct horse battery staple',
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
