import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { stringAt } from '../../../lib/json/json.ts';
import { objectsOf } from '../../http/pagination/lists.ts';
import { dashboard } from '../dashboards/dashboard.ts';
import type { KindContext, Listed } from '../kind.ts';

/**
 * The dashboards that an enabled app imported. Grafana deletes them all when the app is disabled, and imports them
 * again when it is enabled, over those that have the same UIDs (plugindashboards/service/dashboard_updater.go).
 * @throws if they can't be listed, which takes the role Admin
 */
export async function pluginDashboards({ grafana, signal }: KindContext, plugin: string): Promise<Listed[]> {
  const path = `/api/plugins/${encodeURIComponent(plugin)}/dashboards`;
  // Grafana calls those removed that have another title than the files of the plugin.
  return objectsOf(await grafana.get(path, { signal, list: true }), path)
    .filter((one) => one['imported'] === true || one['removed'] === true)
    .map((one) => ({ uid: stringAt(one, 'uid') ?? '', title: stringAt(one, 'title') ?? '' }))
    .filter(({ uid }) => uid !== '');
}

/**
 * Requires that disabling an app deletes no dashboard: a plan lists them, and a restore deletes them before.
 * @throws DK_GRAFANA_CONFLICT if some are live, as after a change since the plan
 */
export async function requireNoDashboards(context: KindContext, plugin: string): Promise<void> {
  for (const listed of await pluginDashboards(context, plugin)) {
    // Grafana looks for them in an index, which lags behind.
    if ((await dashboard.read(context, listed)) !== undefined) {
      throw refusal('DK_GRAFANA_CONFLICT', reason('changed-since-plan'));
    }
  }
}
