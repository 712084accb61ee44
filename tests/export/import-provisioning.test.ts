import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { installation, resourcesIn, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
  here.grafana.seedDashboards({ count: 5, folders: 2 });
});
afterEach(() => here.close());

it('reads a provisioning directory, such as an export, without the values of secrets', async () => {
  const source = {
    name: 'Costs $5',
    uid: 'money',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://example.com/$$',
    jsonData: { text: '$HOME' },
    secureJsonData: { basicAuthPassword: 'hunter2-secret' },
  };
  expect((await call(here.grafana, 'admin:admin', 'POST /api/datasources', source)).status).toBe(200);
  await here.run(['backup', '--kinds', 'folder,dashboard,data-source']);
  await here.run(['export', `${here.path}/out`, '--as', 'provisioning']);
  const { json } = await here.run(['import', `${here.path}/out`]);
  expect(json).toMatchObject({ status: 'complete', origin: { format: 'provisioning' } });
  const { json: diff } = await here.run(['diff', 'latest', json.snapshot]);
  // Provisioning has no nested folders; and a data source has one more member in a real Grafana.
  expect([diff.added, diff.removed]).toEqual([[], []]);
  expect((diff.changed as { kind: string }[]).map(({ kind }) => kind)).toEqual(['data-source', 'folder']);
  const stored = JSON.parse((await here.run(['cat', 'latest', 'data-source/money'])).out) as object;
  const brought = JSON.parse((await here.run(['cat', json.snapshot, 'data-source/money'])).out) as object;
  expect(brought).toEqual({ ...stored, apiVersion: '' });
  const foreign = {
    datasources: [
      { name: 'Given', type: 'loki', url: '$LOKI_URL', secureJsonData: { token: 'hunter2-secret' } },
      { name: 'Other', type: 'loki', orgId: 2 },
    ],
    contactPoints: [
      {
        name: 'Hook',
        receivers: [{ uid: 'x', type: 'webhook', settings: { url: 'http://x', password: 'hunter2-$WORD' } }],
      },
      { name: 'New', receivers: [{ uid: 'y', type: 'carrier-pigeon', settings: { loft: 4, apiKey: 'hunter2' } }] },
    ],
    groups: [
      {
        name: 'G',
        folder: 'Shop',
        interval: '1h30m',
        rules: [
          {
            uid: 'r',
            title: 'R',
            condition: 'A',
            for: '5m',
            dashboardUid: 'd',
            panelId: 7,
            annotations: { summary: '$5 and $$' },
            data: [{ refId: 'A', datasourceUid: 'p', model: { expr: '$x' } }],
          },
        ],
      },
    ],
  };
  await mkdir(`${here.path}/etc/datasources`, { recursive: true });
  await writeFile(`${here.path}/etc/datasources/all.yaml`, JSON.stringify(foreign));
  const { json: second } = await here.run(['import', `${here.path}/etc`]);
  expect((second.errors as { kind: string; code: string }[]).map(({ kind, code }) => `${kind} ${code}`)).toEqual([
    'data-source import-variables',
  ]);
  const [entry, folder, ...others] = await resourcesIn(here, second.snapshot);
  expect(folder).toMatchObject({ kind: 'folder', title: 'Shop' });
  expect(others.map(({ kind, title, folder: above }) => `${kind} ${title} ${above}`)).toEqual([
    'contact-point Hook ',
    'contact-point New ',
    'alert-rule-group G Shop',
  ]);
  const group = await here.run(['cat', second.snapshot, `alert-rule-group/${folder?.uid}/G`]);
  expect(JSON.parse(group.out)).toMatchObject({
    interval: 5400,
    rules: [
      {
        annotations: { __dashboardUid__: 'd', __panelId__: '7', summary: '$5 and $$' },
        data: [{ relativeTimeRange: { from: 0, to: 0 }, model: { expr: '$x' } }],
      },
    ],
  });
  const hook = await here.run(['cat', second.snapshot, 'contact-point/Hook']);
  const unknown = await here.run(['cat', second.snapshot, 'contact-point/New']);
  expect(JSON.parse(hook.out).integrations).toMatchObject([
    { settings: { url: 'http://x' }, secureFields: ['password'] },
  ]);
  expect(JSON.parse(unknown.out).integrations).toMatchObject([{ settings: { loft: 4 }, secureFields: ['apiKey'] }]);
  expect(hook.out + unknown.out).not.toContain('hunter2');
  const { out } = await here.run(['cat', second.snapshot, `data-source/${entry?.uid}`]);
  expect(JSON.parse(out)).toMatchObject({ name: 'Given', url: '$LOKI_URL', secureJsonFields: { token: true } });
  expect(out).not.toContain('hunter2');
});
