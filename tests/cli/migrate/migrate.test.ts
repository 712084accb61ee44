import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, runMain, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** Stage, where all is made, and production, where it goes. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;
let shown: string;

const migrate = (...args: string[]): Promise<Ended> => cli('migrate', '--to', 'production', '--json', ...args);

function cli(...args: string[]): Promise<Ended> {
  const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  return runCli(args, environment, { stderr });
}

beforeEach(async () => {
  shown = '';
  stage = await startGrafana({ profile: '11.6' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  stage.seedDashboards({ count: 6, folders: 2 });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

async function titlesIn(grafana: Simulator): Promise<string[]> {
  const { body } = await call(grafana, 'admin:admin', 'GET /api/search?limit=1000');
  return (body as { uid: string; title: string }[]).map(({ uid, title }) => `${uid} ${title}`).sort();
}

it('plans without writing, sends a snapshot to another Grafana, and takes it back', async () => {
  const plan = await migrate('--from', 'live', '--kinds', 'folder,dashboard');
  expect(plan.json).toMatchObject({ applied: false, results: [] });
  expect(plan.json.plan.map(({ action }: { action: string }) => action)).toEqual(Array(8).fill('create'));
  expect(await titlesIn(production)).toEqual([]);

  const applied = await migrate('--from', plan.json.snapshot, '--kinds', 'folder,dashboard', '--apply');
  expect(applied).toMatchObject({
    exit: 0,
    json: { applied: true, undo: expect.stringMatching(/^dashkeep migrate --undo \S+ --to production/) },
  });
  expect(await titlesIn(production)).toEqual(await titlesIn(stage));
  expect(
    (await migrate('--from', 'latest', '--kinds', 'folder,dashboard')).json.plan.map(
      ({ action }: { action: string }) => action,
    ),
  ).toEqual(Array(8).fill('unchanged'));
  // The snapshots of the source are not mixed with those of the connection.
  expect((await cli('snapshots', '--json')).json.snapshots).toHaveLength(1);
  // Nor do they keep those of the source from being pruned.
  expect((await cli('prune', '--json')).exit).toBe(0);

  const undone = await cli(...applied.json.undo.split(' ').slice(1), '--json', '--confirm', 'Main Org.');
  expect(undone.exit).toBe(0);
  expect(await titlesIn(production)).toEqual([]);
});

it('sends all that a token can write of a snapshot that a server admin made', async () => {
  const { GRAFANA_API_TOKEN: _, ...others } = environment;
  environment = { ...others, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  const asked = ['--from', 'live', '--kinds', 'org,user,folder,dashboard'];
  const plan = await migrate('--from', 'live');
  const ofServer = plan.json.plan.filter(({ kind }: { kind: string }) => kind === 'org' || kind === 'user');
  expect(new Set(ofServer.map(({ action }: { action: string }) => action))).toEqual(new Set(['skip']));
  expect((await migrate('--from', 'latest', '--apply')).exit).toBe(0);
  // What someone asks for by name is not passed over.
  expect((await migrate(...asked)).json.plan).toContainEqual(
    expect.objectContaining({ kind: 'org', action: 'blocked', code: 'needs-server-admin' }),
  );
});

it('names the connection in the error of its JSON, too', async () => {
  production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
  const args = ['migrate', '--to', 'production', '--from', 'live', '--kinds', 'folder,dashboard', '--apply', '--json'];
  const { json, error } = await runMain(args, environment);
  expect(json.error.message).toMatch(/^connection production: (?!connection)/);
  expect(error).toContain(json.error.message);
});

it('lists the written resources if the token is revoked halfway, and finishes later', async () => {
  const { snapshot } = (await migrate('--from', 'live')).json as { snapshot: string };
  production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
  const error = await cli(
    'migrate',
    '--to',
    'production',
    '--from',
    snapshot,
    '--kinds',
    'folder,dashboard',
    '--apply',
  ).catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: 'DK_GRAFANA_UNAUTHORIZED',
    message: expect.stringContaining('connection production'),
  });
  const finish = /To finish it: (.+)/.exec(shown)?.[1] ?? '';
  expect(shown).toMatch(/did not finish: \d of 8 resources and permissions written and checked/);
  expect(await titlesIn(production)).not.toEqual([]);

  production.setFaults();
  environment['DASHKEEP_CONNECTION_PRODUCTION_TOKEN'] = production.token({ role: 'Admin' });
  expect(await cli(...finish.split(' ').slice(1))).toMatchObject({ exit: 0 });
  expect(await titlesIn(production)).toEqual(await titlesIn(stage));
});

it('refuses the Grafana that the snapshot is of', async () => {
  environment['DASHKEEP_CONNECTION_PRODUCTION_URL'] = `${stage.url}/`;
  environment['DASHKEEP_CONNECTION_PRODUCTION_TOKEN'] = stage.token({ role: 'Admin' });
  await expect(migrate('--from', 'live')).rejects.toMatchObject({
    code: 'DK_USAGE',
    message: `${stage.url} is the Grafana that the snapshot comes from`,
  });
});

it('refuses addresses that the outbound policy forbids', async () => {
  environment['DASHKEEP_CONNECTION_PRODUCTION_URL'] = 'http://169.254.169.254';
  await cli('backup');
  await expect(migrate('--from', 'latest')).rejects.toMatchObject({ code: 'DK_NOT_ALLOWED' });
});

it('says what a connection lacks', async () => {
  await cli('backup');
  await expect(cli('migrate', '--to', 'other-stage', '--from', 'latest')).rejects.toMatchObject({
    code: 'DK_SETTINGS',
    hint: expect.stringContaining('DASHKEEP_CONNECTION_OTHER_STAGE_URL'),
  });
  environment['DASHKEEP_CONNECTION_PRODUCTION_TOKEN'] = production.token({ role: 'Viewer' });
  await expect(migrate('--from', 'latest', '--kinds', 'folder,dashboard')).rejects.toMatchObject({
    code: 'DK_GRAFANA_FORBIDDEN',
    message: expect.stringMatching(/^connection production: .*datasources:read/),
  });
});

it('checks the clocks for a connection', async () => {
  await cli('backup');
  const clock = fastClock(1);
  clock.travel(600_000);
  const { exit, json } = await runCli(['migrate', '--to', 'production', '--check', '--json'], environment, { clock });
  expect(exit).toBe(3);
  expect(json.checks).toContainEqual(
    expect.objectContaining({
      name: 'clocks',
      status: 'failed',
      detail: expect.stringMatching(/differ by 60\d seconds/),
    }),
  );
});

it('checks a connection', async () => {
  await cli('backup');
  const check = (): Promise<Ended> => migrate('--check');
  const found = await check();
  expect(found).toMatchObject({ exit: 0, json: { ok: true } });
  expect(found.json.checks).toMatchObject([
    { name: 'grafana', status: 'warning', detail: expect.stringContaining(`Grafana 12.4`) },
    { name: 'connection', status: 'ok' },
    {
      name: 'rights',
      status: 'warning',
      hint: expect.stringContaining('DASHKEEP_CONNECTION_PRODUCTION_ADMIN_USER'),
    },
  ]);
  environment['DASHKEEP_CONNECTION_PRODUCTION_TOKEN'] = 'wrong';
  expect(await check()).toMatchObject({
    exit: 3,
    json: { ok: false, checks: [{ name: 'grafana', status: 'failed' }] },
  });
  environment['DASHKEEP_CONNECTION_PRODUCTION_URL'] = stage.url;
  environment['DASHKEEP_CONNECTION_PRODUCTION_TOKEN'] = stage.token({ role: 'Admin' });
  expect((await check()).json.checks[1]).toMatchObject({ name: 'connection', status: 'failed' });
});

it.each(['environment', 'option', 'connection'])(
  'names the undo and the finish of a listed migration, target by %s',
  async (way) => {
    const target = environment['DASHKEEP_TARGET'] ?? '';
    const below = `${target}/connections/production`;
    production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
    const asked = ['--from', 'live', '--to', 'production', '--kinds', 'folder,dashboard', '--apply'];
    await expect(cli('migrate', ...asked)).rejects.toMatchObject({ code: 'DK_GRAFANA_UNAUTHORIZED' });
    const [, undo = ''] = /To undo it: dashkeep (.+)/.exec(shown) ?? [];
    const [, finish = ''] = /To finish it: dashkeep (.+)/.exec(shown) ?? [];
    production.setFaults();
    const place = way === 'environment' ? '' : ` --target ${target}`;
    const { DASHKEEP_TARGET: _, ...others } = environment;
    environment = {
      ...others,
      ...(way === 'option' ? {} : { DASHKEEP_TARGET: way === 'connection' ? below : target }),
    };

    shown = '';
    await cli('runs', ...(way === 'connection' ? [] : ['--target', `${below}/`]));
    const [, listed = ''] = /To undo it: dashkeep (.+)/.exec(shown) ?? [];
    expect(listed.split(' ').toSorted()).toEqual(`${undo}${place}`.split(' ').toSorted());
    expect(shown).toContain(`To finish it: dashkeep ${finish}${place}\n`);
    const undone = await cli(...listed.split(' '), '--confirm', 'Main Org.', '--json');
    expect(undone).toMatchObject({ exit: 0, json: { undo: expect.stringMatching(/^dashkeep migrate --undo /) } });
    expect(production.state.org(1).dashboards.size).toBe(0);
    shown = '';
    await cli('runs', '--target', below);
    expect(shown).not.toContain('did not finish');
  },
);
