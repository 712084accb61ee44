import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/** What people in production, and someone who can write to the bucket, do between two promotions. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;
let runs: string;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  runs = `${directory.path}/repository/connections/production/runs`;
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  await call(stage, 'admin:admin', 'POST /api/folders', { uid: 'team', title: 'Team' });
  await save(stage, 'a', 'First a');
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

const save = (grafana: Simulator, uid: string, title: string, folderUid = 'team'): Promise<unknown> =>
  call(grafana, 'admin:admin', 'POST /api/dashboards/db', {
    dashboard: { uid, title, panels: [] },
    folderUid,
    overwrite: true,
  });
const migrate = (...args: string[]): Promise<Ended> =>
  runCli(['migrate', '--to', 'production', '--json', ...args], environment);
const promote = (...args: string[]): Promise<Ended> =>
  migrate('--from', 'live', '--folder', 'team', '--promote', ...args);
const decided = ({ json }: Ended, kind = 'dashboard'): string[] =>
  json.plan
    .filter((one: { kind: string }) => one.kind === kind)
    .map((one: { uid: string; action: string; code: string }) => `${one.uid} ${one.action} ${one.code}`);

it('keeps a move in production', async () => {
  await promote('--apply');
  await call(production, 'admin:admin', 'POST /api/folders', { uid: 'other', title: 'Other' });
  await save(production, 'a', 'First a', 'other');
  await save(stage, 'a', 'Second a');
  expect(decided(await promote())).toEqual(['a skip changed-there']);
});

it('keeps permissions that production changed', async () => {
  await promote('--apply');
  await call(production, 'admin:admin', 'POST /api/folders/team/permissions', {
    items: [{ role: 'Editor', permission: 1 }],
  });
  await call(stage, 'admin:admin', 'POST /api/folders/team/permissions', {
    items: [{ role: 'Viewer', permission: 2 }],
  });
  expect(decided(await promote(), 'folder-permissions')).toEqual(['team skip changed-there']);
});

it('overwrites nothing because of an earlier record that someone stored again as the newest', async () => {
  await promote('--apply');
  const [first = ''] = await records();
  await save(stage, 'a', 'Second a');
  await promote('--apply');
  await save(production, 'a', 'First a');
  expect(decided(await promote())).toEqual(['a skip changed-there']);
  await copyFile(`${runs}/${first}`, `${runs}/${first.replace(/^.{16}/, '20300101T000000Z')}`);
  expect(decided(await promote())).toEqual(['a skip changed-there']);
});

/** Names of the records that say what was written. */
async function records(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(runs)) {
    found.push(...((await readFile(`${runs}/${name}`, 'utf8')).includes('"touched"') ? [name] : []));
  }
  return found;
}

const group = (grafana: Simulator, rules: string[]): Promise<unknown> =>
  call(grafana, 'admin:admin', 'PUT /api/v1/provisioning/folder/team/rule-groups/down', {
    title: 'down',
    folderUid: 'team',
    interval: 60,
    rules: rules.map((uid) => ({
      uid,
      title: uid,
      condition: 'A',
      for: '5m',
      noDataState: 'OK',
      execErrState: 'OK',
      folderUID: 'team',
      ruleGroup: 'down',
      orgID: 1,
      data: [
        {
          refId: 'A',
          datasourceUid: '__expr__',
          relativeTimeRange: { from: 600, to: 0 },
          model: { type: 'math', expression: '1' },
        },
      ],
    })),
  });

it('keeps rules that production made in a group to which a migration only added some', async () => {
  await migrate('--from', 'live', '--only', 'folder/team', '--apply');
  await group(production, ['own']);
  await group(stage, ['from-stage']);
  await migrate('--from', 'live', '--only', 'alert-rule/from-stage', '--apply');
  await group(stage, ['from-stage', 'second']);
  expect((await promote('--apply')).exit).toBe(0);
  const { body } = await call(production, 'admin:admin', 'GET /api/v1/provisioning/folder/team/rule-groups/down');
  const rules = (body as { rules: { uid: string }[] }).rules.map(({ uid }) => uid);
  expect(rules.sort()).toEqual(['from-stage', 'own', 'second']);
  await call(stage, 'admin:admin', 'DELETE /api/v1/provisioning/folder/team/rule-groups/down');
  expect(decided(await promote('--delete-extra'), 'alert-rule-group')).toEqual(['team/down skip extra-own']);
});

it('prints no link of a public dashboard', async () => {
  const share = (grafana: Simulator, accessToken: string, annotationsEnabled: boolean): Promise<unknown> =>
    call(grafana, 'admin:admin', 'POST /api/dashboards/uid/a/public-dashboards', {
      isEnabled: true,
      annotationsEnabled,
      uid: accessToken.slice(0, 12),
      accessToken,
    });
  await promote('--apply');
  await share(stage, 'a'.repeat(32), true);
  await share(production, 'b'.repeat(32), false);
  const { out } = await runCli(
    ['migrate', '--to', 'production', '--from', 'live', '--folder', 'team', '--promote', '--markdown'],
    environment,
  );
  expect(out).toContain('annotationsEnabled changed');
  expect(out).not.toMatch(/a{32}|b{32}/);
});

it('does not create again what production deleted when someone adds more records than anyone looks at', async () => {
  const { signature: _, ...record } = await deletedThere();
  for (let number = 0; number < 250; number++) {
    const id = `20991129T235900Z-${number.toString(16).padStart(8, '0')}`;
    await writeFile(`${runs}/${id}.json`, JSON.stringify({ ...record, id, kind: 'verify', touched: undefined }));
  }
  expect(decided(await promote())).toEqual(['a skip deleted-there']);
  // Records of what wrote nothing hide nothing.
  await save(stage, 'new', 'Never sent');
  expect(decided(await promote())).toContain('new create missing');
});

it.each([
  ['damages the record', () => '{}'],
  ['removes its signature', ({ signature: _, ...record }: Record<string, unknown>) => JSON.stringify(record)],
])('does not create again what production deleted when someone %s', async (_, changed) => {
  const record = await deletedThere();
  await writeFile(`${runs}/${record.id}.json`, changed(record));
  expect(decided(await promote())).toEqual(['a skip maybe-deleted-there']);
});

/** A dashboard that a promotion created, and production deleted. @returns the record of that promotion */
async function deletedThere(): Promise<{ id: string; signature: string }> {
  await promote('--apply');
  await call(production, 'admin:admin', 'DELETE /api/dashboards/uid/a');
  expect(decided(await promote())).toEqual(['a skip deleted-there']);
  const [name = ''] = await readdir(runs);
  return JSON.parse(await readFile(`${runs}/${name}`, 'utf8')) as { id: string; signature: string };
}
