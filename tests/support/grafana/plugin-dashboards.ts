import { numberAt, parseJson, stringAt, type Json, type JsonObject } from '../../../pkg/lib/json/json.ts';
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

/** The files of an app with what was imported from them, by the slugs of their titles; and what has no file. */
function matched(
  call: Call,
  plugin: InstalledPlugin,
): { files: { spec: JsonObject; imported: Dashboard | undefined }[]; others: Dashboard[] } {
  const live = dashboardsOf(call, plugin);
  const files = (plugin.dashboards ?? []).map((spec) => {
    const slug = slugOf(stringAt(spec, 'title') ?? '');
    return { spec, imported: live.find(({ title }) => slugOf(title) === slug) };
  });
  return { files, others: live.filter((one) => files.every(({ imported }) => imported !== one)) };
}

/** What `GET /api/plugins/:id/dashboards` says. */
export function listedDashboards(call: Call, plugin: InstalledPlugin): JsonObject[] {
  const { files, others } = matched(call, plugin);
  const listed = files.map(({ spec, imported }) => {
    const uid = imported?.uid ?? stringAt(spec, 'uid') ?? '';
    const title = stringAt(spec, 'title') ?? '';
    return { uid, pluginId: plugin.id, title, imported: imported !== undefined, removed: false };
  });
  return [...listed, ...others.map(({ uid }) => ({ uid, pluginId: '', title: '', imported: false, removed: true }))];
}

const revisionOf = (spec: Json): number => numberAt(spec, 'revision') ?? 1;

/** Where an app has the file of a dashboard. */
export const fileOf = (at: number): string => `dashboards/${at}.json`;

/**
 * Enabling an app imports its dashboards, over those that have their uids, up to the first that files provision;
 * disabling it deletes what it imported.
 */
export function followState(call: Call, plugin: InstalledPlugin, enabled: boolean): void {
  const { state, org } = call;
  if (!enabled) {
    dashboardsOf(call, plugin).forEach(({ uid }) => removeDashboard(state, org, uid, BY));
    return;
  }
  const { files, others } = matched(call, plugin);
  others.forEach(({ uid }) => removeDashboard(state, org, uid, BY));
  for (const { spec, imported } of files) {
    if (imported !== undefined && revisionOf(parseJson(imported.body.text())) === revisionOf(spec)) {
      continue;
    }
    const uid = stringAt(spec, 'uid') ?? state.newUid();
    const content = { ...contentOf(spec, 'v0alpha1'), folderUid: '', by: BY };
    const managedBy = { kind: 'plugin', id: plugin.id } as const;
    const existing = org.dashboards.get(uid);
    if (existing?.managedBy !== undefined && existing.managedBy.kind !== 'plugin') {
      return;
    }
    if (existing === undefined) {
      const acl = defaultAcl(() => state.nextId(), undefined, true);
      addDashboard(state, org, { ...content, uid, acl, managedBy });
    } else {
      changeDashboard(state, org, existing, content);
      existing.managedBy = managedBy;
      const defaults = defaultAcl(() => state.nextId(), undefined, true);
      existing.acl = [...existing.acl.filter(({ role }) => role !== 'Viewer' && role !== 'Editor'), ...defaults];
    }
  }
}
