import type { AppPlugin, PluginMeta } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import i18next from 'i18next';

export interface LoadedPlugin {
  plugin: AppPlugin;
  meta: PluginMeta;
}

let loading: Promise<LoadedPlugin> | undefined;

/** Loads the app's production build as Grafana does: settings, texts of the user's language, then the module. */
export function loadPlugin(id: string): Promise<LoadedPlugin> {
  loading ??= load(id);
  return loading;
}

async function load(id: string): Promise<LoadedPlugin> {
  const meta = await getBackendSrv().get<PluginMeta & { languages?: string[] }>(`/api/plugins/${id}/settings`);
  const language = i18next.language;
  if (language !== 'en-US' && meta.languages?.includes(language)) {
    const texts = await fetch(`/public/plugins/${id}/locales/${language}/${id}.json`);
    i18next.addResourceBundle(language, id, await texts.json());
  }
  const module = await window.System.import(`${location.origin}/public/plugins/${id}/module.js`);
  const plugin = module['plugin'] as AppPlugin;
  plugin.init?.(meta);
  plugin.meta = meta;
  return { plugin, meta };
}
