import { stringAt, type JsonObject } from '../../../pkg/lib/json/json.ts';
import { defaultAcl } from './access.ts';
import type { Call } from './http/call.ts';
import type { InstalledPlugin } from './model/content.ts';
import type { Dashboard } from './model/model.ts';
import { addDashboard, changeDashboard, contentOf, removeDashboard, slugOf } from './dashboards.ts';

const BY = 'access-policy:service';

/** The dashboards that an app brought along, and that nobody has taken over by saving them through the old API. */
export function dashboardsOf({ org }: Call, { id }: InstalledPlugin): Dashboard[] {
  return [...org.dashboards.values()].filter(({ managedBy }) => managedBy?.kind === 'plugin' && managedBy.id === id);
}

/** What `GET /api/plugins/:id/dashboards` says: files are known by the slugs of their titles. */
export function listedDashboards(call: Call, plugin: InstalledPlugin): JsonObject[] {
  const live = dashboardsOf(call, plugin);
  const found = new Set<Dashboard>();
  const listed = (plugin.dashboards ?? []).map((spec) => {
    const title = stringAt(spec, 'title') ?? '';
    const imported = live.find((one) => slugOf(one.title) === slugOf(title));
    if (imported !== undefined) {
      found.add(imported);
    }
    const uid = imported?.uid ?? stringAt(spec, 'uid') ?? '';
    return { uid, pluginId: plugin.id, title, imported: imported !== undefined, removed: false };
  });
  const others = live.filter((one) => !found.has(one));
  return [...listed, ...others.map(({ uid }) => ({ uid, pluginId: '', title: '', imported: false, removed: true }))];
}

/** Enabling an app imports its dashboards, over those that have their uids; disabling it deletes what it imported. */
export function followState(call: Call, plugin: InstalledPlugin, enabled: boolean): void {
  const { state, org } = call;
  if (!enabled) {
    dashboardsOf(call, plugin).forEach(({ uid }) => removeDashboard(state, org, uid, BY));
    return;
  }
  for (const spec of plugin.dashboards ?? []) {
    const uid = stringAt(spec, 'uid') ?? state.newUid();
    const content = { ...contentOf(spec, 'v0alpha1'), folderUid: '', by: BY };
    const managedBy = { kind: 'plugin', id: plugin.id } as const;
    const existing = org.dashboards.get(uid);
    if (existing === undefined) {
      const acl = defaultAcl(() => state.nextId(), undefined, true);
      addDashboard(state, org, { ...content, uid, acl, managedBy });
    } else {
      changeDashboard(state, org, existing, content);
      existing.managedBy = managedBy;
    }
  }
}
