import { compact } from '../../contract/compact.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { rulesOf } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { isV2Version } from '../../grafana/kinds/dashboards/dashboard/content.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { naturalKey } from '../../grafana/natural-key.ts';
import { groupBy } from '../../lib/group-by.ts';
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
import { INDEX } from './directory.ts';
import { TitlePaths } from './names.ts';
import { contactPoint } from './terraform/contact-point.ts';
import { dataSource } from './terraform/data-source.ts';
import { pick } from './terraform/pick.ts';
import { team } from './terraform/team.ts';
import { quoted, templates } from './terraform/templates.ts';

/** Arguments that are expressions, where every other text is a literal. No name of these comes from the content. */
const EXPRESSIONS: ReadonlySet<string> = new Set(['config_json', 'http_headers', 'secure_json_data_encoded']);

/** The arguments of a resource of the provider `grafana/grafana`; undefined if the provider does not support it. */
type Convert = (resource: ExportedResource, exporting: Exporting) => JsonObject | undefined;

interface Resource {
  type: string;
  convert: Convert;
  hasExpressions?: true;
  /** Arguments that the provider cannot read, or that are not exported: an import must not change or replace them. */
  ignored?: string[];
}

const RESOURCES: Partial<Record<KindName, Resource>> = {
  folder: {
    type: 'grafana_folder',
    convert: ({ entry, content }) => ({
      uid: entry.uid,
      title: content.title,
      ...at('parent_folder_uid', entry.folderUid),
    }),
  },
  dashboard: { type: 'grafana_dashboard', convert: ({ entry }) => at('folder', entry.folderUid) },
  'data-source': { type: 'grafana_data_source', convert: dataSource },
  'library-panel': {
    type: 'grafana_library_panel',
    convert: ({ entry, content }) => ({
      uid: entry.uid,
      name: content.title,
      folder_uid: entry.folderUid ?? 'general',
      model_json: canonicalJson(objectAt(content.body, 'model') ?? {}),
    }),
  },
  'alert-rule-group': { type: 'grafana_rule_group', convert: ruleGroup },
  'mute-timing': {
    type: 'grafana_mute_timing',
    ignored: ['disable_provenance'],
    convert: ({ entry, content }) => ({
      name: entry.uid,
      disable_provenance: true,
      intervals: objects(content.body, 'time_intervals').map(interval),
    }),
  },
  'notification-template': {
    // The provider never reads `disable_provenance` as true, and fails to create a template with it.
    type: 'grafana_message_template',
    convert: ({ entry, content }) => ({
      name: entry.uid,
      template: stringAt(content.body, 'template') ?? '',
    }),
  },
  'notification-policy': {
    type: 'grafana_notification_policy',
    convert: ({ entry, content }) =>
      entry.uid === 'default'
        ? { disable_provenance: true, group_by: [], ...policy(objectAt(content.body) ?? {}) }
        : undefined,
  },
  'contact-point': { type: 'grafana_contact_point', convert: contactPoint, hasExpressions: true },
  playlist: {
    type: 'grafana_playlist',
    convert: ({ content }) => ({
      name: content.title,
      interval: stringAt(content.body, 'interval') ?? '',
      item: objects(content.body, 'items').map((one, index) => ({
        order: index + 1,
        ...pick(one, { type: 'type', value: 'value' }),
      })),
    }),
  },
  team: { type: 'grafana_team', convert: team, ignored: ['preferences'] },
};

/** Configuration for Terraform, with a block for each resource that imports the existing one. */
export const exportTerraform: Format = async (exporting) => {
  const { manifest, entries, write, read, lacks } = exporting;
  const paths = new TitlePaths(manifest, [INDEX]).pathsOf(entries, '.json');
  const variables: JsonObject = {};
  const variable: Exporting['variable'] = (entry, field) => {
    const name = exporting.variable(entry, field);
    variables[name] = { type: 'string', sensitive: true };
    return name;
  };
  const files = new Map<KindName, { blocks: Record<string, JsonObject>; imports: Json[] }>();
  const declared = new Map<string, string>();
  const needs = new Map<JsonObject, string[]>();
  for (const [kind, ofKind] of groupBy(entries, ({ kind }) => kind)) {
    const known = RESOURCES[kind];
    const blocks: Record<string, JsonObject> = {};
    const imports: Json[] = [];
    for (const entry of ofKind) {
      const resource = known && (await read(entry));
      const isV2 = kind === 'dashboard' && isV2Version(resource?.content.apiVersion);
      const body = resource && !isV2 ? known.convert(resource, { ...exporting, variable }) : undefined;
      if (known === undefined || resource === undefined || body === undefined) {
        lacks(entry, reason(isV2 ? 'export-v2-dashboard' : 'export-kind'));
        continue;
      }
      if (kind === 'dashboard') {
        const path = paths.get(entry) ?? '';
        await write(path, prettyJson(canonicalOf(resource.content).toString('utf8')));
        body['config_json'] = `file("\${path.module}/${quoted(path)}")`;
      }
      const name = `org${entry.org}_${/^[\w-]+$/.test(entry.uid) ? entry.uid : naturalKey(entry.uid)}`;
      const { type, hasExpressions, ignored } = known;
      const block: JsonObject = {
        org_id: String(entry.org),
        ...(hasExpressions ? body : argumentsOf(body)),
        ...(ignored && { lifecycle: { ignore_changes: ignored } }),
      };
      blocks[name] = block;
      imports.push({ to: `${type}.${name}`, id: templates(`${entry.org}:${idOf(entry)}`) });
      declared.set(keyOf(entry.org, entry), `${type}.${name}`);
      const references = kindOf(kind).references(resource.content);
      const earlier = references.filter((one) => isEarlier(one.kind, kind)).map((one) => keyOf(entry.org, one));
      if (block['is_default'] === true) {
        declared.set(defaultOf(entry.org), `${type}.${name}`);
      } else if (kind === 'data-source') {
        // Grafana makes the first data source the default one.
        earlier.push(defaultOf(entry.org));
      }
      needs.set(block, earlier);
    }
    if (imports.length > 0) {
      files.set(kind, { blocks, imports });
    }
  }
  // A new Grafana needs them in this order.
  for (const [block, keys] of needs) {
    const addresses = [...new Set(keys)].flatMap((key) => declared.get(key) ?? []);
    if (addresses.length > 0) {
      block['depends_on'] = addresses.sort();
    }
  }
  for (const [kind, { blocks, imports }] of files) {
    await write(`${kind}.tf.json`, document({ import: imports, resource: { [RESOURCES[kind]?.type ?? '']: blocks } }));
  }
  const provider = { grafana: { source: 'grafana/grafana' } };
  await write('main.tf.json', document({ terraform: { required_version: '>= 1.5', required_providers: provider } }));
  if (Object.keys(variables).length > 0) {
    await write('variables.tf.json', document({ variable: variables }));
  }
  return undefined;
};

