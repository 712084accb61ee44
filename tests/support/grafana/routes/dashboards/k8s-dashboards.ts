import { stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { can, canInFolder, canWithDashboard, defaultAcl, isLocked } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { convertSpec } from '../../k8s/convert.ts';
import { addDashboard, changeDashboard, contentOf, removeDashboard, type DashboardContent } from '../../dashboards.ts';
import { annotationOf, conversionStatus, serveK8s, specOf } from '../../k8s/k8s.ts';
import type { K8sKind } from '../../k8s/kind.ts';
import { managerOf } from '../../k8s/managers.ts';
import type { Dashboard } from '../../model/model.ts';
import { k8sStatus } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const GROUP = 'dashboard.grafana.app';

const KIND: K8sKind<Dashboard> = {
  group: GROUP,
  resource: 'dashboards',
  kind: 'Dashboard',
  staleStatus: 409,
  putCreates: true,
  items: (org) => org.dashboards,
  history: (org) => org.history,
  size: (dashboard) => dashboard.body.size,
  annotations: (dashboard) => ({
    ...(dashboard.folderUid ? { 'grafana.app/folder': dashboard.folderUid } : {}),
    ...(dashboard.message ? { 'grafana.app/message': dashboard.message } : {}),
  }),
  members(dashboard, version, call) {
    const spec = convertSpec(dashboard.body.text(), dashboard.apiVersion, version, call.profile.schemaVersion);
    // An update keeps the status that the conversion of the earlier state left, so its own version names another one.
    const named = version === dashboard.apiVersion ? dashboard.convertedFrom : dashboard.apiVersion;
    const status = named === undefined ? '"status":{}' : conversionStatus(named);
    return `"spec":${spec},${status}`;
  },
  allowed(call, verb, dashboard) {
    const { identity, org } = call;
    if (verb === 'list' || verb === 'create') {
      return identity.role !== 'None' || can(identity, verb === 'list' ? 'dashboards:read' : 'dashboards:create');
    }
    const action = { get: 'dashboards:read', update: 'dashboards:write', delete: 'dashboards:delete' }[verb];
    return dashboard === undefined
      ? identity.role !== 'None' || can(identity, action)
      : canWithDashboard(identity, org, action, dashboard);
  },
  create(call, name, object, version) {
    const folderUid = annotationOf(object, 'folder');
    refuseFolder(call, folderUid);
    if (name.length > 40) {
      throw k8sStatus(400, 'BadRequest', 'uid too long, max 40 characters');
    }
    const grants = annotationOf(object, 'grant-permissions') === 'default';
    return addDashboard(call.state, call.org, {
      ...checked(object, version, call),
      uid: name,
      folderUid,
      by: call.author,
      message: annotationOf(object, 'message'),
      acl:
        grants && folderUid === '' && !call.isAbandoned
          ? defaultAcl(() => call.state.nextId(), call.identity, true)
          : [],
      managedBy: managerOf(object),
    });
  },
  replace(call, dashboard, object, version) {
    if (annotationOf(object, 'grant-permissions') !== '') {
      throw k8sStatus(400, 'BadRequest', 'can not set grant permissions on update');
    }
    refuseLocked(dashboard);
    const folderUid = annotationOf(object, 'folder');
    if (folderUid !== dashboard.folderUid) {
      refuseFolder(call, folderUid);
    }
    changeDashboard(call.state, call.org, dashboard, {
      ...checked(object, version, call),
      folderUid,
      by: call.author,
      message: annotationOf(object, 'message'),
    });
    dashboard.managedBy = managerOf(object);
  },
  remove(call, dashboard) {
    refuseLocked(dashboard);
    removeDashboard(call.state, call.org, dashboard.uid, call.author);
  },
};

function checked(object: JsonObject, version: string, call: Call): DashboardContent {
  const content = contentOf(specOf(object), version);
  if (content.title.trim() === '') {
    throw k8sStatus(400, 'BadRequest', 'dashboard title cannot be empty');
  }
  if (version === 'v1' || version === 'v1beta1') {
    const text = convertSpec(content.body.text(), 'v0alpha1', version, call.profile.schemaVersion);
    return { ...content, body: { text: () => text, size: text.length } };
  }
  return content;
}

function refuseFolder(call: Call, folderUid: string): void {
  if (folderUid !== '' && !call.org.folders.has(folderUid)) {
    throw k8sStatus(404, 'NotFound', `folders.folder.grafana.app "${folderUid}" not found`);
  }
  if (!canInFolder(call.identity, call.org, 'dashboards:create', folderUid)) {
    throw k8sStatus(403, 'Forbidden', `dashboards.${GROUP} is forbidden: cannot create in folder "${folderUid}"`);
  }
}

function refuseLocked(dashboard: Dashboard): void {
  if (isLocked(dashboard)) {
    const manager = dashboard.managedBy?.kind ?? '';
    throw k8sStatus(403, 'Forbidden', `Dashboard is managed by ${manager} and cannot be changed here`);
  }
}

export function k8sDashboardRoutes(router: Router): void {
  serveK8s(router, KIND);
}

/** Uid of the folder annotation of a Kubernetes object that came through the legacy save. */
export function folderOfObject(object: JsonObject): string {
  return stringAt(object, 'metadata', 'annotations', 'grafana.app/folder') ?? '';
}
