import { parse } from 'yaml';
import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ResourceProblem } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { dataSourceContent } from '../../grafana/kinds/data-sources/data-source.ts';
import { naturalKey } from '../../grafana/natural-key.ts';
import {
  arrayAt,
  isJsonObject,
  objectAt,
  parseJson,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../lib/json/json.ts';
import { imported, lacking, type ArchiveReader, type Imported, type ImportOptions } from './archive.ts';
import { ImportedDashboards } from './dashboards.ts';
import { invalid, readJson, type Files } from './files.ts';
import { mapTexts } from '../../lib/json/map.ts';

const YAML = /\.ya?ml$/;
/** The types of provisioning files that are read. */
const SORTS = /(^|\/)(datasources|dashboards|alerting)\/[^/]+\.ya?ml$/;

/** A provisioning directory of Grafana: its data sources, dashboards, mute timings, templates and policies. */
export const provisioningFiles: ArchiveReader = {
  reads: ({ paths }) => paths.some((path) => SORTS.test(path)),

  async read(files, options) {
    const { org } = options;
    const found = new Provisioned(options);
    for (const path of files.paths.filter((one) => YAML.test(one))) {
      found.add(await readYaml(files, path));
    }
    const { resources, errors } = await found.dashboards(files);
    return compact({ orgs: [{ id: org, name: '' }], resources, errors });
  },
};

class Provisioned {
  readonly #options: ImportOptions;
  readonly #resources: Imported[] = [];
  readonly #errors: ResourceProblem[] = [];
  readonly #providers: JsonObject[] = [];

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  /** What one file says of the organization that is meant; a file without one means the first. */
  add(document: JsonObject): void {
    const each = (name: string, work: (one: JsonObject) => void): void =>
      (arrayAt(document, name) ?? [])
        .filter(isJsonObject)
        .filter((one) => (one['orgId'] ?? one['org_id'] ?? 1) === this.#options.org)
        .forEach((one) => work(without(one, 'orgId', 'org_id')));
    each('datasources', (one) => this.#dataSource(one));
    each('providers', (one) => void this.#providers.push(one));
    each('muteTimes', (one) => this.#add('mute-timing', stringAt(one, 'name') ?? '', one));
    each('templates', (one) => this.#add('notification-template', stringAt(one, 'name') ?? '', one));
    each('policies', (one) =>
      this.#add('notification-policy', 'default', this.#expanded('notification-policy', 'default', one)),
    );
    // Their settings may hold secrets, which the files do not mark as such.
    each('contactPoints', (one) => this.#lacks('contact-point', literal(stringAt(one, 'name') ?? '')));
    each('groups', (one) => this.#lacks('alert-rule-group', literal(stringAt(one, 'name') ?? '')));
    each('apps', (one) => this.#lacks('plugin-settings', stringAt(one, 'type') ?? ''));
  }

  /** The dashboards of each provider whose directory is among the files. */
  async dashboards(files: Files): Promise<{ resources: Imported[]; errors: ResourceProblem[] }> {
    const dashboards = new ImportedDashboards(this.#options);
    const taken = new Set<string>();
    for (const provider of this.#providers) {
      const root = directoryOf(files, literal(stringAt(provider, 'options', 'path') ?? ''));
      const isByDirectory = objectAt(provider, 'options')?.['foldersFromFilesStructure'] === true;
      for (const path of files.paths.filter(
        (one) => one.endsWith('.json') && root !== undefined && one.startsWith(root),
      )) {
        const above = path.slice(root?.length).split('/').slice(0, -1);
        const title = isByDirectory ? (above.at(-1) ?? '') : literal(stringAt(provider, 'folder') ?? '');
        const uid = literal(stringAt(provider, 'folderUid') ?? '') || `imported-${naturalKey([title]).slice(0, 16)}`;
        if (!taken.has(path)) {
          taken.add(path);
          const meta: JsonObject = title === '' ? {} : { folderUid: uid, folderTitle: title };
          dashboards.add(path, { dashboard: await readJson(files, path), meta });
        }
      }
    }
    dashboards.finish();
    return {
      resources: [...this.#resources, ...dashboards.resources],
      errors: [...this.#errors, ...dashboards.errors],
    };
  }

  #dataSource(given: JsonObject): void {
    const name = stringAt(given, 'name') ?? '';
    const uid = literal(stringAt(given, 'uid') ?? '') || `imported-${naturalKey([name]).slice(0, 16)}`;
    const secrets = Object.keys(objectAt(given, 'secureJsonData') ?? {}).map((field) => [field, true]);
    const own = without(given, 'secureJsonData', 'editable', 'version', 'correlations', 'uid');
    const source = {
      ...DEFAULTS,
      ...this.#expanded('data-source', uid, own),
      uid,
      secureJsonFields: Object.fromEntries(secrets),
    };
    const content = dataSourceContent(source);
    this.#resources.push(imported(this.#options.org, 'data-source', uid, content));
  }

  #add(kind: KindName, uid: string, body: JsonObject): void {
    this.#resources.push(
      imported(this.#options.org, kind, uid, { title: kind === 'notification-policy' ? 'Default policy' : uid, body }),
    );
  }

  #lacks(kind: KindName, uid: string): void {
    this.#errors.push(lacking(this.#options.org, kind, uid, reason('import-kind')));
  }

  /** Replaces `$$` as Grafana does; variables stay, and are named. */
  #expanded(kind: KindName, uid: string, body: JsonObject): JsonObject {
    if (hasVariable(body)) {
      this.#errors.push(lacking(this.#options.org, kind, uid, reason('import-variables')));
    }
    return mapTexts(body, literal) as JsonObject;
  }
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
