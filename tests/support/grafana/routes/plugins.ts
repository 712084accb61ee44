import { objectAt, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import { can } from '../access.ts';
import type { Call } from '../http/call.ts';
import type { InstalledPlugin, PluginSettings } from '../model/content.ts';
import { problem } from '../http/problems.ts';
import type { Router } from '../http/router.ts';
import { fileOf, followState, listedDashboards } from '../plugin-dashboards.ts';
import { storedNames } from './data-sources.ts';

export function pluginRoutes(router: Router): void {
  router.on('GET /api/plugins', (call) =>
    listed(call).map((plugin) => {
      const { enabled, pinned } = settingsOf(call, plugin);
      return {
        id: plugin.id,
        name: plugin.name,
        type: plugin.type,
        enabled,
        pinned,
        info: { version: plugin.version },
        latestVersion: '',
        hasUpdate: false,
        signature: plugin.signature ?? 'unsigned',
        signatureType: plugin.signature === 'valid' ? 'grafana' : '',
        signatureOrg: plugin.signature === 'valid' ? 'Grafana Labs' : '',
        state: '',
      };
    }),
  );
  router.on('GET /api/plugins/:id/settings', (call) => {
    const plugin = find(call, 'Plugin not found, no installed plugin with that id');
    const { secureJsonData, ...settings } = settingsOf(call, plugin);
    return {
      name: plugin.name,
      type: plugin.type,
      id: plugin.id,
      autoEnabled: plugin.autoEnabled,
      ...settings,
      enabled: plugin.type === 'app' && settings.enabled,
      secureJsonFields: storedNames(secureJsonData),
      info: { version: plugin.version },
      includes: plugin.dashboards?.map((_, at) => ({ type: 'dashboard', path: fileOf(at) })) ?? null,
      module: `public/plugins/${plugin.id}/module.js`,
      baseUrl: `public/plugins/${plugin.id}`,
    };
  });
  router.on('POST /api/plugins/:id/settings', (call) => {
    call.require('plugins:write', `plugins:id:${call.param('id')}`);
    const plugin = find(call, 'Plugin not installed');
    const body = call.json();
    if (plugin.autoEnabled && body['enabled'] !== true) {
      throw problem(400, 'Cannot disable auto-enabled plugin');
    }
    const secrets = Object.entries(objectAt(body, 'secureJsonData') ?? {}).map(([name, value]) => [
      name,
      String(value),
    ]);
    const before = settingsOf(call, plugin);
    // Everything is overwritten, what is absent too; only secrets are merged, key by key.
    call.org.pluginSettings.set(plugin.id, {
      enabled: body['enabled'] === true,
      pinned: body['pinned'] === true,
      jsonData: objectAt(body, 'jsonData') ?? null,
      secureJsonData: {
        ...call.org.pluginSettings.get(plugin.id)?.secureJsonData,
        ...(Object.fromEntries(secrets) as Record<string, string>),
      },
    });
    if (before.enabled !== (body['enabled'] === true)) {
      followState(call, plugin, !before.enabled);
    }
    return { message: 'Plugin settings updated' };
  });
  router.on('GET /public/plugins/:id/*', (call) => {
    const { dashboards = [] } = find(call, 'Plugin not found');
    const file = dashboards.find((_, at) => fileOf(at) === call.param('*'));
    if (file === undefined) {
      throw problem(404, 'Plugin file not found');
    }
    return file;
  });
  router.on('GET /api/plugins/:id/dashboards', (call) => {
    if (call.identity.role !== 'Admin') {
      throw problem(403, 'Permission denied');
    }
    const plugin = find(call, 'Plugin not found');
    if (!settingsOf(call, plugin).enabled) {
      throw problem(404, 'Plugin is not enabled');
    }
    return listedDashboards(call, plugin);
  });
}

/** Anyone who may neither make data sources nor install plugins sees the core plugins only, without a word. */
function listed(call: Call): InstalledPlugin[] {
  const type = call.query.get('type');
  const all = can(call.identity, 'datasources:create') || can(call.identity, 'plugins:install');
  return [...call.state.plugins.values()].filter(
    (plugin) => (all || plugin.type !== 'app') && (!type || plugin.type === type),
  );
}

function find(call: Call, message: string): InstalledPlugin {
  const plugin = call.state.plugins.get(call.param('id'));
  if (plugin === undefined) {
    throw problem(404, message);
  }
  return plugin;
}

function settingsOf(call: Call, plugin: InstalledPlugin): PluginSettings {
  const stored = call.org.pluginSettings.get(plugin.id);
  const jsonData: JsonObject | null = null;
  return (
    stored ?? {
      enabled: plugin.type !== 'app' || plugin.autoEnabled,
      pinned: plugin.autoEnabled,
      jsonData,
      secureJsonData: {},
    }
  );
}
