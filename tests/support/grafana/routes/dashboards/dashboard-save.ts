import { isJsonObject, numberAt, objectAt, stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { canInFolder, canWithDashboard, defaultAcl, isLocked } from '../../access.ts';
import { heldBody } from '../../http/body.ts';
import type { Call } from '../../http/call.ts';
import { addDashboard, changeDashboard, contentOf, slugOf, type DashboardContent } from '../../dashboards.ts';
import { stripped } from '../../k8s/hydrate.ts';
import type { Dashboard } from '../../model/model.ts';
import { accessDenied, problem, type Problem } from '../../http/problems.ts';
import { servedVersions } from '../../profiles/profiles.ts';
import { folderOfObject } from './k8s-dashboards.ts';

/** `POST /api/dashboards/db` with all its rules. */
export function saveDashboard(call: Call): unknown {
  const body = call.json();
  const given = objectAt(body, 'dashboard');
  if (given === undefined) {
    throw problem(400, 'bad request data');
  }
  const { spec, apiVersion, uid: objectUid, folder } = unwrapped(call, given);
  const overwrite = body['overwrite'] === true;
  const folderUid = folder ?? wantedFolder(call, body);
  const content = cleaned(call, contentOf(spec, apiVersion));
  if (content.title.trim() === '') {
    throw problem(400, 'Dashboard title cannot be empty', { status: 'empty-name' });
  }
  const uid = objectUid ?? stringAt(spec, 'uid') ?? '';
  if (uid.length > 40 || !/^[a-zA-Z0-9\-_]*$/.test(uid)) {
    throw problem(400, uid.length > 40 ? 'uid too long, max 40 characters' : 'uid contains illegal characters');
  }
  const existing = existingOf(call, spec, uid) ?? sameTitle(call, content.title, folderUid, uid, overwrite);
  refuseConflict(call, existing, spec, overwrite);
  if (!mayCreateIn(call, folderUid) && (existing === undefined || existing.folderUid !== folderUid)) {
    throw accessDenied('dashboards:create');
  }
  const message = stringAt(body, 'message') ?? '';
  if (existing === undefined) {
    return answer(
      addDashboard(call.state, call.org, {
        ...content,
        uid: uid === '' ? call.state.newUid() : uid,
        folderUid,
        by: call.author,
        message,
        acl: call.isAbandoned
          ? []
          : defaultAcl(() => call.state.nextId(), call.identity, folderUid === '', call.profile.major >= 11),
      }),
    );
  }
  if (!canWithDashboard(call.identity, call.org, 'dashboards:write', existing)) {
    throw accessDenied('dashboards:write');
  }
  changeDashboard(call.state, call.org, existing, { ...content, folderUid, by: call.author, message });
  if (existing.managedBy?.kind === 'plugin' && call.profile.major >= 12) {
    existing.managedBy = undefined;
  }
  return answer(existing);
}

/** Whether a dashboard may be put into a folder. */
function mayCreateIn(call: Call, folderUid: string): boolean {
  return canInFolder(call.identity, call.org, 'dashboards:create', folderUid);
}

function answer(dashboard: Dashboard): unknown {
  const slug = slugOf(dashboard.title);
  return {
    folderUid: dashboard.folderUid,
    id: dashboard.id,
    slug,
    status: 'success',
    uid: dashboard.uid,
    url: `/d/${dashboard.uid}/${slug}`,
    version: dashboard.generation,
  };
}

/** The spec inside what was sent: itself, or on 13 that of a whole Kubernetes-style object. */
function unwrapped(
  call: Call,
  given: JsonObject,
): { spec: JsonObject; apiVersion: string; uid?: string; folder?: string } {
  const inner = objectAt(given, 'spec');
  const version = (stringAt(given, 'apiVersion') ?? '').split('/')[1];
  if (inner !== undefined && version !== undefined && call.profile.k8sObjectOnLegacySave) {
    if (!servedVersions(call.profile, 'dashboard.grafana.app').includes(version)) {
      throw problem(400, `dashboard api version ${version} is not supported`);
    }
    return {
      spec: inner,
      apiVersion: version,
      uid: stringAt(given, 'metadata', 'name'),
      folder: folderOfObject(given) || undefined,
    };
  }
  if (isJsonObject(given['elements']) && given['panels'] === undefined) {
    throw problem(400, 'Dashboard appears to be in v2 format; send it as a Kubernetes-style object');
  }
  return { spec: given, apiVersion: 'v0alpha1' };
}

function cleaned(call: Call, content: DashboardContent): DashboardContent {
  return call.profile.hydratesLibraryPanels && content.libraryPanels.length > 0
    ? { ...content, body: heldBody(stripped(content.body.text())) }
    : content;
}

/** The folder that was named; without one the dashboard goes (or moves) to the root. */
function wantedFolder(call: Call, body: JsonObject): string {
  const uid = stringAt(body, 'folderUid') ?? '';
  if (uid !== '') {
    if (!call.org.folders.has(uid)) {
      throw problem(400, 'folder not found');
    }
    return uid;
  }
  const id = numberAt(body, 'folderId') ?? 0;
  if (id <= 0) {
    return '';
  }
  const folder = [...call.org.folders.values()].find((one) => one.id === id);
  if (folder === undefined) {
    throw problem(400, 'folder not found');
  }
  return folder.uid;
}

function existingOf(call: Call, spec: JsonObject, uid: string): Dashboard | undefined {
  const byUid = uid === '' ? undefined : call.org.dashboards.get(uid);
  const id = numberAt(spec, 'id') ?? 0;
  if (id <= 0) {
    return byUid;
  }
  const byId = [...call.org.dashboards.values()].find((dashboard) => dashboard.id === id);
  if (byId === undefined) {
    if (uid === '' || call.profile.major < 12) {
      throw problem(404, 'Dashboard not found', { status: 'not-found' });
    }
    return byUid;
  }
  if (uid !== '' && byId.uid !== uid) {
    throw problem(400, 'A dashboard with the same uid already exists');
  }
  return byId;
}

/** Before 11 a title is unique within a folder: `overwrite` then replaces the other dashboard, whatever its uid. */
function sameTitle(
  call: Call,
  title: string,
  folderUid: string,
  uid: string,
  overwrite: boolean,
): Dashboard | undefined {
  if (!call.profile.uniqueDashboardTitles) {
    return undefined;
  }
  const twin = [...call.org.dashboards.values()].find((one) => one.title === title && one.folderUid === folderUid);
  if (twin !== undefined && twin.uid !== uid && !overwrite) {
    throw problem(412, 'A dashboard with the same name in the folder already exists', { status: 'name-exists' });
  }
  return twin;
}

function refuseConflict(call: Call, existing: Dashboard | undefined, spec: JsonObject, overwrite: boolean): void {
  if (existing === undefined) {
    return;
  }
  if (isLocked(existing)) {
    throw problem(400, 'Cannot save provisioned dashboard');
  }
  if (!overwrite && numberAt(spec, 'version') !== existing.generation) {
    throw mismatch(call);
  }
}

function mismatch(call: Call): Problem {
  return call.profile.saveConflict === 409
    ? problem(409, 'Dashboard already exists. Use overwrite flag to update.')
    : problem(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' });
}
