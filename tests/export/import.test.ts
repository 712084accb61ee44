import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Manifest, type ManifestEntry } from '../../pkg/contract/manifest.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { importArchive, readArchive } from '../../pkg/engine/import/import.ts';
import { newTimedId, SNAPSHOTS } from '../../pkg/repository/layout.ts';
import { call } from '../simulator/http.ts';
import { inDepth } from '../support/budget.ts';
import { open, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { filesBelow, installation, resourcesIn, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
  here.grafana.seedDashboards({ count: 5, folders: 2 });
});
afterEach(() => here.close());

const resourcesOf = (snapshot: string) => resourcesIn(here, snapshot);
const dashboard = (uid: string, title = uid): object => ({ uid, title, schemaVersion: 39, panels: [] });

/** A tar archive as Python's `tarfile` writes it. */
function tar(files: Record<string, unknown>): Buffer {
  const entry = (name: string, type: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(512);
    head.write(name.slice(0, 100));
    head.write(content.length.toString(8).padStart(11, '0'), 124);
    head.write(type, 156);
    head.write('ustar', 257);
    return Buffer.concat([head, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
  };
  const parts = Object.entries(files).flatMap(([name, document]) => [
    ...(name.length > 100 ? [entry('././@LongLink', 'L', Buffer.from(`${name}\0`))] : []),
    entry(name, '0', Buffer.from(JSON.stringify(document))),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

describe('dashkeep import', () => {
  it('brings an export as JSON back exactly', async () => {
    await here.close();
    here = await installation();
    await here.run(['backup', '--orgs', 'all']);
    await here.run(['export', `${here.path}/out`]);
    const { json, exit } = await here.run(['import', `${here.path}/out`]);
    expect(exit).toBe(0);
    expect(json).toMatchObject({ status: 'complete', errors: [], origin: { format: 'json', name: 'out' } });
    expect(await resourcesOf(json.snapshot)).toEqual(await resourcesOf('latest'));
    const { json: diff } = await here.run(['diff', 'latest', json.snapshot]);
    expect([diff.added, diff.changed, diff.removed]).toEqual([[], [], []]);
    expect((await here.run(['verify', '--read-data'])).json.problems).toEqual([]);
  });

  it('is recorded as a run', async () => {
    await writeFile(`${here.path}/one.json`, JSON.stringify(dashboard('one')));
    const { json } = await here.run(['import', `${here.path}/one.json`, '--by', 'ada']);
    const { runs } = (await here.run(['runs'])).json;
    const counts = { listed: 1, stored: 1, failed: 0 };
    expect(runs).toMatchObject([{ kind: 'import', status: 'complete', snapshot: json.snapshot, by: 'ada', counts }]);
    expect((await here.run(['runs', runs[0].id])).json).toMatchObject({ signed: true, trigger: 'manual' });
  });

  inDepth('is restored by its ID, into an empty Grafana, from an empty repository', async () => {
    await here.run(['backup']);
    await here.run(['export', `${here.path}/out`]);
    const before = (await resourcesOf('latest')).filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid);
    await rm(`${here.path}/repository`, { recursive: true });
    await rm(`${here.path}/state`, { recursive: true });
    here.grafana.wipe();
    const { json } = await here.run(['import', `${here.path}/out`]);
    const restore = ['restore', json.snapshot as string, '--kinds', 'folder,library-panel,dashboard'];
    const { json: plan } = await here.run(restore);
    const { json: restored } = await here.run([
      ...restore,
      '--apply',
      ...(plan.confirm === undefined ? [] : ['--confirm', plan.confirm as string]),
    ]);
    const results = (restored.results as { kind: string; uid: string; outcome: string }[]).filter(
      ({ kind, outcome }) => kind === 'dashboard' && outcome === 'verified',
    );
    expect(results.map(({ uid }) => uid).sort()).toEqual(before.sort());
  });

  it('never counts as a backup, for anything that goes by the latest one', async () => {
    await here.run(['backup', '--orgs', 'all']);
    const latest = (await here.run(['show', 'latest'])).json.id as string;
    await writeFile(`${here.path}/one.json`, JSON.stringify(dashboard('imported-one')));
    const imported = (await here.run(['import', `${here.path}/one.json`])).json.snapshot as string;
    expect((await here.run(['show', 'latest'])).json.id).toBe(latest);
    const { json: next } = await here.run(['backup', '--orgs', 'all']);
    expect(next.shrunk).toBeUndefined();
    expect((await here.run(['show', next.snapshot])).json.changes).toMatchObject({ added: 0, changed: 0, removed: 0 });
    // It goes on from the last backup: nothing is read again.
    expect((await here.run(['show', next.snapshot])).json.sinceFullRead).toBe(1);
    const { json: rows } = await here.run(['snapshots']);
    expect(rows.snapshots.find(({ id }: { id: string }) => id === imported)).toMatchObject({
      signed: true,
      trigger: 'drill',
      origin: { format: 'dashboards', name: 'one.json' },
      hold: { note: 'imported from one.json' },
    });
    const { json: forgotten } = await here.run(['forget', '--keep-last', '1']);
    expect(forgotten.kept.map(({ id }: { id: string }) => id)).toContain(imported);
    const { json: versions } = await here
      .run(['versions', 'dashboard/imported-one'])
      .catch(() => ({ json: { versions: [] } }));
    expect(versions.versions).toEqual([]);
  });

  it('is on hold although it is interrupted once its snapshot is there', async () => {
    await writeFile(`${here.path}/one.json`, JSON.stringify(dashboard('one')));
    const archive = await readArchive(`${here.path}/one.json`, { org: 1, inputs: new Map() });
    const [clock, randomness, stop] = [new TestClock(), new SeededRandomness(), new AbortController()];
    const store = new MemoryStore({ clock });
    const repository = await open({ store, clock, randomness });
    const put = store.put.bind(store);
    store.put = async (key, ...given) => {
      const written = await put(key, ...given);
      if (key.startsWith(SNAPSHOTS)) {
        stop.abort();
      }
      return written;
    };
    const ports = { repository, clock, randomness, version: 'test', log: silentLog };
    const asked = { id: newTimedId(clock.now(), randomness), signal: stop.signal };
    await importArchive(ports, archive, asked).catch(() => undefined);
    expect(await repository.snapshots()).toMatchObject([{ hold: { note: 'imported from one.json' } }]);
  });

  it('is no latest snapshot where there is no other', async () => {
    await writeFile(`${here.path}/one.json`, JSON.stringify(dashboard('one')));
    await here.run(['import', `${here.path}/one.json`]);
    await expect(here.run(['show', 'latest'])).rejects.toThrow('there is no snapshot');
  });

  it('has the form that earlier releases read', async () => {
    await writeFile(`${here.path}/one.json`, JSON.stringify(dashboard('one')));
    const { json } = await here.run(['import', `${here.path}/one.json`]);
    const { out } = await here.run(['show', json.snapshot]);
    // What they do not know, they leave out.
    const known = Manifest.omit({ origin: true }).parse(JSON.parse(out));
    expect(known).toMatchObject({ trigger: 'drill', format: 1, scope: { orgs: 'chosen', serverAdmin: false } });
    expect(known.kinds.folder?.code).toBe('not-asked-for');
  });

  it('reads the plain copies of Dashkeep and the classic script, and names the folders that they lack', async () => {
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    const { json } = await here.run(['import', `${here.path}/repository/grafana-backups`]);
    expect(json).toMatchObject({ status: 'partial', origin: { format: 'classic' } });
    expect(json.errors[0]).toMatchObject({ kind: 'folder', code: 'import-no-folder' });
    const bodies = (list: Partial<ManifestEntry>[]): unknown[] =>
      list
        .filter(({ kind, org: id }) => kind === 'dashboard' && id === 1)
        .map(({ uid, object, folderUid }) => [uid, object, folderUid]);
    expect(bodies(await resourcesOf(json.snapshot))).toEqual(bodies(await resourcesOf('latest')));
    const classic = { dashboard: dashboard('old'), meta: { folderUid: 'f', folderTitle: 'Folder', version: 3 } };
    await mkdir(`${here.path}/classic/grafana-backups`, { recursive: true });
    await writeFile(`${here.path}/classic/grafana-backups/dashboard-old.json`, JSON.stringify(classic));
    const { json: second } = await here.run(['import', `${here.path}/classic`]);
    expect(second.status).toBe('complete');
    expect(await resourcesOf(second.snapshot)).toMatchObject([
      { kind: 'folder', uid: 'f', title: 'Folder' },
      { kind: 'dashboard', uid: 'old', folder: 'Folder', facts: { version: 3 } },
    ]);
  });

  it('reads an archive of grafana-backup-tool, and names what it lacks', async () => {
    const stamp = '202611281200';
    const rule = { uid: 'r', title: 'R', folderUID: 'f', ruleGroup: 'G', orgID: 1, id: 7, condition: 'A', data: [] };
    const point = { uid: 'p', name: 'Hook', type: 'webhook', settings: { url: 'http://x', password: '[REDACTED]' } };
    const archive = tar({
      [`_OUTPUT_/folders/${stamp}/uid_f.folder`]: { id: 3, uid: 'f', title: 'Folder', version: 1 },
      [`_OUTPUT_/folders/${stamp}/uid_f.folder_permission`]: [{ role: 'Viewer', permission: 1 }],
      [`_OUTPUT_/dashboards/${stamp}/uid_d.dashboard`]: { dashboard: dashboard('d'), meta: { folderUid: 'f' } },
      [`_OUTPUT_/datasources/${stamp}/s.datasource`]: { id: 1, uid: 's', name: 'S', type: 'prometheus', jsonData: {} },
      [`_OUTPUT_/alert_rules/${stamp}/r.alert_rule`]: rule,
      [`_OUTPUT_/contact_points/${stamp}/contact_points.contact_point`]: [point],
      [`_OUTPUT_/notification_policies/${stamp}/x.notification_policys`]: { receiver: 'Hook', provenance: '' },
      [`_OUTPUT_/${'long/'.repeat(20)}${stamp}/panel.library_element`]: {
        uid: 'l',
        name: 'L',
        model: { type: 'text' },
      },
    });
    await writeFile(`${here.path}/${stamp}.tar.gz`, gzipSync(archive));
    const { json, exit } = await here.run(['import', `${here.path}/${stamp}.tar.gz`]);
    expect(exit).toBe(3);
    expect((json.errors as { kind: string; code: string }[]).map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'data-source import-listed-source',
      'alert-rule-group import-interval',
      'folder-permissions import-kind',
    ]);
    const resources = await resourcesOf(json.snapshot);
    expect(resources.map(({ kind, uid, folder }) => `${kind} ${uid} ${folder}`)).toEqual([
      'data-source s ',
      'folder f ',
      'library-panel l ',
      'dashboard d Folder',
      'contact-point Hook ',
      'notification-policy default ',
      'alert-rule-group f/G Folder',
    ]);
    await here.run(['backup']);
    const { json: diff } = await here.run(['diff', json.snapshot, 'latest']);
    const kinds = new Set((diff.added as { kind: string }[]).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['folder', 'dashboard']);
    expect((await here.run(['cat', json.snapshot, 'contact-point/Hook'])).out).not.toContain('REDACTED');
    const { json: plan } = await here.run(['restore', json.snapshot]);
    expect((plan.plan as { action: string }[]).every(({ action }) => action === 'create' || action === 'update')).toBe(
      true,
    );
  });

  it('fills the inputs of a dashboard from grafana.com, or names them', async () => {
    const shared = {
      ...dashboard('', 'Node Exporter'),
      uid: null,
      __inputs: [
        { name: 'DS_PROM', label: 'Prometheus', type: 'datasource', pluginId: 'prometheus' },
        { name: 'VAR_JOB', type: 'constant', value: 'node' },
      ],
      __elements: { lib: { name: 'Shared', uid: 'lib', kind: 1, model: { type: 'text' } } },
      __requires: [],
      panels: [
        { datasource: { type: 'prometheus', uid: '${DS_PROM}' }, targets: [{ expr: 'up{job="${VAR_JOB}"} ${other}' }] },
      ],
    };
    await writeFile(`${here.path}/1860.json`, JSON.stringify(shared));
    const open = await here.run(['import', `${here.path}/1860.json`]);
    expect(open.exit).toBe(3);
    expect(open.json.errors).toMatchObject([
      { kind: 'dashboard', code: 'import-inputs', params: { inputs: 'DS_PROM' } },
    ]);
    const { json } = await here.run(['import', `${here.path}/1860.json`, '--input', 'DS_PROM=prom-1']);
    expect(json.status).toBe('complete');
    const entries = await resourcesOf(json.snapshot);
    expect(entries).toMatchObject([
      { kind: 'library-panel', uid: 'lib' },
      { kind: 'dashboard', title: 'Node Exporter' },
    ]);
    const { out } = await here.run(['cat', json.snapshot, `dashboard/${entries[1]?.uid}`]);
    expect(JSON.parse(out)).toMatchObject({
      panels: [{ datasource: { uid: 'prom-1' }, targets: [{ expr: 'up{job="node"} ${other}' }] }],
    });
    expect(out).not.toContain('__inputs');
  });

  it.each([
    ['no JSON', '{"title": ', 'bad.json is not JSON'],
    ['no dashboard', '{"title": "x"}', 'bad.json contains no dashboard'],
    ['too deep', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'bad.json is not JSON'],
  ])('refuses %s, and writes nothing', async (_, text, message) => {
    await mkdir(`${here.path}/in`);
    await writeFile(`${here.path}/in/bad.json`, text);
    await writeFile(`${here.path}/in/good.json`, JSON.stringify(dashboard('good')));
    await expect(here.run(['import', `${here.path}/in`])).rejects.toThrow(message);
    await expect(readdir(`${here.path}/repository`)).rejects.toThrow('ENOENT');
  });

  it('refuses an export that lacks a file, and an archive that explodes or is cut short', async () => {
    await here.run(['backup', '--kinds', 'folder']);
    await here.run(['export', `${here.path}/out`]);
    await cp(`${here.path}/out`, `${here.path}/cut`, { recursive: true });
    const [path] = [...(await filesBelow(`${here.path}/cut`)).keys()].filter((one) => one.includes('/folders/'));
    await rm(`${here.path}/cut/${path}`);
    await expect(here.run(['import', `${here.path}/cut`])).rejects.toThrow('is listed in the index, but is missing');
    const mebibytes = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    // One archive can be several in a row.
    const bomb = Array.from({ length: 65 }, () => mebibytes);
    await writeFile(`${here.path}/bomb.tar.gz`, Buffer.concat(bomb));
    await expect(here.run(['import', `${here.path}/bomb.tar.gz`])).rejects.toThrow('larger than 512 MiB');
    const whole = gzipSync(Buffer.from('not tar'.repeat(1000)));
    await writeFile(`${here.path}/cut.tar.gz`, whole.subarray(0, whole.length - 10));
    await expect(here.run(['import', `${here.path}/cut.tar.gz`])).rejects.toThrow('not an intact');
    await writeFile(`${here.path}/long.tar.gz`, gzipSync(tar({ [`${'dashboards/'.repeat(1000)}x.json`]: {} })));
    await expect(here.run(['import', `${here.path}/long.tar.gz`])).rejects.toThrow('a file name of 11006 characters');
    await expect(here.run(['import', `${here.path}/nowhere`])).rejects.toThrow('ENOENT');
    expect((await here.run(['snapshots'])).json.snapshots).toHaveLength(1);
    expect(await readFile(`${here.path}/out/dashkeep-export.json`, 'utf8')).toContain('"as": "json"');
    expect((await call(here.grafana, 'admin:admin', 'GET /api/health')).status).toBe(200);
  });
});
