import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { rulesOf } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { integrationsOf, secureFieldsOf, settingsOf } from '../../grafana/kinds/alerting/contact-point/content.ts';
import { isV2Version } from '../../grafana/kinds/dashboards/dashboard/content.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { naturalKey } from '../../grafana/natural-key.ts';
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../lib/json/json.ts';
import { prettyJson } from '../../lib/json/pretty.ts';
import type { ExportedResource, Exporting, Format } from './format.ts';
import { TitlePaths } from './names.ts';
import { yamlText } from './provisioning/yaml.ts';

/** Labels that select the Grafana that the objects are for, and the Secret that holds their secrets. */
const SELECTOR = { matchLabels: { dashboards: 'grafana' } };
const SECRET = 'grafana-secrets';

type Spec = (resource: ExportedResource, exporting: Exporting) => JsonObject | undefined;

const OBJECTS: Partial<Record<KindName, { kind: string; spec: Spec }>> = {
  folder: {
    kind: 'GrafanaFolder',
    spec: ({ entry, content }) => ({
      uid: entry.uid,
      title: content.title,
      ...folder('parentFolderUID', entry.folderUid),
    }),
  },
  dashboard: {
    kind: 'GrafanaDashboard',
    spec: ({ entry, content }) =>
      isV2Version(content.apiVersion)
        ? undefined
        : { uid: entry.uid, ...folder('folderUID', entry.folderUid), json: jsonOf(content) },
  },
  'library-panel': {
    kind: 'GrafanaLibraryPanel',
    spec: ({ entry, content }) => ({
      uid: entry.uid,
      ...folder('folderUID', entry.folderUid),
      json: panelOf(entry.uid, content),
    }),
  },
  'data-source': { kind: 'GrafanaDatasource', spec: dataSource },
  'contact-point': { kind: 'GrafanaContactPoint', spec: contactPoint },
  'alert-rule-group': { kind: 'GrafanaAlertRuleGroup', spec: ruleGroup },
  'mute-timing': {
    kind: 'GrafanaMuteTiming',
    spec: ({ entry, content }) => ({
      name: entry.uid,
      editable: true,
      time_intervals: arrayAt(content.body, 'time_intervals') ?? [],
    }),
  },
  'notification-template': {
    kind: 'GrafanaNotificationTemplate',
    spec: ({ entry, content }) => ({
      name: entry.uid,
      editable: true,
      template: stringAt(content.body, 'template') ?? '',
    }),
  },
  'notification-policy': {
    kind: 'GrafanaNotificationPolicy',
    spec: ({ entry, content }) =>
      entry.uid === 'default' ? { editable: true, route: objectAt(content.body) ?? {} } : undefined,
  },
};

/** UIDs that the operator accepts. */
const UID = /^[a-zA-Z0-9-_]{1,40}$/;

/** Objects of grafana-operator v5, a file each, for each organization. */
export const exportOperator: Format = async (exporting) => {
  const { manifest, entries, read, write, lacks } = exporting;
  const paths = new TitlePaths(manifest, []).pathsOf(entries, '.yaml');
  for (const entry of entries) {
    const known = OBJECTS[entry.kind];
    const resource = known && (await read(entry));
    const isV2 = entry.kind === 'dashboard' && isV2Version(resource?.content.apiVersion);
    const spec = resource && known.spec(resource, exporting);
    const uid = stringAt(spec, 'uid');
    if (known === undefined || spec === undefined) {
      lacks(entry, reason(isV2 ? 'export-v2-dashboard' : 'export-kind'));
    } else if (uid !== undefined && !UID.test(uid)) {
      lacks(entry, reason('export-uid', { uid }));
    } else {
      const object = {
        apiVersion: 'grafana.integreatly.org/v1beta1',
        kind: known.kind,
        metadata: { name: objectName(entry.org, entry.kind, entry.uid) },
        spec: { instanceSelector: SELECTOR, ...spec },
      };
      // In a folder, because the index beside it is not an object.
      await write(`objects/${paths.get(entry)}`, yamlText(object));
    }
  }
  return undefined;
};

