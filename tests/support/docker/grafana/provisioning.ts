import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import { addDataSource } from '../../grafana/seed/data-source.ts';
import { provisionDashboard } from '../../grafana/seed/provisioned.ts';
import type { GrafanaState } from '../../grafana/state.ts';
import type { ProxiedApp } from '../../preview/pluginProxy.ts';

export interface Manifest {
  id: string;
  name: string;
  info: { version: string };
  routes?: ProxiedApp['routes'];
}

interface ProvisionedApp {
  type: string;
  org_id?: number;
  disabled?: boolean;
  jsonData?: JsonObject;
  secureJsonData?: Record<string, string>;
}

interface ProvisionedSource {
  name: string;
  uid: string;
  type: string;
  url: string;
  isDefault?: boolean;
}

interface Provider {
  name: string;
  options: { path: string };
}

/**
 * Brings in what Grafana would find at its start: installed apps, their settings, data sources, dashboards from files.
 * @returns the manifests of the installed apps by id
 * @throws when settings name an app that isn't installed, as Grafana does
 */
export async function provision(
  state: GrafanaState,
  provisioning: string,
  plugins: string,
): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  state.plugins.delete('dashkeep-backup-app');
  for (const folder of await entriesOf(plugins)) {
    const manifest = JSON.parse(await readFile(join(plugins, folder, 'plugin.json'), 'utf8')) as Manifest;
    const { id, name, info } = manifest;
    manifests.set(id, manifest);
    state.plugins.set(id, { id, name, type: 'app', version: info.version, autoEnabled: false });
  }
  for (const app of await listed<ProvisionedApp>(join(provisioning, 'plugins'), 'apps')) {
    if (!manifests.has(app.type)) {
      throw new Error(`plugin not installed: ${app.type}`);
    }
    state.org(app.org_id ?? 1).pluginSettings.set(app.type, {
      enabled: app.disabled !== true,
      pinned: true,
      jsonData: app.jsonData ?? {},
      secureJsonData: app.secureJsonData ?? {},
    });
  }
  for (const source of await listed<ProvisionedSource>(join(provisioning, 'datasources'), 'datasources')) {
    addSource(state, source);
  }
  for (const { name, options } of await listed<Provider>(join(provisioning, 'dashboards'), 'providers')) {
    await addDashboards(state, name, options.path);
  }
  return manifests;
}

/** The certificates in a folder. */
export async function authorities(folder: string): Promise<string[]> {
  const files = (await entriesOf(folder)).filter((name) => name.endsWith('.crt'));
  return Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
}

/** What is in a folder, where it exists: Grafana starts without it, too. */
async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  });
}

/** Entries of all files of a folder, `$NAME` replaced by the environment's value as Grafana does. */
async function listed<Entry>(folder: string, key: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await entriesOf(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    const filled = text.replace(/\$(?:(\w+)|\{(\w+)\})/g, (_, bare?: string, braced?: string) => {
      return process.env[bare ?? braced ?? ''] ?? '';
    });
    entries.push(...((parse(filled) as Record<string, Entry[]>)[key] ?? []));
  }
  return entries;
}

function addSource(state: GrafanaState, given: ProvisionedSource): void {
  addDataSource(state, state.org(1), { readOnly: true, ...given });
}

async function addDashboards(state: GrafanaState, provider: string, path: string): Promise<void> {
  for (const file of await readdir(path)) {
    const spec = JSON.parse(await readFile(join(path, file), 'utf8')) as JsonObject;
    provisionDashboard(state, state.org(1), { provider, file: join(path, file), spec });
  }
}
