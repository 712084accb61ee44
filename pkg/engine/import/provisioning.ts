import { parse } from 'yaml';
import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { withMaskedSecrets } from '../../grafana/kinds/alerting/contact-point/secret-settings.ts';
import { dataSourceContent } from '../../grafana/kinds/data-sources/data-source.ts';
import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../lib/json/json.ts';
import { mapTexts } from '../../lib/json/map.ts';
import { addContactPoints, addNamed, addPolicies, addRules, integrationsIn } from './alerting.ts';
import type { ArchiveReader, ImportOptions } from './archive.ts';
import { durationOf } from './durations.ts';
import { invalid, readJson, type Files } from './files.ts';
import { ImportedOrg, importedUid } from './organization.ts';

const YAML = /\.ya?ml$/;
/** The types of provisioning files that are read. */
const SORTS = /(^|\/)(datasources|dashboards|alerting)\/[^/]+\.ya?ml$/;

/** A provisioning directory of Grafana: its data sources, dashboards and alerting. */
export const provisioningFiles: ArchiveReader = {
  reads: ({ paths }) => paths.some((path) => SORTS.test(path)),

  async read(files, options) {
    const found = new Provisioned(options);
    for (const path of files.paths.filter((one) => YAML.test(one))) {
      found.add(await readYaml(files, path));
    }
    return ImportedOrg.archiveOf([{ id: options.org, name: '' }], [await found.finish(files)]);
  },
};

class Provisioned {
  readonly #id: number;
  readonly #org: ImportedOrg;
  readonly #providers: JsonObject[] = [];
  readonly #groups: JsonObject[] = [];

  constructor(options: ImportOptions) {
    this.#id = options.org;
    this.#org = new ImportedOrg(options);
  }