/** A valid Kubernetes name, always the same for a resource. */
function objectName(org: number, kind: string, uid: string): string {
  const name = `${kind}-${uid}`;
  const isPlain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= 200;
  return `${org === 1 ? '' : `org${org}-`}${isPlain ? name : `${kind}-${naturalKey(uid)}`}`;
}

function dataSource({ entry, content, secrets }: ExportedResource, { variable }: Exporting): JsonObject {
  const variables = secrets.map((field) => [field, variable(entry, field)] as const);
  return compact<Record<string, Json | undefined>>({
    uid: entry.uid,
    datasource: {
      ...without(objectAt(content.body) ?? {}, 'secureJsonFields', 'withCredentials', 'apiVersion'),
      editable: true,
      ...(variables.length === 0
        ? {}
        : { secureJsonData: Object.fromEntries(variables.map(([field, name]) => [field, `\${${name}}`])) }),
    },
    valuesFrom:
      variables.length === 0 ? undefined : variables.map(([field, name]) => secretAt(`secureJsonData.${field}`, name)),
  }) as JsonObject;
}

function contactPoint({ entry, content }: ExportedResource, { variable }: Exporting): JsonObject | undefined {
  const integrations = integrationsOf(content.body).filter((one) => (stringAt(one, 'uid') ?? '') !== '');
  const receivers = integrations.map((one) => {
    const type = stringAt(one, 'type') ?? '';
    const valuesFrom = secureFieldsOf(one).map((field) => secretAt(field, variable(entry, `${type}.${field}`)));
    return {
      uid: stringAt(one, 'uid') ?? '',
      type,
      settings: settingsOf(one),
      disableResolveMessage: one['disableResolveMessage'] === true,
      ...(valuesFrom.length === 0 ? {} : { valuesFrom }),
    };
  });
  return receivers.length === 0 ? undefined : { name: entry.uid, editable: true, receivers };
}

function secretAt(targetPath: string, key: string): JsonObject {
  return { targetPath, valueFrom: { secretKeyRef: { name: SECRET, key } } };
}

function ruleGroup({ entry, content }: ExportedResource): JsonObject {
  return {
    name: content.title,
    folderUID: entry.folderUid ?? '',
    interval: `${numberAt(content.body, 'interval') ?? 60}s`,
    editable: true,
    rules: rulesOf(content).map(rule),
  };
}

/** States are required, also of a recording rule, which ignores them. */
function rule(given: JsonObject): JsonObject {
  const record = objectAt(given, 'record');
  const keepFiringFor = stringAt(given, 'keep_firing_for') ?? '';
  return compact<Record<string, Json | undefined>>({
    uid: stringAt(given, 'uid') ?? '',
    title: stringAt(given, 'title') ?? '',
    condition: stringAt(given, 'condition') ?? '',
    data: (arrayAt(given, 'data') ?? []).filter(isJsonObject),
    noDataState: stringAt(given, 'noDataState') || 'NoData',
    execErrState: stringAt(given, 'execErrState') || 'Alerting',
    for: stringAt(given, 'for') || '0s',
    keepFiringFor: keepFiringFor === '' ? undefined : keepFiringFor,
    missingSeriesEvalsToResolve: numberAt(given, 'missingSeriesEvalsToResolve'),
    annotations: objectAt(given, 'annotations'),
    labels: objectAt(given, 'labels'),
    isPaused: given['isPaused'] === true,
    notificationSettings: objectAt(given, 'notification_settings'),
    record: record && {
      metric: stringAt(record, 'metric') ?? '',
      from: stringAt(record, 'from') ?? '',
      targetDatasourceUid: stringAt(record, 'target_datasource_uid') ?? '',
    },
  }) as JsonObject;
}

/** The operator reads UID and name from the model itself. */
function panelOf(uid: string, { body, title }: ExportedResource['content']): string {
  return prettyJson(canonicalJson({ ...objectAt(body, 'model'), uid, name: title }));
}

function jsonOf(content: ExportedResource['content']): string {
  return prettyJson(canonicalOf(content).toString('utf8'));
}

function folder(name: string, uid: string | undefined): JsonObject {
  return uid === undefined ? {} : { [name]: uid };
}
