import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import * as heavy from './support/heavy.ts';
import { program } from '../support/program.ts';
import { depth, variants } from '../support/budget.ts';

/**
 * An editor makes things so large that a page of them, or one alone, does not fit into the memory. The service and the
 * Jobs of the chart have a heap of 384 MiB.
 */
const deep = depth() === 'all';
/** With a smaller heap, fewer things do. */
const HEAP = `--max-old-space-size=${deep ? 384 : 96}`;

let file: string;
let grafana: Simulator;
let directory: string;

beforeAll(async () => {
  file = await program();
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
  grafana = await startGrafana({ profile: '12.4', ...options });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-heavy-'));
  grafana.seedDashboards({ count: 5, folders: 2, bytes: 3000 });
}

interface Ended {
  exit: number | null;
  error: string;
  /** What `--json` prints; undefined when there is no snapshot. */
  snapshot?: {
    errors: { kind: string; uid: string; title?: string; code: string }[];
    kinds: Record<string, { listed: number; stored: number; code?: string }>;
  };
}

function backUp(): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [HEAP, file, 'backup', '--json'], { env }, (_, out, error) =>
      resolve({ exit: child.exitCode, error, ...(out === '' ? {} : { snapshot: JSON.parse(out) as never }) }),
    );
  });
}

const many = (count: number, megabytes: number): number[] => Array.from({ length: count }, () => megabytes);

/** A kind, what is in it, its last one being too large by itself; and what it is called. */
const LARGE_PAGES: [string, heavy.Seed, heavy.Ballast, number[], string?, Partial<SimulatorOptions>?][] = [
  [
    'library-panel',
    heavy.libraryPanels,
    heavy.dense,
    deep ? [...many(40, 0.5), 6] : [...many(20, 0.3), 2],
    deep ? 'panel-40' : 'panel-20',
    { gzip: true },
  ],
  ['library-panel', heavy.libraryPanels, heavy.text, [...many(100, 2), 60], 'panel-100'],
  ['dashboard', heavy.dashboards, heavy.text, [...many(10, 2), 60], 'heavy-10', { pageBytes: 1e9 }],
  ['playlist', heavy.playlists, heavy.wide, [...many(60, 2), 60], 'playlist-60', { pageBytes: 1e9 }],
  ['alert-rule-group', heavy.alertRules, heavy.dense, [...many(40, 0.5), 6], 'alerts/group-40'],
  ['dashboard-snapshot', heavy.snapshots, heavy.dense, [...many(16, 1), 6], 'snapshot-16'],
  ['annotation', heavy.annotations, heavy.text, [...many(40, 0.9), 2], 'too-large-'],
];

describe('what an editor makes too large for the memory', () => {
  it.each(variants(LARGE_PAGES))('%s, page by page (%#)', async (kind, seed, ballast, sizes, tooLarge, options) => {
    await start(options);
    seed(grafana, sizes, ballast);
    const { exit, error, snapshot } = await backUp();
    expect(error).not.toContain('heap');
    expect(exit).toBe(tooLarge === undefined ? 0 : 3);
    const named = snapshot?.errors.map(({ kind, uid }) => `${kind} ${uid}`);
    expect(named).toEqual(tooLarge === undefined ? [] : [expect.stringContaining(`${kind} ${tooLarge}`)]);
    const others = sizes.length + (kind === 'dashboard' ? 5 : 0) - (named?.length ?? 0);
    expect(snapshot?.kinds[kind]).toMatchObject({ stored: others });
    expect(snapshot?.kinds['dashboard']?.stored).toBeGreaterThanOrEqual(5);
  });

  it('in a list without pages: the kind is named, the rest is stored', async () => {
    await start();
    heavy.contactPoints(grafana, many(deep ? 60 : 20, 0.5), heavy.dense);
    const { exit, error, snapshot } = await backUp();
    expect(error).not.toContain('heap');
    expect(exit).toBe(3);
    expect(snapshot?.errors).toMatchObject([{ kind: 'contact-point', uid: '', code: 'too-large' }]);
    expect(snapshot?.kinds['dashboard']).toMatchObject({ stored: 5 });
  });

  it.runIf(deep)('in titles and names, which the list of all resources holds', async () => {
    await start();
    heavy.titledPlaylists(grafana, many(12, 4), heavy.text);
    heavy.namedTemplates(grafana, [...many(3, 2), 0], heavy.text);
    const { exit, snapshot } = await backUp();
    expect(exit).toBe(3);
    expect(snapshot?.errors).toMatchObject([{ kind: 'notification-template', count: 3, code: 'name-too-long' }]);
    expect(snapshot?.kinds).toMatchObject({ playlist: { stored: 12 }, 'notification-template': { stored: 1 } });
    const [path = ''] = await readdir(join(directory, 'repository', 'snapshots'), { recursive: true }).then((names) =>
      names.filter((name) => name.endsWith('.json.gz')),
    );
    const manifest = gunzipSync(await readFile(join(directory, 'repository', 'snapshots', path)));
    expect(manifest.length).toBeLessThan(100_000);
  });

  it.runIf(deep)('of several kinds at the same time', async () => {
    await start({ pageBytes: 1e9 });
    heavy.libraryPanels(grafana, many(25, 0.5), heavy.dense);
    heavy.playlists(grafana, many(20, 1), heavy.wide);
    heavy.alertRules(grafana, many(25, 0.5), heavy.dense);
    heavy.snapshots(grafana, many(20, 0.5), heavy.dense);
    heavy.dashboards(grafana, many(5, 1), heavy.dense);
    const { exit, error, snapshot } = await backUp();
    expect(error).not.toContain('heap');
    expect(exit).toBe(0);
    expect(snapshot?.errors).toEqual([]);
  });
});
