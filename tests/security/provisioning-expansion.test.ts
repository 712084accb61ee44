import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installation, type Installation } from '../export/harness.ts';
import { call } from '../simulator/http.ts';

/*
 * Grafana expands `$__file{…}` and `$__env{…}` in provisioning files. An Editor who can write an alert rule could have
 * a file of the server that reads an export shown in the rule.
 */

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
});
afterEach(() => here.close());

it('exports the dashboard of an alert rule as a literal', async () => {
  const dashboard = '$__file{/etc/grafana/ldap.toml}';
  const model = { type: 'math', expression: '1' };
  const rule = {
    ...{ uid: 'r', title: 'r', condition: 'A', for: '5m', noDataState: 'NoData', execErrState: 'Error', labels: {} },
    annotations: { __dashboardUid__: dashboard, __panelId__: '1' },
    data: [{ refId: 'A', datasourceUid: '__expr__', relativeTimeRange: { from: 600, to: 0 }, model }],
  };
  await call(here.grafana, 'admin:admin', 'POST /api/folders', { uid: 'f', title: 'F' });
  const group = { title: 'G', folderUid: 'f', interval: 60, rules: [rule] };
  const answer = await call(here.grafana, 'admin:admin', 'PUT /api/v1/provisioning/folder/f/rule-groups/G', group);
  expect(answer.status, answer.text).toBeLessThan(300);
  await here.run(['backup']);

  await here.run(['export', `${here.path}/out`, '--as', 'provisioning']);

  const text = await readFile(`${here.path}/out/alerting/Aurora.yaml`, 'utf8');
  expect(parse(text).groups[0].rules[0].dashboardUid).toBe(`$${dashboard}`);
});
