import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { openDatabase } from '../../pkg/engine/import/database/sdk.ts';
import { COMMON, EARLIER, UNIFIED, type Row, type Value } from './database-rows.ts';
import { installation, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
});
afterEach(() => here.close());

async function sqlite(tables: Record<string, Row[]>, ...statements: string[]): Promise<string> {
  const database = await openDatabase(new Uint8Array());
  for (const [table, rows] of Object.entries(tables).filter(([, some]) => some.length > 0)) {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    database.run(`CREATE TABLE "${table}" (${names.map((name) => `"${name}"`).join(', ')})`);
    for (const row of rows) {
      const values = names.map((name) => row[name] ?? null);
      // Grafana stores some texts as bytes.
      const stored = values.map((value) => (String(value).startsWith('{') ? Buffer.from(String(value)) : value));
      database.run(`INSERT INTO "${table}" VALUES (${names.map(() => '?').join(', ')})`, stored);
    }
  }
  statements.forEach((statement) => database.run(statement));
  const path = `${here.path}/grafana.db`;
  await writeFile(path, database.export());
  return path;
}

async function postgres(tables: Record<string, Row[]>): Promise<string> {
  const escaped = (value: Value | undefined): string =>
    value === null || value === undefined
      ? '\\N'
      : String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const copies = Object.entries(tables).map(([table, rows]) => {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const lines = rows.map((row) =>
      names.map((name) => (/^is_/.test(name) ? (row[name] ? 't' : 'f') : escaped(row[name]))).join('\t'),
    );
    const columns = names.map((name) => (/^(user|order|for)$/.test(name) ? `"${name}"` : name)).join(', ');
    return [`COPY public.${table === 'user' ? '"user"' : table} (${columns}) FROM stdin;`, ...lines, '\\.'].join('\n');
  });
  const path = `${here.path}/grafana.sql`;
  await writeFile(path, ['--', '-- PostgreSQL database dump', '--', 'SET x = 1;', ...copies, ''].join('\n'));
  return path;
}

interface Brought {
  snapshot: string;
  resources: ManifestEntry[];
  missing: string[];
}

async function bring(path: string): Promise<Brought> {
  const { json: report } = await here.run(['import', path]);
  const { out, json: shown } = await here.run(['show', report.snapshot]);
  expect(out).not.toContain('secret-of');
  const missing = (report.errors as ManifestEntry[]).map(
    ({ org, kind, ...one }) => `${org} ${kind} ${Reflect.get(one, 'count') ?? ''}`,
  );
  return { snapshot: report.snapshot as string, resources: shown.resources as ManifestEntry[], missing };
}

const FOUND = [
  'org Main Org.',
  'org Second',
  'user ada',
  'user admin',
  'team T',
  'plugin-settings app',
  'data-source p',
  'correlation KEY',
  'folder f',
  'library-panel l',
  'dashboard d',
  'public-dashboard d',
  'playlist pl',
  'notification-template t',
  'mute-timing new',
  'mute-timing old',
  'contact-point Ops',
  'notification-policy default',
  'alert-rule-group f/G',
  'annotation KEY',
  'org-preferences org',
];

