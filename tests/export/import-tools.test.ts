import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { installation, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
});
afterEach(() => here.close());

/** Writes the files of a tool, in the form that its release wrote for Grafana 12.4. */
async function tree(files: Record<string, unknown>): Promise<string> {
  const root = `${here.path}/archive`;
  for (const [path, document] of Object.entries(files)) {
    await mkdir(dirname(`${root}/${path}`), { recursive: true });
    await writeFile(`${root}/${path}`, JSON.stringify(document));
  }
  return root;
}

interface Brought {
  format: string;
  snapshot: string;
  /** `org kind uid folder` of each resource. */
  resources: string[];
  /** `kind uid code` of each missing resource. */
  missing: string[];
}

async function bring(root: string, ...args: string[]): Promise<Brought> {
  const { json } = await here.run(['import', root, ...args]);
  const { resources } = (await here.run(['show', json.snapshot])).json as { resources: ManifestEntry[] };
  return {
    format: json.origin.format,
    snapshot: json.snapshot,
    resources: resources.map(({ org, kind, uid, folder }) => `${org} ${kind} ${uid} ${folder}`.trim()),
    missing: (json.errors as ManifestEntry[]).map(
      ({ kind, uid, ...one }) => `${kind} ${uid} ${Reflect.get(one, 'code')}`,
    ),
  };
}

async function body(snapshot: string, name: string): Promise<Record<string, unknown>> {
  const { out } = await here.run(['cat', snapshot, name]);
  expect(out).not.toContain('secret-of');
  return JSON.parse(out) as Record<string, unknown>;
}

const dashboard = (uid: string): object => ({ uid, title: uid, schemaVersion: 39, panels: [] });
const rule = {
  uid: 'r',
  title: 'R',
  folderUID: 'f2',
  ruleGroup: 'G',
  condition: 'A',
  for: '5m0s',
  data: [{ refId: 'A' }],
};