function keyOf(org: number, { kind, uid }: { kind: KindName; uid: string }): string {
  return `${org}/${kind}/${uid}`;
}

function defaultOf(org: number): string {
  return `${org}/default`;
}

/** Whether resources of a kind are created before those of another; Terraform accepts no cycles. */
function isEarlier(kind: KindName, than: KindName): boolean {
  return kind === 'folder' || KIND_NAMES.indexOf(kind) < KIND_NAMES.indexOf(than);
}

/** By which the provider imports it. */
function idOf({ kind, uid, facts }: ManifestEntry): string {
  if (kind === 'team') {
    return String(facts?.['id'] ?? '');
  }
  return kind === 'alert-rule-group' ? uid.replace('/', ':') : uid;
}

function document(value: JsonObject): string {
  return prettyJson(canonicalJson(value));
}

function argumentsOf(body: JsonObject): JsonObject {
  const written = Object.entries(body).map(([name, value]): [string, Json] =>
    EXPRESSIONS.has(name) ? [name, `\${${value as string}}`] : [name, templates(value)],
  );
  return Object.fromEntries(written);
}

function ruleGroup({ entry, content }: ExportedResource): JsonObject {
  const rule = (given: JsonObject): JsonObject => ({
    ...pick(given, {
      uid: 'uid',
      title: 'name',
      condition: 'condition',
      for: 'for',
      keep_firing_for: 'keep_firing_for',
      noDataState: 'no_data_state',
      execErrState: 'exec_err_state',
      isPaused: 'is_paused',
      labels: 'labels',
      annotations: 'annotations',
      missingSeriesEvalsToResolve: 'missing_series_evals_to_resolve',
      record: 'record',
    }),
    data: objects(given, 'data').map((query) => ({
      ...pick(query, {
        refId: 'ref_id',
        queryType: 'query_type',
        datasourceUid: 'datasource_uid',
        relativeTimeRange: 'relative_time_range',
      }),
      model: canonicalJson(query['model'] ?? {}),
    })),
    ...(isJsonObject(given['notification_settings'])
      ? { notification_settings: routing(given['notification_settings']) }
      : {}),
  });
  return {
    name: content.title,
    folder_uid: entry.folderUid ?? '',
    interval_seconds: numberAt(content.body, 'interval') ?? 60,
    disable_provenance: true,
    rule: rulesOf(content).map(rule),
  };
}

function interval(given: JsonObject): JsonObject {
  const times = objects(given, 'times').map((one) => pick(one, { start_time: 'start', end_time: 'end' }));
  return { ...without(given, 'times'), ...(times.length === 0 ? {} : { times }) };
}

function policy(given: JsonObject): JsonObject {
  const matchers = (arrayAt(given, 'object_matchers') ?? []).filter(Array.isArray);
  const below = objects(given, 'routes').map(policy);
  return compact<Record<string, Json | undefined>>({
    ...routing(given),
    continue: given['continue'] === true ? true : undefined,
    matcher:
      matchers.length === 0
        ? undefined
        : matchers.map(([label = '', match = '', value = '']) => ({ label, match, value })),
    policy: below.length === 0 ? undefined : below,
  }) as JsonObject;
}

/** Where alerts go and when. */
function routing(given: JsonObject): JsonObject {
  return pick(given, {
    receiver: 'contact_point',
    group_by: 'group_by',
    group_wait: 'group_wait',
    group_interval: 'group_interval',
    repeat_interval: 'repeat_interval',
    mute_time_intervals: 'mute_timings',
    active_time_intervals: 'active_timings',
  });
}

function at(name: string, value: string | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function objects(given: Json, name: string): JsonObject[] {
  return (arrayAt(given, name) ?? []).filter(isJsonObject);
}
