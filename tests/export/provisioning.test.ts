import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { call } from '../simulator/http.ts';
import { filesBelow, installation, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
});
afterEach(() => here.close());

async function api(route: string, body?: unknown): Promise<void> {
  const answer = await call(here.grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

/** As Grafana reads a text of a provisioning file (pkg/services/provisioning/values). */
function expanded(text: string): string {
  return text
    .split('$$')
    .map((part) => part.replace(/\$(\{[^}]*\}|\w+)?/g, '<variable>'))
    .join('$');
}

const HOSTILE = 'costs $5 $$ $HOME ${PATH} $__env{HOME} 100$';

async function exported(sort: string): Promise<Record<string, Record<string, never>[]>> {
  return parse(await readFile(`${here.path}/out/${sort}/Aurora.yaml`, 'utf8')) as never;
}

describe('dashkeep export --as provisioning', () => {
  it('expands to what the snapshot holds, where Grafana expands variables, and only there', async () => {
    await api('POST /api/datasources', {
      name: HOSTILE,
      uid: 'money',
      type: 'prometheus',
      access: 'proxy',
      url: `http://example.com/${HOSTILE}`,
      jsonData: { nested: [{ text: HOSTILE, yes: 'yes', number: '12' }], $key: 1.5 },
      secureJsonData: { basicAuthPassword: 'hunter2-secret' },
    });
    await api('POST /api/folders', { uid: 'f', title: `a/b ${HOSTILE}` });
    await api('PUT /api/v1/provisioning/folder/f/rule-groups/G', {
      title: 'G',
      folderUid: 'f',
      interval: 60,
      rules: [
        {
          uid: 'r',
          title: HOSTILE,
          condition: 'A',
          for: '5m',
          noDataState: 'NoData',
          execErrState: 'Error',
          labels: { label: HOSTILE },
          annotations: { summary: HOSTILE },
          data: [
            {
              refId: 'A',
              queryType: '',
              relativeTimeRange: { from: 600, to: 0 },
              datasourceUid: '__expr__',
              model: { type: 'math', expression: HOSTILE, refId: 'A' },
            },
          ],
        },
      ],
    });
    await here.run(['backup']);
    const { json } = await here.run(['export', `${here.path}/out`, '--as', 'provisioning']);
    const source = (await exported('datasources'))['datasources']?.[0] as unknown as Record<string, string> & {
      jsonData: { nested: { text: string }[] };
      secureJsonData: Record<string, string>;
    };
    expect(expanded(source['name']!)).toBe(HOSTILE);
    expect(expanded(source['url']!)).toBe(`http://example.com/${HOSTILE}`);
    expect(source.jsonData).toEqual({
      nested: [{ text: source.jsonData.nested[0]?.text, yes: 'yes', number: '12' }],
      $key: 1.5,
    });
    expect(expanded(source.jsonData.nested[0]?.text ?? '')).toBe(HOSTILE);
    const [secret] = json.secrets as { variable: string }[];
    expect(secret).toEqual({
      variable: 'SECRET_COSTS_5_HOME_PATH_ENV_HOME_100_BASIC_AUTH_PASSWORD',
      org: 1,
      kind: 'data-source',
      uid: 'money',
      field: 'basicAuthPassword',
    });
    expect(source.secureJsonData).toEqual({ basicAuthPassword: `$${secret?.variable}` });
    const group = (await exported('alerting'))['groups']?.[0] as unknown as {
      folder: string;
      rules: { title: string; labels: object; annotations: object; data: { model: object }[] }[];
    };
    expect(expanded(group.folder)).toBe(`a\\/b ${HOSTILE}`);
    expect(expanded(group.rules[0]?.title ?? '')).toBe(HOSTILE);
    expect(group.rules[0]?.annotations).toEqual({ summary: HOSTILE });
    expect(group.rules[0]?.data[0]?.model).toMatchObject({ expression: HOSTILE });
    for (const [path, text] of await filesBelow(`${here.path}/out`)) {
      expect(text, path).not.toContain('hunter2-secret');
    }
  });

  it('keeps folders apart that have the same title, and says what it cannot hold', async () => {
    await api('POST /api/folders', { uid: 'a', title: 'A' });
    await api('POST /api/folders', { uid: 'top', title: 'Logs' });
    await api('POST /api/folders', { uid: 'below', title: 'Logs', parentUid: 'a' });
    for (const folderUid of ['top', 'below', '']) {
      const dashboard = { uid: `in-${folderUid}`, title: 'Same', schemaVersion: 39, panels: [] };
      await api('POST /api/dashboards/db', { dashboard, folderUid });
    }
    await here.run(['backup', '--kinds', 'folder,dashboard,team,folder-permissions']);
    const { json } = await here.run(['export', `${here.path}/out`, '--as', 'provisioning']);
    // Three folders and three dashboards; their permissions are left out.
    expect(json.resources).toBe(6);
    const providers = (await exported('dashboards'))['providers'] as unknown as Record<string, unknown>[];
    expect(providers.map(({ folder, folderUid }) => [folder, folderUid])).toEqual([
      ['A', 'a'],
      ['A / Logs', 'below'],
      ['Logs', 'top'],
      ['', undefined],
    ]);
    const paths = providers.map(({ options }) => (options as { path: string }).path);
    expect(new Set(paths).size).toBe(4);
    const files = await filesBelow(`${here.path}/out`);
    const dashboards = [...files.keys()].filter((path) => path.endsWith('Same.json'));
    expect(dashboards).toHaveLength(3);
    expect(json.lacks).toContainEqual(
      expect.objectContaining({
        kind: 'folder',
        uid: 'below',
        code: 'export-folder-flat',
        params: { title: 'A / Logs' },
      }),
    );
    expect(json.lacks).toContainEqual(expect.objectContaining({ kind: 'folder-permissions', code: 'export-kind' }));
  });
});
