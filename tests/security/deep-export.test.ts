import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesBelow, installation, type Installation } from '../export/harness.ts';
import { call } from '../simulator/http.ts';

/*
 * A file of an export has each value on its own line, indented. Anyone who can save a dashboard can nest values so
 * deep that the indentation alone is longer than any text can be.
 */

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
});
afterEach(() => here.close());

it('exports a dashboard with many values that are nested deep, and all others', async () => {
  const levels = 380;
  const nested = `${'['.repeat(levels)}${'1,'.repeat(800_000)}1${']'.repeat(levels)}`;
  for (const [uid, deep] of [
    ['deep', JSON.parse(nested) as unknown],
    ['plain', 0],
  ] as const) {
    const dashboard = { uid, title: uid, schemaVersion: 39, panels: [], deep };
    const answer = await call(here.grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard });
    expect(answer.status, answer.text.slice(0, 200)).toBe(200);
  }
  expect((await here.run(['backup', '--kinds', 'dashboard'])).json.status).toBe('complete');

  const { json } = await here.run(['export', `${here.path}/out`]);

  expect(json).toMatchObject({ resources: 2, lacks: [] });
  const files = [...(await filesBelow(`${here.path}/out`))];
  const [, text = ''] = files.find(([path]) => path.endsWith('deep.json')) ?? [];
  expect(JSON.stringify(JSON.parse(text))).toContain(nested);
});
