import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

export interface Installation {
  grafana: Simulator;
  /** Of the test; `out` below it does not exist yet. */
  path: string;
  run(args: string[], environment?: Record<string, string>): Promise<Ended>;
  close(): Promise<void>;
}

/** A Grafana with something of every kind, and a repository for it. */
export async function installation(): Promise<Installation> {
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.demoSeed();
  const { path, remove } = await memoryDirectory();
  const where = ['--target', `file://${path}/repository`, '--state-dir', `${path}/state`, '--json'];
  const credentials = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return {
    grafana,
    path,
    run: (args, environment = {}) => runCli([...args, ...where], { ...credentials, ...environment }),
    async close() {
      await grafana.close();
      await remove();
    },
  };
}

/** The files below a directory by their paths, in order. */
export async function filesBelow(directory: string): Promise<Map<string, string>> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = files.map(async (file) => [relative(directory, file), await readFile(file, 'utf8')] as const);
  return new Map((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The entries of a snapshot, without what differs between two snapshots of the same content. */
export async function resourcesIn(here: Installation, snapshot: string): Promise<Partial<ManifestEntry>[]> {
  const { json } = await here.run(['show', snapshot]);
  return (json.resources as ManifestEntry[]).map(({ revision: _, readAt: __, ...entry }) => entry);
}
