import { afterEach, expect, it } from 'vitest';
import { RawText, type Json } from '../../pkg/lib/json/json.ts';
import { parseJson } from '../../pkg/lib/json/parse.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import * as heavy from './support/heavy.ts';

/** An editor nests one of their resources as deep as Grafana takes it, or writes another text that is hard to read. */

/** Levels; Grafana takes ten thousand. */
const SIZES = [1, 1, 1, 3000];
const nested = (levels: number): Json => new RawText('['.repeat(levels) + ']'.repeat(levels));

const KINDS: [kind: string, seed: heavy.Seed, deep: string][] = [
  ['library-panel', heavy.libraryPanels, 'panel-3'],
  ['dashboard', heavy.dashboards, 'heavy-3'],
  ['dashboard-snapshot', heavy.snapshots, 'snapshot-3'],
  ['annotation', heavy.notes, 'too-large-'],
];

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it.each(KINDS)('%s: it is named, and all others are in the snapshot', async (kind, seed, deep) => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  seed(grafana, SIZES, nested);
  const args = ['backup', '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const environment = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() };
  const { exit, json } = await runCli([...args, '--json'], environment);
  expect(exit).toBe(3);
  expect(json.errors).toMatchObject([{ kind, uid: expect.stringContaining(deep) as string }]);
  expect(json.kinds[kind]).toMatchObject({ stored: 3, failed: 1 });
});

it('a text of millions of escapes is read', () => {
  const escapes = 6_000_000;
  const [text] = parseJson(`["${'\\n'.repeat(escapes)}\\"",1.0]`) as [string];
  expect(text.length).toBe(escapes + 1);
});
