import {
  canonicalJson,
  isJsonObject,
  numberAt,
  objectAt,
  parseJson,
  RawText,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../../lib/json/json.ts';
import type { ManagedBy } from '../../../../contract/manifest.ts';
import { annotationOf, factsOf, folderOf, managerOf, nameOf, resourceVersionOf } from '../../../apis.ts';
import { JsonBytes, type Left } from '../../../../lib/json/bytes.ts';
import type { Changes } from '../../../../lib/json/canonical.ts';
import type { Form } from '../../../../lib/json/canonical-form.ts';
import type { Content } from '../../content.ts';
import { canonicalOf, contentOfForm } from '../../text-content.ts';

export const GROUP = 'dashboard.grafana.app';

/**
 * Whether a version (`v2beta1` or `dashboard.grafana.app/v2beta1`) is of the v2 family, whose spec is another schema.
 */
export function isV2Version(version: string | undefined): boolean {
  return version !== undefined && /(^|\/)v2/.test(version);
}

/** What is left as bytes of objects and of answers with dashboards in them. */
export const LEAVE_SPEC: Left = { name: 'spec', note: ['title'] };

export const LEAVE_DASHBOARD: Left = { name: 'dashboard', note: ['title', 'version', 'uid'] };

/** What the person who saved it last wrote about that version. */
function messageOf(object: Json): { message?: string } {
  const message = annotationOf(object, 'grafana.app/message');
  return message === undefined ? {} : { message };
}

/** Content of a Kubernetes-style dashboard object that was read at the version it is stored in. */
export function contentOfObject(object: Json): Content {
  const apiVersion = stringAt(object, 'apiVersion') ?? GROUP;
  const uid = nameOf(object);
  const folderUid = folderOf(object);
  const managedBy = managerOf(object);
  const liveVersion = resourceVersionOf(object);
  const given = isJsonObject(object) ? object['spec'] : undefined;
  const outline = {
    title: titleOf(given) ?? uid,
    apiVersion,
    ...(folderUid === undefined ? {} : { folderUid }),
    ...(managedBy === undefined ? {} : { managedBy }),
    facts: { ...factsOf(object), ...messageOf(object) },
    ...(liveVersion === undefined ? {} : { liveVersion }),
  };
  const isV2 = isV2Version(apiVersion);
  const v2 = { apiVersion, kind: 'Dashboard', metadata: { name: uid } };
  const bodyOf = (spec: JsonObject): JsonObject => (isV2 ? { ...v2, spec } : classicBody(spec, uid));
  const plainOf = (body: Json): Json => (isV2 ? body : { dashboard: body, meta: plainMeta(object, folderUid) });
  if (given instanceof JsonBytes) {
    const form = isV2
      ? { bytes: given.bytes, changes: UNCHANGED, head: `${canonicalJson(v2).slice(0, -1)},"spec":`, tail: '}' }
      : classicForm(given.bytes, uid);
    return contentOfForm(outline, form, () => bodyOf(parsed(given)), copyOf(plainOf));
  }
  const body = bodyOf(objectAt(given) ?? {});
  return { body, ...outline, plain: plainOf(body) };
}

const UNCHANGED: Changes = { without: [], with: {} };

/** How `classicBody` makes the body, described for bytes. */
function classicForm(bytes: Buffer, uid: string): Form {
  const changes = { without: ['id', 'uid', 'version'], with: { uid: JSON.stringify(uid) }, unless: 'libraryPanel' };
  return { bytes, changes, head: '', tail: '' };
}

function titleOf(spec: Json | undefined): string | undefined {
  const title = spec instanceof JsonBytes ? spec.noted('title') : stringAt(spec, 'title');
  return typeof title === 'string' ? title : undefined;
}

function parsed(bytes: JsonBytes): JsonObject {
  return objectAt(parseJson(bytes.text)) ?? {};
}

function copyOf(plainOf: (body: Json) => Json): (content: Content) => Json {
  return (content) => plainOf(new RawText(canonicalOf(content).toString('utf8')));
}

/** What the classic script's answer says besides the dashboard, as far as the object says it. */
function plainMeta(object: Json, folderUid: string | undefined): JsonObject {
  const facts = factsOf(object);
  return { type: 'db', folderUid: folderUid ?? '', ...facts };
}

/** Content of Grafana's own answer to `GET /api/dashboards/uid/:uid` with a classic dashboard in it. */
export function contentOfResponse(answer: Json, uid: string): Content {
  const meta = objectAt(answer, 'meta') ?? {};
  const given = isJsonObject(answer) ? answer['dashboard'] : undefined;
  const folderUid = stringAt(meta, 'folderUid');
  const managedBy = provisionedBy(meta);
  const version = (given instanceof JsonBytes ? given.noted('version') : numberAt(given, 'version')) ?? meta['version'];
  const outline = {
    title: titleOf(given) ?? uid,
    ...(folderUid === undefined || folderUid === '' ? {} : { folderUid }),
    ...(managedBy === undefined ? {} : { managedBy }),
    facts: legacyFacts(meta),
    ...(typeof version === 'number' ? { liveVersion: String(version) } : {}),
  };
  return given instanceof JsonBytes
    ? contentOfForm(
        outline,
        classicForm(given.bytes, uid),
        () => classicBody(parsed(given), uid),
        () => answer,
      )
    : { body: classicBody(objectAt(given) ?? {}, uid), ...outline, plain: answer };
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