describe('dashkeep import of a database', () => {
  it.each([
    ['an SQLite file', { ...COMMON, ...EARLIER }, sqlite],
    ['an SQLite file with unified storage', { ...COMMON, ...UNIFIED }, sqlite],
    ['a Postgres dump', { ...COMMON, ...EARLIER }, postgres],
    ['a Postgres dump with unified storage', { ...COMMON, ...UNIFIED }, postgres],
  ])('reads %s, without secrets', async (_, tables, write) => {
    const { snapshot, resources, missing } = await bring(await write(tables));
    expect(resources.map(({ kind, uid }) => `${kind} ${uid.replace(/^[\da-f]{32}/, 'KEY')}`)).toEqual(FOUND);
    expect(resources.filter(({ folder }) => folder !== '').map(({ kind, folder }) => `${kind} ${folder}`)).toEqual([
      'library-panel F',
      'dashboard F',
      'alert-rule-group F',
    ]);
    expect(missing).toEqual([
      '1 folder-permissions ',
      '1 dashboard-permissions ',
      '1 silence ',
      '1 dashboard-snapshot 1',
      '1 service-account 1',
      '2 folder-permissions ',
      '2 dashboard-permissions ',
      '2 silence ',
    ]);
    const body = async (name: string): Promise<unknown> => {
      const { out } = await here.run(['cat', snapshot, name]);
      expect(out).not.toContain('secret-of');
      return JSON.parse(out);
    };
    expect(await body('data-source/p')).toMatchObject({
      basicAuth: true,
      basicAuthUser: 'me',
      isDefault: true,
      jsonData: { a: '\t\\ "quoted"\n' },
      secureJsonFields: { basicAuthPassword: true },
    });
    expect(await body('user/ada')).toMatchObject({ isDisabled: true, orgs: [{ org: 'Second', role: 'Viewer' }] });
    expect(await body('team/T')).toMatchObject({ members: [{ login: 'ada', permission: 'Admin' }] });
    expect(await body('folder/f')).toMatchObject({ title: 'F', description: 'about' });
    expect(await body('playlist/pl')).toMatchObject({ interval: '5m', items: [{ value: 'd' }, { value: 'e' }] });
    expect(await body('contact-point/Ops')).toMatchObject({
      integrations: [{ settings: { title: 'x' }, secureFields: ['token', 'url'] }],
    });
    expect(await body('alert-rule-group/f/G')).toMatchObject({
      interval: 90,
      rules: [
        { uid: 'r0', for: '5m', isPaused: false, notification_settings: { receiver: 'Ops' }, record: null },
        { uid: 'r1', isPaused: true },
      ],
    });
    expect(await body('org-preferences/org')).toEqual({ theme: 'dark', homeDashboardUID: 'd' });
    expect(resources.find(({ kind }) => kind === 'notification-template')?.managedBy).toEqual({ manager: 'file' });
  });

  it('executes nothing in an SQLite file', async () => {
    const { dashboard: _, team: __, ...others } = { ...COMMON, ...EARLIER };
    const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT';
    const path = await sqlite(
      others,
      `CREATE VIEW dashboard AS ${endless} x AS id, 1 AS org_id FROM n`,
      'CREATE TABLE team (id, org_id, name)',
      "INSERT INTO team VALUES (7, 1, 'T')",
      'ALTER TABLE team ADD COLUMN email AS (zeroblob(2000000000))',
    );
    const { resources } = await bring(path);
    expect(resources.map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(expect.arrayContaining(['team T']));
    expect(resources.some(({ kind }) => kind === 'dashboard')).toBe(false);
  });

  it('refuses a small SQLite file whose rows have no end', async () => {
    const path = await sqlite(
      { ...COMMON, ...EARLIER },
      `INSERT INTO org (id) WITH RECURSIVE n(x) AS (SELECT 10 UNION ALL SELECT x + 1 FROM n LIMIT 200) SELECT x FROM n`,
      `ALTER TABLE org ADD COLUMN filler DEFAULT '${'x'.repeat(500_000)}'`,
    );
    await expect(here.run(['import', path])).rejects.toThrow('its tables contain more than the file');
  });

  it('knows which dashboards files provision', async () => {
    const provisioned = [{ id: 1, dashboard_id: 12, name: 'files', external_id: '/etc/d.json' }];
    const { resources } = await bring(await sqlite({ ...COMMON, ...EARLIER, dashboard_provisioning: provisioned }));
    const dashboards = resources.filter(({ kind, managedBy }) => kind === 'dashboard' && managedBy !== undefined);
    expect(dashboards.map(({ uid, managedBy }) => `${uid} ${managedBy?.manager}`)).toEqual(['d file']);
  });

  it('refuses damaged or incomplete files, and writes nothing', async () => {
    const path = await sqlite({ ...COMMON, ...EARLIER });
    await writeFile(`${path}-wal`, 'x');
    await expect(here.run(['import', path])).rejects.toThrow('grafana.db-wal has changes');
    await writeFile(`${path}-wal`, '');
    await writeFile(`${here.path}/cut.db`, Buffer.from('SQLite format 3\0 and no more'));
    await expect(here.run(['import', `${here.path}/cut.db`])).rejects.toThrow('cut.db is damaged');
    await writeFile(`${here.path}/text.db`, 'text');
    await expect(here.run(['import', `${here.path}/text.db`])).rejects.toThrow('text.db is not an SQLite file');
    const bad = await sqlite({
      ...COMMON,
      library_element: [{ id: 1, org_id: 1, kind: 1, uid: 'l', model: '{"secret-of' }],
    });
    await expect(here.run(['import', bad])).rejects.toThrow('the column model of l is not JSON');
    await writeFile(`${here.path}/cut.sql`, 'COPY public.org (id, name) FROM stdin;\n1\tMain Org.\n');
    await expect(here.run(['import', `${here.path}/cut.sql`])).rejects.toThrow('cut.sql ends within a table');
    await writeFile(`${here.path}/odd.sql`, 'COPY public.org (id, name) FROM stdin;\n1\n\\.\n');
    await expect(here.run(['import', `${here.path}/odd.sql`])).rejects.toThrow('a row has 1 values instead of 2');
    await writeFile(`${here.path}/other.sql`, 'INSERT INTO org VALUES (1);\n');
    await expect(here.run(['import', `${here.path}/other.sql`])).rejects.toThrow('contains no Grafana organization');
    await expect(here.run(['snapshots'])).rejects.toThrow();
  });
});
