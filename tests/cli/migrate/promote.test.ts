import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { variants } from '../../support/budget.ts';

/** A folder that is kept in sync from stage to production, where people also change things by themselves. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
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
  for (const [grafana, uid] of [
    [stage, 'of-stage'],
    [production, 'of-production'],
  ] as const) {
    const source = { uid, name: 'Metrics', type: 'prometheus', access: 'proxy', url: 'http://metrics' };
    await call(grafana, 'admin:admin', 'POST /api/datasources', source);
  }
  await call(stage, 'admin:admin', 'POST /api/folders', { uid: 'team', title: 'Team' });
  for (const uid of ['a', 'b', 'c', 'd']) {
    await save(stage, uid, `First ${uid}`, 'of-stage');
  }
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

const save = (grafana: Simulator, uid: string, title: string, source: string): Promise<unknown> =>
  call(grafana, 'admin:admin', 'POST /api/dashboards/db', {
    dashboard: { uid, title, panels: [{ id: 1, type: 'stat', datasource: { type: 'prometheus', uid: source } }] },
    folderUid: 'team',
    overwrite: true,
  });

const drop = (grafana: Simulator, uid: string): Promise<unknown> =>
  call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);

const promote = (...args: string[]): Promise<Ended> => {
  const asked = ['migrate', '--to', 'production', '--folder', 'team', ...args];
  return runCli(asked.includes('--undo') ? asked.filter((one) => !/--folder|team/.test(one)) : asked, environment);
};

async function titlesIn(grafana: Simulator): Promise<string[]> {
  const { body } = await call(grafana, 'admin:admin', 'GET /api/search?type=dash-db');
  return (body as { title: string }[]).map(({ title }) => title).sort();
}

/** What is decided about dashboards, such as `b skip changed-there`. */
function decisions({ json }: Ended): string[] {
  const items = json.plan as { kind: string; uid: string; action: string; code: string }[];
  return items
    .filter(({ kind }) => kind === 'dashboard')
    .map(({ uid, action, code }) => `${uid} ${action} ${code}`)
    .sort();
}

/** The first promotion, then changes on both sides. */
async function bothSidesMove(): Promise<void> {
  expect((await promote('--from', 'live', '--promote', '--apply')).exit).toBe(0);
  expect(await titlesIn(production)).toEqual(['First a', 'First b', 'First c', 'First d']);
  await save(stage, 'a', 'Second a', 'of-stage');
  await save(stage, 'b', 'Second b', 'of-stage');
  await save(stage, 'e', 'First e', 'of-stage');
  await drop(stage, 'd');
  await save(production, 'b', 'B of production', 'of-production');
  await drop(production, 'c');
  await save(production, 'f', 'F of production', 'of-production');
}

it('updates what only stage changed, and leaves what production changed, deleted or made by itself', async () => {
  await bothSidesMove();
  const asked = ['--promote', '--delete-extra'];
  const plan = await promote('--from', 'live', ...asked, '--json');
  expect(decisions(plan)).toEqual([
    'a update differs',
    'b skip changed-there',
    'c skip deleted-there',
    'd delete extra',
    'e create missing',
    'f skip extra-own',
  ]);
  expect(plan.exit).toBe(3);

  const applied = await promote('--from', 'latest', ...asked, '--apply', '--confirm', plan.json.confirm, '--json');
  expect(applied.exit).toBe(3);
  expect(await titlesIn(production)).toEqual(['B of production', 'F of production', 'First e', 'Second a']);
  const { body } = await call(production, 'admin:admin', 'GET /api/dashboards/uid/a');
  expect(JSON.stringify(body)).toContain('of-production');

  // A person decides about one of them; from then on it is in sync again.
  await promote('--from', 'latest', '--only', 'dashboard/b', '--overwrite', '--apply');
  await save(stage, 'b', 'Third b', 'of-stage');
  expect(decisions(await promote('--from', 'live', '--promote', '--json'))).toEqual([
    'a unchanged same',
    'b update differs',
    'c skip deleted-there',
    'e unchanged same',
  ]);
});

