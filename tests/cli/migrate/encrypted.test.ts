import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close(), directory.remove()]);
});

it('encrypts what it saves of another Grafana if the snapshots are encrypted, also where only their key is given', async () => {
  const identity = await generateIdentity();
  const environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  const model = (title: string) => ({ dashboard: { uid: 'board', title, panels: [] }, overwrite: true });
  await call(stage, 'admin:admin', 'POST /api/dashboards/db', model('Now'));
  await call(production, 'admin:admin', 'POST /api/dashboards/db', model('Before'));
  const recipients = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity) };
  expect((await runCli(['backup'], { ...environment, ...recipients })).exit).toBe(0);

  const withKey = { ...environment, DASHKEEP_AGE_IDENTITY: identity };
  const sent = await runCli(
    ['migrate', '--to', 'production', '--from', 'latest', '--kinds', 'dashboard', '--overwrite', '--apply', '--json'],
    withKey,
  );
  expect(sent.exit, sent.out).toBe(0);

  const saved = { DASHKEEP_TARGET: `${environment.DASHKEEP_TARGET}/connections/production` };
  const [snapshot] = (await runCli(['snapshots', '--json'], { ...withKey, ...saved })).json.snapshots;
  const show = ['cat', snapshot.id, 'dashboard/board'];
  expect((await runCli(show, { ...withKey, ...saved })).out).toContain('Before');
  await expect(runCli(show, { ...environment, ...saved })).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
});
