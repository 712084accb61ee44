import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { isJsonObject, stringAt } from '../../../lib/json/json.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { isGrafanaError } from '../../http/errors.ts';
import { listAt, objectsOf } from '../../http/pagination/lists.ts';
import type { Content } from '../content.ts';
import { dashboard } from '../dashboards/dashboard.ts';
import type { KindContext, Listed } from '../kind.ts';

/** Managers whose dashboards Grafana does not let an app replace. */
const PROVISIONING: ReadonlySet<string | undefined> = new Set(['file', 'classic-file-provisioning', 'repo']);

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
 * The dashboards in the files of an app that have UIDs: Grafana lists those of an enabled app only. It loads some apps
 * from another server, which is not asked.
 */
export async function bundledDashboards({ grafana, signal }: KindContext, plugin: string): Promise<Listed[]> {
  const id = encodeURIComponent(plugin);
  const settings = await grafana.get(`/api/plugins/${id}/settings`, { signal });
  const bundled: Listed[] = [];
  for (const include of (listAt(settings, 'includes') ?? []).filter(isJsonObject)) {
    const path = stringAt(include, 'path') ?? '';
    if (stringAt(include, 'type') === 'dashboard' && path !== '') {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      const file = await grafana
        .get(`/public/plugins/${id}/${encoded}`, { signal })
        .catch(valueIf(isNotHere, undefined));
      const uid = stringAt(file, 'uid') ?? stringAt(file, 'metadata', 'name') ?? '';
      bundled.push({ uid, title: stringAt(file, 'title') ?? uid });
    }
  }
  return bundled.filter(({ uid }) => uid !== '');
}

function isNotHere(error: unknown): boolean {
  return isGrafanaError(error) && [302, 307, 404].includes(error.httpStatus);
}

/** A dashboard that Grafana deletes or replaces with an app; undefined if it is not live, or is left as it is. */
export async function liveWithApp(context: KindContext, listed: Listed): Promise<Content | undefined> {
  const live = await dashboard.read(context, listed);
  return PROVISIONING.has(live?.managedBy?.manager) ? undefined : live;
}

/**
 * Requires that Grafana deletes and replaces no dashboard with an app: a plan lists them, and a restore deletes them
 * before.
 * @throws DK_GRAFANA_CONFLICT if some are live, as after a change since the plan
 */
export async function requireNoDashboards(context: KindContext, dashboards: readonly Listed[]): Promise<void> {
  for (const listed of dashboards) {
    // Grafana looks for them in an index, which lags behind.
    if ((await liveWithApp(context, listed)) !== undefined) {
      throw refusal('DK_GRAFANA_CONFLICT', reason('changed-since-plan'));
    }
  }
}
