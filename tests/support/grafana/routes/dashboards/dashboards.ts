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
    removeDashboard(call.state, call.org, dashboard.uid);
    return {
      title: dashboard.title,
      message: `Dashboard ${dashboard.title} deleted`,
      id: dashboard.id,
      uid: dashboard.uid,
    };
  });
  router.on('GET /api/dashboards/uid/:uid/versions', (call) => {
    const dashboard = findDashboard(call, 'dashboards:write');
    const limit = call.number('limit', 1000);
    const start = call.number('start', 0);
    const versions = versionsOf(dashboard)
      .slice(start, start + limit)
      .map((version) => ({ ...versionDto(dashboard, version), ...(version.version === 1 ? INITIAL : {}) }));
    return call.profile.versionsListing === 'array' ? versions : { continueToken: '', versions };
  });
  router.on('GET /api/dashboards/uid/:uid/versions/:version', (call) => {
    const dashboard = findDashboard(call, 'dashboards:write');
    const version = versionsOf(dashboard).find((one) => String(one.version) === call.param('version'));
    if (version === undefined) {
      throw problem(404, 'Dashboard version not found');
    }
    return new Raw(spliceMembers(JSON.stringify(versionDto(dashboard, version)), `"data":${version.body.text()}`));
  });
  router.on('GET /api/dashboards/tags', (call) => {
    const counts = new Map<string, number>();
    for (const tag of [...call.org.dashboards.values()].flatMap((dashboard) => dashboard.tags)) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return [...counts].map(([term, count]) => ({ term, count }));
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

/**
 * The list says this of a version without a parent, whatever it was saved with (api/dashboard.go GetDashboardVersions).
 */
const INITIAL = { message: 'Initial save' };

interface Version {
  version: number;
  created: number;
  createdBy: string;
  message: string;
  body: Dashboard['body'];
}

/** Newest first. */
function versionsOf(dashboard: Dashboard): Version[] {
  const { generation, updated, updatedBy, message, body } = dashboard;
  return [
    { version: generation, created: updated, createdBy: updatedBy, message, body },
    ...[...dashboard.history].reverse(),
  ];
}

function versionDto(dashboard: Dashboard, version: Version): Record<string, unknown> {
  return {
    id: version.version,
    dashboardId: dashboard.id,
    uid: dashboard.uid,
    parentVersion: version.version - 1,
    restoredFrom: 0,
    version: version.version,
    created: new Date(version.created).toISOString(),
    createdBy: version.createdBy,
    message: version.message,
  };
}
