import type { JsonObject } from '../../../lib/json/json.ts';
import { objectsOf } from '../../http/pagination/lists.ts';
import { requireAnyAction } from '../../rights.ts';
import type { KindContext } from '../kind.ts';

const LIST = '/api/plugins';

/** Dashkeep's own app: it and its settings belong to the installation, which follows a recovery. */
export const OWN_PLUGIN = 'dashkeep-backup-app';

/**
 * Every plugin of this Grafana as the org sees it, read once. Without the right to create data sources or install
 * plugins Grafana lists its core plugins only, without a word (api/plugins.go GetPluginList), so that right is asked
 * for first.
 */
export function installedPlugins(context: KindContext): Promise<JsonObject[]> {
  return context.memo('installed plugins', async () => {
    await requireAnyAction(context, 'the list of plugins', ['datasources:create', 'plugins:install']);
    const answer = await context.grafana.get(LIST, { query: { embedded: 0 }, signal: context.signal });
    return objectsOf(answer, LIST);
  });
}
