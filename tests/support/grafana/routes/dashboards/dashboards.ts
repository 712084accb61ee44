import { canWithDashboard, isLocked } from '../../access.ts';
import { spliceMembers } from '../../http/body.ts';
import { Raw, type Call } from '../../http/call.ts';
import { convertSpec, isV2 } from '../../k8s/convert.ts';
import { removeDashboard, slugOf } from '../../dashboards.ts';
import { hydrated } from '../../k8s/hydrate.ts';
import type { Dashboard } from '../../model/model.ts';
import { accessDenied, problem } from '../../http/problems.ts';
import { servedVersions } from '../../profiles/profiles.ts';
import type { Router } from '../../http/router.ts';
import { namespaceOf } from '../../k8s/render.ts';
import { saveDashboard } from './dashboard-save.ts';

export function dashboardRoutes(router: Router): void {
  router.on('GET /api/dashboards/uid/:uid', get);
  router.on('POST /api/dashboards/db', saveDashboard);
  router.on('DELETE /api/dashboards/uid/:uid', (call) => {
    const dashboard = findDashboard(call, 'dashboards:delete');
    if (isLocked(dashboard)) {
      throw problem(400, 'provisioned dashboard cannot be deleted');
    }
    removeDashboard(call.state, call.org, dashboard.uid, call.author);
    return {
      title: dashboard.title,
      message: `Dashboard ${dashboard.title} deleted`,
      id: dashboard.id,
      uid: dashboard.uid,
    };
  });
  // Only the current one: nothing asks for an older one.
  router.on('GET /api/dashboards/uid/:uid/versions/:version', (call) => {
    const { uid, generation, message } = findDashboard(call, 'dashboards:write');
    if (String(generation) !== call.param('version')) {
      throw problem(404, 'Dashboard version not found');
    }
    return { uid, version: generation, message };
  });
}

export function findDashboard(call: Call, action: string): Dashboard {
  const dashboard = call.org.dashboards.get(call.param('uid'));
  if (dashboard === undefined) {
    throw problem(404, 'Dashboard not found', { status: 'not-found' });
  }
  if (!canWithDashboard(call.identity, call.org, action, dashboard)) {
    throw accessDenied(action);
  }
  return dashboard;
}

function get(call: Call): Raw {
  const dashboard = findDashboard(call, 'dashboards:read');
  const { profile } = call;
  if (isV2(dashboard.apiVersion) && profile.v2OnLegacy === '406') {
    const path = `/apis/dashboard.grafana.app/${dashboard.apiVersion}/namespaces/${namespaceOf(call.org)}/dashboards/${dashboard.uid}`;
    throw problem(406, `dashboard api version not supported, use ${path} instead`);
  }
  const asked = call.query.get('apiVersion');
  const served = asked !== null && servedVersions(profile, 'dashboard.grafana.app').includes(asked);
  const shown = isV2(dashboard.apiVersion) && profile.v2OnLegacy === 'converted' ? 'v0alpha1' : dashboard.apiVersion;
  const version = served && profile.major >= 13 ? asked : shown;
  const stored = convertSpec(dashboard.body.text(), dashboard.apiVersion, version, profile.schemaVersion);
  const spec = profile.hydratesLibraryPanels ? hydrated(call.org, dashboard, stored) : stored;
  const own = `"id":${dashboard.id},"uid":${JSON.stringify(dashboard.uid)},"version":${dashboard.generation}`;
  const meta = JSON.stringify(metaOf(call, dashboard, version));
  return new Raw(`{"meta":${meta},"dashboard":${spliceMembers(spec, own)}}`);
}

function metaOf(call: Call, dashboard: Dashboard, version: string): Record<string, unknown> {
  const { org, identity, profile } = call;
  const folder = org.folders.get(dashboard.folderUid);
  const slug = slugOf(dashboard.title);
  const may = (action: string) => canWithDashboard(identity, org, action, dashboard);
  const byFile = dashboard.managedBy?.kind === 'classic-file-provisioning';
  return {
    type: 'db',
    canSave: may('dashboards:write'),
    canEdit: may('dashboards:write'),
    canAdmin: may('dashboards.permissions:write'),
    canStar: identity.kind === 'user',
    canDelete: may('dashboards:delete'),
    slug,
    url: `/d/${dashboard.uid}/${slug}`,
    expires: '0001-01-01T00:00:00Z',
    created: new Date(dashboard.created).toISOString(),
    updated: new Date(dashboard.updated).toISOString(),
    updatedBy: nameOf(call, dashboard.updatedBy),
    createdBy: nameOf(call, dashboard.createdBy),
    version: dashboard.generation,
    hasAcl: false,
    isFolder: false,
    ...(profile.numericIdRoutes ? { folderId: folder?.id ?? 0 } : {}),
    folderUid: folder?.uid ?? '',
    folderTitle: folder?.title ?? (profile.major < 12 ? 'General' : 'Dashboards'),
    folderUrl: folder ? `/dashboards/f/${folder.uid}/${slugOf(folder.title)}` : '',
    provisioned: byFile && dashboard.managedBy?.allowsEdits !== true,
    provisionedExternalId: byFile ? (dashboard.managedBy?.sourcePath ?? '') : '',
    ...(profile.major >= 12 ? { apiVersion: version } : {}),
    publicDashboardEnabled: org.publicDashboards.get(dashboard.uid)?.isEnabled === true,
    annotationsPermissions: {
      dashboard: { canAdd: true, canEdit: true, canDelete: true },
      organization: { canAdd: true, canEdit: true, canDelete: true },
    },
  };
}

/** Login of an author that is kept as `user:<uid>`. */
export function nameOf(call: Call, author: string): string {
  const [kind, uid] = author.split(':');
  const pool =
    kind === 'user'
      ? call.state.users.values()
      : [...call.state.orgs.values()].flatMap((org) => [...org.serviceAccounts.values()]);
  return [...pool].find((one) => one.uid === uid)?.login ?? 'Anonymous';
}