  /** What one file says of the organization that is meant; a file without one means the first. */
  add(document: JsonObject): void {
    const org = this.#org;
    const each = (name: string, work: (one: JsonObject) => void): void =>
      (arrayAt(document, name) ?? [])
        .filter(isJsonObject)
        .filter((one) => (one['orgId'] ?? one['org_id'] ?? 1) === this.#id)
        .forEach((one) => work(without(one, 'orgId', 'org_id')));
    each('datasources', (one) => this.#dataSource(one));
    each('providers', (one) => void this.#providers.push(one));
    each('groups', (one) => void this.#groups.push(one));
    each('muteTimes', (one) => addNamed(org, 'mute-timing', one));
    each('templates', (one) => addNamed(org, 'notification-template', one));
    each('policies', (one) => addPolicies(org, this.#expanded('notification-policy', 'default', one)));
    each('contactPoints', (one) => this.#contactPoint(one));
    each('apps', (one) => org.lacks('plugin-settings', stringAt(one, 'type') ?? '', reason('import-kind')));
  }

  /** The dashboards of each provider whose directory is among the files, and the rules in their folders. */
  async finish(files: Files): Promise<ImportedOrg> {
    const taken = new Set<string>();
    const folders = new Map<string, string>();
    for (const provider of this.#providers) {
      const root = directoryOf(files, literal(stringAt(provider, 'options', 'path') ?? ''));
      const isByDirectory = objectAt(provider, 'options')?.['foldersFromFilesStructure'] === true;
      for (const path of files.paths.filter(
        (one) => one.endsWith('.json') && root !== undefined && one.startsWith(root),
      )) {
        const above = path.slice(root?.length).split('/').slice(0, -1);
        const title = isByDirectory ? (above.at(-1) ?? '') : literal(stringAt(provider, 'folder') ?? '');
        const uid = literal(stringAt(provider, 'folderUid') ?? '') || importedUid(title);
        folders.set(title, uid);
        if (!taken.has(path)) {
          taken.add(path);
          const meta: JsonObject = title === '' ? {} : { folderUid: uid, folderTitle: title };
          this.#org.addDashboard(path, { dashboard: await readJson(files, path), meta });
        }
      }
    }
    for (const group of this.#groups) {
      this.#rules(group, folders);
    }
    return this.#org;
  }

  #dataSource(given: JsonObject): void {
    const name = stringAt(given, 'name') ?? '';
    const uid = literal(stringAt(given, 'uid') ?? '') || importedUid(name);
    const secrets = Object.keys(objectAt(given, 'secureJsonData') ?? {}).map((field) => [field, true]);
    const own = without(given, 'secureJsonData', 'editable', 'version', 'correlations', 'uid');
    const source = {
      ...DEFAULTS,
      ...this.#expanded('data-source', uid, own),
      uid,
      secureJsonFields: Object.fromEntries(secrets),
    };
    this.#org.add('data-source', uid, dataSourceContent(source));
  }

  /** Secrets are often variables, so they are masked before missing variables are reported. */
  #contactPoint(given: JsonObject): void {
    const integrations = integrationsIn(given).map((one) => withMaskedSecrets(one, objectAt(one, 'settings') ?? {}));
    const name = literal(stringAt(given, 'name') ?? '');
    const expanded = arrayAt(this.#expanded('contact-point', name, { integrations }), 'integrations') ?? [];
    addContactPoints(this.#org, expanded.filter(isJsonObject));
  }

  /** A group names its folder by titles. Grafana expands no variables in queries and annotations. */
  #rules(group: JsonObject, folders: ReadonlyMap<string, string>): void {
    const ruleGroup = literal(stringAt(group, 'name') ?? '');
    const title = literal(stringAt(group, 'folder') ?? '');
    const plain = title.replaceAll('\\/', '/');
    const folderUID = this.#org.folderOf(plain, folders.get(plain) ?? '');
    const interval = durationOf(literal(stringAt(group, 'interval') ?? ''));
    const rules = (arrayAt(group, 'rules') ?? []).filter(isJsonObject).map((rule) => ({
      // Grafana's defaults for files.
      noDataState: 'NoData',
      execErrState: 'Alerting',
      ...this.#expanded('alert-rule-group', `${folderUID}/${ruleGroup}`, without(rule, 'data', 'annotations')),
      ...ruleOf(rule),
      folderUID,
      ruleGroup,
    }));
    addRules(
      this.#org,
      rules.map((rule) => without(rule, 'dashboardUid', 'panelId', 'keepFiringFor', 'missing_series_evals_to_resolve')),
      interval === undefined ? undefined : () => interval / 1000,
    );
  }

  /** Replaces `$$` as Grafana does; variables stay, and are named. */
  #expanded(kind: KindName, uid: string, body: JsonObject): JsonObject {
    if (hasVariable(body)) {
      this.#org.lacks(kind, uid, reason('import-variables'));
    }
    return mapTexts(body, literal) as JsonObject;
  }
}

/** Converts members with another form or name in the API, where annotations link a rule to its panel. */
function ruleOf(rule: JsonObject): JsonObject {
  const record = objectAt(rule, 'record');
  const link = compact<Record<string, Json | undefined>>({
    __dashboardUid__: stringAt(rule, 'dashboardUid'),
    __panelId__: numberAt(rule, 'panelId')?.toString(),
  });
  return compact<Record<string, Json | undefined>>({
    data: rule['data'],
    annotations: { ...(link as JsonObject), ...objectAt(rule, 'annotations') },
    keep_firing_for: rule['keepFiringFor'],
    missingSeriesEvalsToResolve: rule['missing_series_evals_to_resolve'],
    record: record && {
      ...without(record, 'targetDatasourceUid'),
      target_datasource_uid: record['targetDatasourceUid'] ?? '',
    },
  }) as JsonObject;
}

const DEFAULTS: JsonObject = {
  access: 'proxy',
  apiVersion: '',
  basicAuth: false,
  basicAuthUser: '',
  database: '',
  isDefault: false,
  url: '',
  user: '',
  withCredentials: false,
};

/** The directory among the files that a provider's path ends with, with a slash behind it. */
function directoryOf(files: Files, path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  for (let start = 0; start < parts.length; start++) {
    const directory = `${parts.slice(start).join('/')}/`;
    if (files.paths.some((one) => one.startsWith(directory))) {
      return directory;
    }
  }
  return undefined;
}

function literal(text: string): string {
  return text.replaceAll('$$', '$');
}

/** Grafana expands none in names of members. */
function hasVariable(value: Json): boolean {
  if (typeof value === 'string') {
    return /\$[\w{]/.test(value.replaceAll('$$', ''));
  }
  return Array.isArray(value) ? value.some(hasVariable) : isJsonObject(value) && Object.values(value).some(hasVariable);
}

async function readYaml(files: Files, path: string): Promise<JsonObject> {
  try {
    const document: unknown = parse(await files.read(path), { maxAliasCount: 100 });
    return objectAt(parseJson(JSON.stringify(document ?? {}))) ?? {};
  } catch (cause) {
    // The parser's own message quotes the text.
    throw invalid(`${path} is not YAML`, cause);
  }
}
