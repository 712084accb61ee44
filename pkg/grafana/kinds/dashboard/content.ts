import {
  canonicalJson,
  isJsonObject,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../contract/json.ts';
import type { ManagedBy } from '../../../contract/manifest.ts';
import { factsOf, folderOf, managerOf, nameOf, resourceVersionOf } from '../../apis.ts';
import { JsonBytes } from '../../json/bytes.ts';
import { canonicalObject, type Canonical } from '../../json/canonical.ts';
import type { Content } from '../kind.ts';
import { contentOfText } from '../stored.ts';

export const GROUP = 'dashboard.grafana.app';

/** Whether a version (`v2beta1` or `dashboard.grafana.app/v2beta1`) is of the v2 family, whose spec is another schema. */
export function isV2Version(version: string | undefined): boolean {
  return version !== undefined && /(^|\/)v2/.test(version);
}

/** Content of a Kubernetes-style dashboard object that was read at the version it is stored in. */
export function contentOfObject(object: Json): Content {
  const apiVersion = stringAt(object, 'apiVersion') ?? GROUP;
  const uid = nameOf(object);
  const folderUid = folderOf(object);
  const managedBy = managerOf(object);
  const liveVersion = resourceVersionOf(object);
  const outline = {
    apiVersion,
    ...(folderUid === undefined ? {} : { folderUid }),
    ...(managedBy === undefined ? {} : { managedBy }),
    facts: factsOf(object),
    ...(liveVersion === undefined ? {} : { liveVersion }),
  };
  const plainOf = (body: Json): Json =>
    isV2Version(apiVersion) ? body : { dashboard: body, meta: plainMeta(object, folderUid) };
  const given = isJsonObject(object) ? object['spec'] : undefined;
  const stored = given instanceof JsonBytes ? canonicalSpec(given.bytes, apiVersion, uid) : undefined;
  if (stored !== undefined) {
    const plain = plainOf(new JsonBytes(stored.bytes));
    return contentOfText({ ...outline, title: stored.title ?? uid, plain }, stored.bytes);
  }
  const spec = objectAt(parsed(given)) ?? {};
  const body: JsonObject = isV2Version(apiVersion)
    ? { apiVersion, kind: 'Dashboard', metadata: { name: uid }, spec }
    : classicBody(spec, uid);
  return { body, title: stringAt(spec, 'title') ?? uid, ...outline, plain: plainOf(body) };
}

/** The canonical body made of the bytes of a spec; undefined when the spec must be parsed for it. */
function canonicalSpec(
  bytes: Buffer,
  apiVersion: string,
  uid: string,
): { bytes: Buffer; title: string | undefined } | undefined {
  if (!isV2Version(apiVersion)) {
    return canonicalClassic(bytes, uid);
  }
  const spec = canonicalObject(bytes, { without: new Set() }, ['title']);
  if (spec === undefined) {
    return undefined;
  }
  const head = canonicalJson({ apiVersion, kind: 'Dashboard', metadata: { name: uid } });
  const whole = Buffer.concat([Buffer.from(`${head.slice(0, -1)},"spec":`), spec.bytes, Buffer.from('}')]);
  return { bytes: whole, title: textIn(spec, 'title') };
}

/** The canonical body made of the bytes of a classic dashboard: what `classicBody` makes of the parsed one. */
function canonicalClassic(
  bytes: Buffer,
  uid: string,
): { bytes: Buffer; title: string | undefined; version: string | undefined } | undefined {
  const changes = { without: NOT_ITS_OWN, with: { uid: JSON.stringify(uid) }, unless: 'libraryPanel' };
  const body = canonicalObject(bytes, changes, ['title', 'version']);
  const version = body?.found.get('version');
  return (
    body && {
      bytes: body.bytes,
      title: textIn(body, 'title'),
      version: typeof version === 'number' ? String(version) : undefined,
    }
  );
}

function textIn({ found }: Canonical, name: string): string | undefined {
  const value = found.get(name);
  return typeof value === 'string' ? value : undefined;
}

function parsed(value: Json | undefined): Json | undefined {
  return value instanceof JsonBytes ? parseJson(value.text) : value;
}

/** What the classic script's answer says besides the dashboard, as far as the object tells it. */
function plainMeta(object: Json, folderUid: string | undefined): JsonObject {
  const facts = factsOf(object);
  return { type: 'db', folderUid: folderUid ?? '', ...facts };
}

/** Content of Grafana's own answer to `GET /api/dashboards/uid/:uid` with a classic dashboard in it. */
export function contentOfAnswer(answer: Json, uid: string): Content {
  const meta = objectAt(answer, 'meta') ?? {};
  const folderUid = stringAt(meta, 'folderUid');
  const managedBy = provisionedBy(meta);
  const outline = (title: string | undefined, version: string | undefined): Omit<Content, 'body'> => {
    const liveVersion = version ?? numberAt(meta, 'version')?.toString();
    return {
      title: title ?? uid,
      ...(folderUid === undefined || folderUid === '' ? {} : { folderUid }),
      ...(managedBy === undefined ? {} : { managedBy }),
      facts: legacyFacts(meta),
      ...(liveVersion === undefined ? {} : { liveVersion }),
      plain: answer,
    };
  };
  const given = isJsonObject(answer) ? answer['dashboard'] : undefined;
  const stored = given instanceof JsonBytes ? canonicalClassic(given.bytes, uid) : undefined;
  if (stored !== undefined) {
    return contentOfText(outline(stored.title, stored.version), stored.bytes);
  }
  const dashboard = objectAt(parsed(given)) ?? {};
  const version = numberAt(dashboard, 'version')?.toString();
  return { body: classicBody(dashboard, uid), ...outline(stringAt(dashboard, 'title'), version) };
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

/** Members of a classic dashboard that belong to this Grafana only; the uid is put in again as it was asked for. */
const NOT_ITS_OWN = new Set(['id', 'uid', 'version']);

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
