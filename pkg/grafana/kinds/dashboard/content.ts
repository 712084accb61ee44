import { isJsonObject, numberAt, objectAt, stringAt, type Json, type JsonObject } from '../../../contract/json.ts';
import type { ManagedBy } from '../../../contract/manifest.ts';
import { factsOf, folderOf, managerOf, nameOf, resourceVersionOf } from '../../apis.ts';
import type { Content } from '../kind.ts';

export const GROUP = 'dashboard.grafana.app';

/** Whether a version (`v2beta1` or `dashboard.grafana.app/v2beta1`) is of the v2 family, whose spec is another schema. */
export function isV2Version(version: string | undefined): boolean {
  return version !== undefined && /(^|\/)v2/.test(version);
}

/** Content of a Kubernetes-style dashboard object that was read at the version it is stored in. */
export function contentOfObject(object: Json): Content {
  const apiVersion = stringAt(object, 'apiVersion') ?? GROUP;
  const uid = nameOf(object);
  const spec = objectAt(object, 'spec') ?? {};
  const folderUid = folderOf(object);
  const managedBy = managerOf(object);
  const liveVersion = resourceVersionOf(object);
  const body: JsonObject = isV2Version(apiVersion)
    ? { apiVersion, kind: 'Dashboard', metadata: { name: uid }, spec }
    : classicBody(spec, uid);
  return {
    body,
    title: stringAt(spec, 'title') ?? uid,
    apiVersion,
    ...(folderUid === undefined ? {} : { folderUid }),
    ...(managedBy === undefined ? {} : { managedBy }),
    facts: factsOf(object),
    ...(liveVersion === undefined ? {} : { liveVersion }),
    plain: isV2Version(apiVersion) ? body : { dashboard: body, meta: plainMeta(object, folderUid) },
  };
}

/** What the classic script's answer says besides the dashboard, as far as the object tells it. */
function plainMeta(object: Json, folderUid: string | undefined): JsonObject {
  const facts = factsOf(object);
  return { type: 'db', folderUid: folderUid ?? '', ...facts };
}

/** Content of Grafana's own answer to `GET /api/dashboards/uid/:uid` with a classic dashboard in it. */
export function contentOfAnswer(answer: Json, uid: string): Content {
  const dashboard = objectAt(answer, 'dashboard') ?? {};
  const meta = objectAt(answer, 'meta') ?? {};
  const folderUid = stringAt(meta, 'folderUid');
  const managedBy = provisionedBy(meta);
  const version = numberAt(dashboard, 'version') ?? numberAt(meta, 'version');
  return {
    body: classicBody(dashboard, uid),
    title: stringAt(dashboard, 'title') ?? uid,
    ...(folderUid === undefined || folderUid === '' ? {} : { folderUid }),
    ...(managedBy === undefined ? {} : { managedBy }),
    facts: legacyFacts(meta),
    ...(version === undefined ? {} : { liveVersion: String(version) }),
    plain: answer,
  };
}

function provisionedBy(meta: JsonObject): ManagedBy | undefined {
  if (meta['provisioned'] !== true) {
    return undefined;
  }
  const id = stringAt(meta, 'provisionedExternalId');
  return { manager: 'file', ...(id === undefined || id === '' ? {} : { id }) };
}

function legacyFacts(meta: JsonObject): Record<string, string | number> {
  const facts: Record<string, string | number> = {};
  for (const name of ['version', 'created', 'createdBy', 'updated', 'updatedBy']) {
    const value = meta[name];
    if (typeof value === 'string' || typeof value === 'number') {
      facts[name] = value;
    }
  }
  return facts;
}

/**
 * The dashboard without what belongs to this Grafana only. Of a library panel's reference only uid and name are the
 * dashboard's own; Grafana fills in the rest when asked (terraform-provider-grafana resource_dashboard.go).
 */
function classicBody(dashboard: JsonObject, uid: string): JsonObject {
  const { id: _, version: __, ...own } = dashboard;
  return { ...(slimLibraryPanels(own) as JsonObject), uid };
}

function slimLibraryPanels(dashboard: JsonObject): Json {
  const panels = dashboard['panels'];
  return Array.isArray(panels) ? { ...dashboard, panels: panels.map(slimPanel) } : dashboard;
}

function slimPanel(panel: Json): Json {
  if (!isJsonObject(panel)) {
    return panel;
  }
  const inner = panel['panels'];
  const slim = Array.isArray(inner) ? { ...panel, panels: inner.map(slimPanel) } : panel;
  const reference = objectAt(panel, 'libraryPanel');
  const uid = stringAt(reference, 'uid');
  if (uid === undefined) {
    return slim;
  }
  const name = stringAt(reference, 'name');
  return { ...slim, libraryPanel: { uid, ...(name === undefined ? {} : { name }) } };
}