describe('dashkeep import', () => {
  it('keeps no secret beside the settings of a contact point, and none of an unknown type', async () => {
    const root = await tree({
      'contact_points/a.contact_points': [
        { uid: 'a', name: 'A', type: 'slack', settings: { title: 'x' }, secureSettings: { url: 'secret-of a' } },
        { uid: 'b', name: 'B', type: 'constructor', settings: { token: 'secret-of b' }, secureFields: ['secret-of b'] },
      ],
    });
    const { snapshot } = await bring(root);
    expect(await body(snapshot, 'contact-point/A')).toMatchObject({ integrations: [{ secureFields: ['url'] }] });
    expect(await body(snapshot, 'contact-point/B')).toMatchObject({ integrations: [{ secureFields: ['token'] }] });
  });

  it('restores everything of an archive that names no organization', async () => {
    const { snapshot } = await bring(await tree({ 'dashboards/raw.json': dashboard('d') }));
    here.grafana.wipe();
    const plan = ['restore', snapshot, '--everything'];
    const { confirm } = (await here.run(plan)).json as { confirm?: string };
    const { exit, json } = await here.run([
      ...plan,
      '--apply',
      ...(confirm === undefined ? [] : ['--confirm', confirm]),
    ]);
    expect(json.results).toMatchObject([{ kind: 'dashboard', uid: 'd', outcome: 'verified' }]);
    expect(exit).toBe(0);
  });

  it('leaves no organization of an archive unmentioned where several have no name', async () => {
    const { snapshot } = await bring(
      await tree({
        'dashboards/org_1_Main_Org/raw/export-metadata.json': { kind: 'grafana-utils-dashboard-export-index' },
        'dashboards/org_1_Main_Org/raw/General/A__a.json': dashboard('a'),
        'dashboards/org_2_Second/raw/General/B__b.json': dashboard('b'),
      }),
    );
    here.grafana.wipe();
    const plan = ['restore', snapshot, '--everything'];
    const { json: planned } = await here.run(plan);
    const { confirm } = planned as { confirm?: string };
    const { exit, json } = await here.run([
      ...plan,
      '--apply',
      ...(confirm === undefined ? [] : ['--confirm', confirm]),
    ]);
    const outcomes = (json.results as { org: number; kind: string; outcome: string }[]).map(
      ({ org, kind, outcome }) => `${org} ${kind} ${outcome}`,
    );
    expect([exit, outcomes.sort()]).toEqual([3, ['1 dashboard verified']]);
    const left = (json.plan as { org: number; kind: string; action: string; reason: string }[]).filter(
      ({ org }) => org === 2,
    );
    expect(left.map(({ kind, action }) => [kind, action]).sort()).toEqual([
      ['dashboard', 'blocked'],
      ['org', 'blocked'],
    ]);
    expect(left.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('--map-org 2=<id>'));
    const mapped = await here.run(['restore', snapshot, '--map-org', '2=1']);
    expect(mapped.json.plan).toContainEqual(
      expect.objectContaining({ org: 2, uid: 'b', action: 'create', targetOrg: 1 }),
    );
  });

  it('reads the output of gdg, each organization with its ID, and keeps no secret', async () => {
    const org = 'data/org_main-org';
    const root = await tree({
      'data/organizations/main-org.json': { organization: { id: 1, name: 'Main Org.' } },
      'data/organizations/second.json': { organization: { id: 4, name: 'Second' } },
      [`${org}/folders/A+%2F+B.json`]: { uid: 'f1', title: 'A / B', NestedPath: 'A+%2F+B' },
      [`${org}/folders/A+%2F+B/C.json`]: { uid: 'f2', title: 'C', folderUid: 'f1', NestedPath: 'A+%2F+B/C' },
      [`${org}/dashboards/General/root.json`]: dashboard('root'),
      [`${org}/dashboards/A+%2F+B/C/deep.json`]: dashboard('deep'),
      'data/org_second/dashboards/C/other.json': dashboard('other'),
      [`${org}/connections/p.json`]: { uid: 'p', name: 'P', type: 'prometheus', jsonData: {}, typeName: 'Prometheus' },
      [`${org}/libraryelements/General/l.json`]: { Entity: { uid: 'l', name: 'L', model: {}, folderUid: 'f1' } },
      [`${org}/teams/t/team.json`]: { id: 5, name: 'T', email: '' },
      [`${org}/teams/t/members.json`]: [{ teamId: 5, login: 'ada', email: 'ada@x', permission: 4 }],
      [`${org}/alerting-rules/A+%2F+B/C/r.json`]: { ...rule, NestedPath: 'A+%2F+B/C' },
      [`${org}/alerting/contacts.json`]: [
        { name: 'Ops', receivers: [{ uid: 's', type: 'slack', settings: { url: 'secret-of-slack', title: 'x' } }] },
      ],
      [`${org}/alerting/policies.json`]: { receiver: 'Ops', routes: null },
      [`${org}/alerting/timings.json`]: [{ name: 'nights', time_intervals: [{ years: null }] }],
      [`${org}/alerting/templates.json`]: [{ name: 't', template: '{{ x }}', version: 'v' }],
      [`${org}/folders-permissions/a.json`]: [],
    });
    const { format, snapshot, resources, missing } = await bring(root);
    expect(format).toBe('gdg');
    expect(resources.map((one) => one.replace(/imported-\w+/, 'new'))).toEqual([
      '1 team T',
      '1 data-source p',
      '1 folder f1',
      '1 folder f2 A / B',
      '1 library-panel l A / B',
      '1 dashboard deep A / B / C',
      '1 dashboard root',
      '1 notification-template t',
      '1 mute-timing nights',
      '1 contact-point Ops',
      '1 notification-policy default',
      '1 alert-rule-group f2/G A / B / C',
      '4 folder new',
      '4 dashboard other C',
    ]);
    expect(missing.map((one) => one.replace(/imported-\w+/, 'new'))).toEqual([
      'data-source p import-listed-source',
      'alert-rule-group f2/G import-interval',
      'folder-permissions  import-kind',
      'folder new import-folder-title',
    ]);
    expect(await body(snapshot, 'contact-point/Ops')).toMatchObject({
      integrations: [{ settings: { title: 'x' }, secureFields: ['url'] }],
    });
    expect(await body(snapshot, 'notification-policy/default')).toEqual({ receiver: 'Ops' });
    expect(await body(snapshot, 'team/T')).toMatchObject({ members: [{ login: 'ada', permission: 'Admin' }] });
    expect(await body(snapshot, 'alert-rule-group/f2/G')).toMatchObject({
      rules: [{ for: '5m', isPaused: false, data: [{ queryType: '', relativeTimeRange: { from: 0, to: 0 } }] }],
    });
  });

  it('refuses several gdg organizations without IDs, but imports each separately', async () => {
    const root = await tree({
      'org_a/dashboards/General/x.json': dashboard('x'),
      'org_b/dashboards/General/x.json': dashboard('x'),
      'org_b/connections/old.json': { uid: 'p', name: 'Old', jsonData: {} },
      'org_b/connections/renamed.json': { uid: 'p', name: 'Renamed', jsonData: {} },
    });
    await expect(here.run(['import', root])).rejects.toThrow('IDs of the organizations a, b are missing');
    const { resources, missing } = await bring(`${root}/org_b`, '--org', '3');
    expect(resources).toEqual(['3 data-source p', '3 dashboard x']);
    expect(missing).toContain('data-source p import-twice');
    await mkdir(`${root}/organizations`);
    await writeFile(`${root}/organizations/a.json`, JSON.stringify({ organization: { id: -1, name: 'Odd' } }));
    await expect(here.run(['import', root])).rejects.toThrow("organization 'Odd' has no valid ID");
  });

  it('reads trees of grafana-util', async () => {
    const wrapped = (kind: string, spec: object): object => ({ schemaVersion: 1, kind: `grafana-${kind}`, spec });
    const root = await tree({
      'dashboards/export-metadata.json': { kind: 'grafana-utils-dashboard-export-index' },
      'dashboards/raw/folders.json': [
        { uid: 'f1', title: 'Pay / "cards" & more', parentUid: '' },
        { uid: 'f2', title: 'Twice', parentUid: '' },
        { uid: 'f3', title: 'Twice', parentUid: 'f1' },
      ],
      'dashboards/raw/index.json': [],
      'dashboards/raw/datasources.json': [{ uid: 'no', name: 'no' }],
      'dashboards/raw/Pay_cards_more/X__x.json': dashboard('x'),
      'dashboards/raw/Twice/Y__y.json': dashboard('y'),
      'dashboards/raw/General/Z__z.json': dashboard('z'),
      'dashboards/prompt/General/Z__z.json': dashboard('z'),
      'datasources/datasources.json': [
        { uid: 'p', name: 'P', type: 'loki', isDefault: 'true', org: 'Main', orgId: '1' },
      ],
      'alerts/raw/rules/f2/G/R__r.json': wrapped('alert-rule', rule),
      'alerts/raw/contact-points/Ops/a.json': wrapped('contact-point', {
        uid: 'a',
        name: 'Ops',
        type: 'webhook',
        settings: { url: 'http://x', password: '[REDACTED]' },
      }),
      'alerts/raw/contact-points/Ops/b.json': wrapped('contact-point', { uid: 'b', name: 'Ops', type: 'email' }),
      'alerts/raw/policies/notification-policies.json': wrapped('notification-policies', { receiver: 'Ops' }),
      'access/teams.json': { records: [] },
    });
    const { format, snapshot, resources, missing } = await bring(root);
    expect(format).toBe('grafana-util');
    expect(resources).toEqual([
      '1 data-source p',
      '1 folder f1',
      '1 folder f2',
      '1 folder f3 Pay / "cards" & more',
      '1 dashboard x Pay / "cards" & more',
      '1 dashboard y',
      '1 dashboard z',
      '1 contact-point Ops',
      '1 notification-policy default',
      '1 alert-rule-group f2/G Twice',
    ]);
    expect(missing).toEqual([
      'data-source p import-bare-source',
      'dashboard y import-place',
      'alert-rule-group f2/G import-interval',
      'team  import-kind',
    ]);
    expect(await body(snapshot, 'data-source/p')).toMatchObject({ isDefault: true, jsonData: {} });
    expect((await body(snapshot, 'contact-point/Ops'))['integrations']).toHaveLength(2);
  });

  it('reads the directory of wizzy, but not the password in it', async () => {
    const root = await tree({
      'conf/wizzy.json': { config: { grafana: { password: 'secret-of-wizzy' } } },
      'dashboards/General/root.json': dashboard('root'),
      'dashboards/Shop/one.json': dashboard('one'),
      'dashboards/Shop/two.json': dashboard('two'),
      'datasources/P.json': { uid: 'p', name: 'P', type: 'prometheus', jsonData: {} },
      'orgs/1.json': { id: 1, name: 'Main Org.' },
    });
    const { format, resources, missing } = await bring(root);
    expect(format).toBe('wizzy');
    expect(resources.slice(2)).toEqual(['1 dashboard one Shop', '1 dashboard root', '1 dashboard two Shop']);
    expect(missing.map((one) => one.replace(/imported-\w+/, 'new'))).toEqual([
      'data-source p import-listed-source',
      'folder new import-folder-title',
      'org  import-kind',
    ]);
  });

  it('reads archives of az grafana, which may contain annotations twice', async () => {
    const annotation = { id: 3, dashboardUID: 'd', time: 5, timeEnd: 5, tags: ['a'], text: 'deployed' };
    const root = await tree({
      'folders/1/f.folder': { uid: 'f', title: 'F' },
      'folders/1/f.folder_permission': { uid: 'f' },
      'dashboards/1/d.dashboard': { dashboard: dashboard('d'), meta: { folderUid: 'f' } },
      'library_panels/1/l.library_panel': { uid: 'l', name: 'L', model: {} },
      'annotations/1/3.annotation': annotation,
      'annotations/1/4.annotation': { ...annotation, id: 4 },
      'annotations/2/3.annotation': annotation,
      'annotations/1/9.annotation': { ...annotation, id: 9, alertId: 2 },
      'snapshots/1/s.snapshot': {},
    });
    const { format, resources, missing } = await bring(root);
    expect(format).toBe('grafana-backup-tool');
    expect(resources.map((one) => one.replace(/[\da-f]{32}/, 'KEY'))).toEqual([
      '1 folder f',
      '1 library-panel l',
      '1 dashboard d F',
      '1 annotation KEY',
      '1 annotation KEY-2',
    ]);
    expect(missing).toEqual(['folder-permissions  import-kind', 'dashboard-snapshot  import-kind']);
  });
});