it('names the command that overwrites the conflicts, which works as printed', async () => {
  await bothSidesMove();
  const applied = await promote('--from', 'live', '--promote', '--apply');
  expect(applied.exit).toBe(3);
  const command =
    /^Conflicts: 3 resources not written. To overwrite them: dashkeep (.+)$/m.exec(applied.out)?.[1] ?? '';
  expect(command).toContain('--only dashboard/b --only dashboard/c --only dashboard-permissions/c --overwrite');
  const overwritten = await runCli(command.split(' '), environment);
  expect(overwritten).toMatchObject({ exit: 0, out: expect.not.stringContaining('Conflicts:') });
  expect(await titlesIn(production)).toEqual([
    'F of production',
    'First c',
    'First d',
    'First e',
    'Second a',
    'Second b',
  ]);

  const again = await promote('--from', 'latest', '--promote', '--apply');
  expect(again).toMatchObject({ exit: 0, out: expect.stringContaining('Nothing to write.') });
});

it('shows it as Markdown in which nothing from Grafana is markup', async () => {
  await bothSidesMove();
  await save(stage, 'a', '@everyone | <img src=x>\u2028``code``', 'of-stage');
  const { out, exit } = await promote('--from', 'live', '--promote', '--markdown');
  expect(exit).toBe(3);
  expect(out).toContain('### Plan for `production`');
  expect(out).toMatch(/: .*conflict \*\*2\*\*/);
  expect(out).toContain('| update | dashboard | ``` @everyone \\| <img src=x>\ufffd``code`` ``` | `Team` |');
  expect(out).toContain('| **conflict** | dashboard | `Second b` | `Team` | `conflict: someone has changed it there');
  expect(out).toMatch(/```text\n(.*\n)*dashboard Second b \(conflict: not written\)\n {2}.*B of production.*Second b/);
  await expect(promote('--from', 'latest', '--markdown', '--apply')).rejects.toMatchObject({ code: 'DK_USAGE' });
});

it.each(
  variants([
    ['mapped data sources', []],
    ['new UIDs', ['--new-uids']],
  ]),
)('undoes a migration with %s that was killed while it wrote', async (_, args) => {
  const runs = `${directory.path}/repository/connections/production/runs`;
  const kept = new Map<string, string>();
  // What the record says when the last dashboard was written is all that a killed process leaves.
  const run = (): void => readdirSync(runs).forEach((name) => kept.set(name, readFileSync(`${runs}/${name}`, 'utf8')));
  production.setFaults({ match: /^POST .*dashboard/, action: { kind: 'after', run }, skip: 3, times: 1 });
  const asked = ['migrate', '--to', 'production', '--folder', 'team', '--from', 'live', ...args];
  const { json } = await runCli([...asked, '--apply', '--json'], environment);
  expect(await titlesIn(production)).toHaveLength(4);
  const name = `${json.run}.json`;
  expect(JSON.parse(kept.get(name) ?? '')).toMatchObject({ status: 'running' });
  await writeFile(`${runs}/${name}`, kept.get(name) ?? '');

  const undo = ['migrate', '--to', 'production', '--undo', json.run];
  const { confirm, plan } = (await runCli([...undo, '--json'], environment)).json;
  expect(plan.filter(({ action }: { action: string }) => action === 'blocked')).toEqual([]);
  expect((await runCli([...undo, '--apply', '--confirm', confirm], environment)).exit).toBe(0);
  expect(await titlesIn(production)).toEqual([]);
});

it('does not bring back what someone undid', async () => {
  await promote('--from', 'live', '--promote', '--apply');
  await save(stage, 'a', 'Second a', 'of-stage');
  const applied = await promote('--from', 'live', '--promote', '--apply', '--json');
  await promote('--undo', applied.json.run, '--apply');
  expect(await titlesIn(production)).toContain('First a');
  expect(decisions(await promote('--from', 'live', '--promote', '--json'))[0]).toBe('a skip undone-there');
});

it('says of a run that no one knows where the runs of the connection are', async () => {
  const hint = `Check the ID. \`dashkeep runs --target file://${directory.path}/repository/connections/production\` lists the runs. The restore wrote nothing, or its record has been removed since. If it wrote nothing, there is nothing to undo: start it again.`;
  await promote('--from', 'live', '--promote', '--apply');
  await expect(promote('--undo', 'nonsense')).rejects.toMatchObject({ code: 'DK_NOT_FOUND', hint });
});

it('believes no record that no trusted key signed', async () => {
  await promote('--from', 'live', '--promote', '--apply');
  await save(stage, 'a', 'Second a', 'of-stage');
  const runs = `${directory.path}/repository/connections/production/runs`;
  for (const name of await readdir(runs)) {
    const { signature: _, ...record } = JSON.parse(await readFile(`${runs}/${name}`, 'utf8'));
    await writeFile(`${runs}/${name}`, JSON.stringify(record));
  }
  expect(decisions(await promote('--from', 'live', '--promote', '--json'))[0]).toBe('a skip not-promoted');
});

it('keeps the link under which production shares a dashboard, and says so', async () => {
  await promote('--from', 'live', '--promote', '--apply');
  const shared = 'api/dashboards/uid/a/public-dashboards';
  await call(stage, 'admin:admin', `POST /${shared}`, { isEnabled: true, annotationsEnabled: true });
  // Otherwise both simulators would make up the same link.
  await call(production, 'admin:admin', `POST /${shared.replace('/a/', '/b/')}`, { isEnabled: true });
  await call(production, 'admin:admin', `POST /${shared}`, { isEnabled: true });
  const link = async (): Promise<unknown> => {
    const { accessToken } = (await call(production, 'admin:admin', `GET /${shared}`)).body as { accessToken: string };
    return accessToken;
  };
  const before = await link();
  const ofLink = ({ plan }: Ended['json']): unknown =>
    plan.find(({ kind }: { kind: string }) => kind === 'public-dashboard');
  const planned = await promote('--from', 'live', '--overwrite', '--json');
  const losses = [expect.stringContaining('another link')];
  expect(ofLink(planned.json)).toMatchObject({ action: 'update', losses });
  const { confirm } = planned.json;
  const applied = await promote('--from', 'latest', '--overwrite', '--apply', '--confirm', confirm, '--json');
  expect(applied.exit).toBe(0);
  expect(await link()).toBe(before);
  expect(ofLink((await promote('--from', 'latest', '--overwrite', '--json')).json)).toMatchObject({
    action: 'unchanged',
    losses,
  });
});

it('is no other way to overwrite', async () => {
  await expect(promote('--from', 'live', '--promote', '--overwrite')).rejects.toMatchObject({ code: 'DK_USAGE' });
});

it('does not call a data source restored that it skipped', async () => {
  const migrate = ['migrate', '--to', 'production', '--kinds', 'folder,dashboard,data-source', '--promote'];
  await call(production, 'admin:admin', 'DELETE /api/datasources/uid/of-production');
  const first = await runCli([...migrate, '--from', 'live', '--apply'], environment);
  expect(first.out).toContain('data source Metrics (of-stage): restored');
  await call(production, 'admin:admin', 'DELETE /api/datasources/uid/of-stage');
  await save(stage, 'a', 'Second a', 'of-stage');

  const plan = await runCli([...migrate, '--from', 'live'], environment);
  const applied = await runCli([...migrate, '--from', 'latest', '--apply'], environment);

  for (const { out } of [plan, applied]) {
    expect(out).toContain('data source Metrics (of-stage): skipped');
  }
});
