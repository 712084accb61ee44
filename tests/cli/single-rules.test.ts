import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

function dashkeep(...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const admin = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runCli([...args, ...where], { ...admin, GRAFANA_URL: grafana.url });
}

async function api(route: string, body?: unknown): Promise<unknown> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const PATH = '/api/v1/provisioning/folder/team/rule-groups/checkout';

async function put(...rules: [uid: string, pending: string][]): Promise<void> {
  const made = rules.map(([uid, pending]) => ({
    ...{ uid, title: `Rule ${uid}`, condition: 'A', noDataState: 'OK', execErrState: 'Error', for: pending },
    data: [{ refId: 'A', datasourceUid: '__expr__', relativeTimeRange: { from: 600, to: 0 }, model: { refId: 'A' } }],
  }));
  await api(`PUT ${PATH}`, { title: 'checkout', folderUid: 'team', interval: 60, rules: made });
}

const backUp = async (): Promise<string> => (await dashkeep('backup', '--json')).json.snapshot as string;
const what = ({ json }: Ended): string[] => json.versions.map((version: { what: string }) => version.what);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  await api('POST /api/folders', { uid: 'team', title: 'Team' });
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

describe('single alert rules at the command line', () => {
  it('are listed and printed', async () => {
    await put(['slow', '1m'], ['down', '2m']);
    await backUp();
    const { out } = await dashkeep('show', 'latest', '--rules');
    expect(out).toMatch(/1 +alert-rule +slow +Rule slow +team\/checkout/);
    const { json } = await dashkeep('show', 'latest', '--rules', '--json');
    expect(json.rules).toEqual([
      { org: 1, kind: 'alert-rule', uid: 'slow', title: 'Rule slow', group: 'team/checkout' },
      { org: 1, kind: 'alert-rule', uid: 'down', title: 'Rule down', group: 'team/checkout' },
    ]);
    expect((await dashkeep('show', 'latest', '--json')).json).not.toHaveProperty('rules');
    const printed = JSON.parse((await dashkeep('cat', 'latest', 'alert-rule/down')).out) as object;
    expect(printed).toMatchObject({ uid: 'down', for: '2m' });
    await expect(dashkeep('cat', 'latest', 'alert-rule/nobody')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  });

  it('have versions: those of their group in which they changed', async () => {
    await put(['slow', '1m']);
    const first = await backUp();
    await put(['slow', '1m'], ['down', '2m']);
    await backUp();
    await put(['slow', '9m'], ['down', '2m']);
    const third = await backUp();
    await put(['slow', '9m'], ['down', '5m']);
    await backUp();
    await put(['down', '5m']);
    const fifth = await backUp();

    const slow = await dashkeep('versions', 'alert-rule/slow', '--json');
    expect(slow.json).toMatchObject({ org: 1, kind: 'alert-rule', uid: 'slow', total: 3 });
    expect(what(slow)).toEqual(['deleted', 'changed', 'first-seen']);
    expect(slow.json.versions).toMatchObject([
      { snapshots: { first: fifth, count: 1 } },
      { title: 'Rule slow', snapshots: { first: third, count: 2 }, changes: [{ code: 'rule-for' }] },
      { snapshots: { first, count: 2 } },
    ]);
    const down = await dashkeep('versions', 'alert-rule/down', '--json');
    expect(what(down)).toEqual(['changed', 'created']);
    expect(down.json.versions[0].changes).toMatchObject([{ params: { rule: 'Rule down', before: '2m', after: '5m' } }]);
    await expect(dashkeep('versions', 'alert-rule/nobody')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  });

  it('are restored alone, by their uid', async () => {
    await put(['slow', '1m'], ['down', '2m']);
    await backUp();
    await put(['down', '5m'], ['slow', '9m']);
    const plan = await dashkeep('restore', 'latest', '--only', 'alert-rule/slow', '--overwrite');
    expect(plan.out).toContain('only 1 of its rules: Rule slow; the others are kept as they are');
    const done = await dashkeep('restore', 'latest', '--only', 'alert-rule/slow', '--overwrite', '--apply', '--json');
    expect(done.json.plan).toMatchObject([{ uid: 'team/checkout', rules: [{ uid: 'slow', title: 'Rule slow' }] }]);
    const { rules } = (await api(`GET ${PATH}`)) as { rules: { uid: string; for: string }[] };
    expect(rules.map(({ uid, for: pending }) => `${uid} ${pending}`)).toEqual(['down 5m', 'slow 1m']);
  });
});
