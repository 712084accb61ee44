import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Readiness } from '../../../pkg/contract/api/readiness.ts';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await temporaryDirectory();
});
afterAll(() => Promise.all([grafana.close(), directory.remove()]));

it('names the snapshots that no trusted key signed, and the keys, where another backup would not help', async () => {
  const run = (machine: string, ...command: string[]) =>
    runMain(command, {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: `file://${directory.path}/of-another`,
      DASHKEEP_STATE_DIR: `${directory.path}/${machine}`,
    });
  await run('writer', 'backup');
  const { own } = JSON.parse((await run('writer', 'keys', '--json')).out) as { own: string };

  const { evidence } = JSON.parse((await run('laptop', 'readiness', '--json')).out) as Readiness;
  const line = evidence.find(({ code }) => code === 'backup');
  expect(line).toMatchObject({ level: 'bad', findings: [{ code: 'snapshots-untrusted', params: { count: '1' } }] });
  expect(line?.hint).toContain(`dashkeep trust ${own}`);
  expect(line?.hint).toContain('dashkeep keys');
  for (const code of ['coverage', 'signatures', 'secrets', 'plugins']) {
    expect(evidence.find((one) => one.code === code)).toMatchObject({ level: 'unknown', hint: line?.hint });
  }
  const { out } = await run('laptop', 'readiness');
  expect(out).not.toContain('Back up now');
  expect(out).not.toContain('there is no complete backup');
});

it('says why no backup counts as complete, and what helps, where another backup would not', async () => {
  grafana.seedDashboards({ count: 60, folders: 1, v2Share: 0 });
  const run = (...command: string[]) =>
    runMain(command, {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: `file://${directory.path}/backups`,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
    });
  grafana.setFaults({ match: /library-elements/, action: { kind: 'status', status: 403 } });
  expect((await run('backup')).exit).toBe(3);
  grafana.setFaults();
  const [folder] = grafana.state.org(1).folders.keys();
  await call(grafana, 'admin:admin', `DELETE /api/folders/${folder}`);
  expect((await run('backup')).out).toContain('--accept-loss');

  const { evidence } = JSON.parse((await run('readiness', '--json')).out) as Readiness;
  const line = evidence.find(({ code }) => code === 'backup');
  expect(line).toMatchObject({ level: 'bad', findings: [{ code: 'ready-newest' }, { code: 'snapshot-shrunk' }] });
  expect(line?.hints).toEqual([expect.objectContaining({ code: 'ready-judge-loss' })]);
  expect(evidence.find(({ code }) => code === 'signatures')).toMatchObject({ level: 'ok' });
});
