import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isV2Version } from '../../grafana/kinds/dashboards/dashboard/content.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { readAhead } from '../../lib/concurrency/each-at-once.ts';
import { groupBy } from '../../lib/group-by.ts';
import { objectAt, stringAt, type Json, type JsonObject } from '../../lib/json/json.ts';
import { prettyJson } from '../../lib/json/pretty.ts';
import type { ExportedResource, Exporting } from './format.ts';
import { namesOf, TitlePaths } from './names.ts';
import { contactPoint, namedResource, policies, ruleGroup } from './provisioning/alerting.ts';
import { RootFolders } from './provisioning/folders.ts';
import { literal, literals, yamlText } from './provisioning/yaml.ts';

/** The path of the directory in Grafana: its image sets this variable. */
const ROOT = '${GF_PATHS_PROVISIONING}';

const READ_AHEAD = 8;

/**
 * Files for Grafana's provisioning directory, one of each sort for each organization. A provider for each folder keeps
 * titles that no directory could have, and the UIDs of folders without rules. Grafana provisions rules first, and gives
 * their folders new UIDs.
 */
export async function exportProvisioning(exporting: Exporting): Promise<undefined> {
  const { manifest, entries } = exporting;
  const orgs = new TitlePaths(manifest, []);
  for (const [org, ofOrg] of groupBy(entries, (entry) => entry.org)) {
    const name = `${orgs.orgFolder(org)}.yaml`;
    await new OrgFiles(exporting, ofOrg, orgs).write(name);
  }
  return undefined;
}

/** The files of one organization. */
class OrgFiles {
  readonly #exporting: Exporting;
  readonly #entries: readonly ManifestEntry[];
  readonly #orgs: TitlePaths;
  readonly #folders: RootFolders;
  /** UIDs of folders that Grafana creates for rules. */
  readonly #withRules: ReadonlySet<string | undefined>;

  constructor(exporting: Exporting, entries: readonly ManifestEntry[], orgs: TitlePaths) {
    this.#exporting = exporting;
    this.#entries = entries;
    this.#orgs = orgs;
    this.#folders = new RootFolders(exporting.manifest);
    this.#withRules = new Set(this.#of('alert-rule-group').map(({ folderUid }) => folderUid));
  }

  async write(name: string): Promise<void> {
    const { write, lacks, variable } = this.#exporting;
    const file = async (folder: string, document: JsonObject): Promise<void> => {
      if (Object.values(document).some((value) => Array.isArray(value) && value.length > 0)) {
        await write(`${folder}/${name}`, yamlText(document));
      }
    };
    this.#entries.filter(({ kind }) => !HELD.has(kind)).forEach((one) => lacks(one, reason('export-kind')));
    await file('datasources', {
      apiVersion: 1,
      datasources: await this.#each('data-source', (one) => this.#dataSource(one)),
    });
    await file('plugins', { apiVersion: 1, apps: await this.#each('plugin-settings', (one) => this.#app(one)) });
    await file('alerting', {
      apiVersion: 1,
      templates: await this.#each('notification-template', namedResource),
      muteTimes: await this.#each('mute-timing', namedResource),
      contactPoints: await this.#each('contact-point', (one) => contactPoint(one, variable)),
      policies: await this.#each('notification-policy', (one) => this.#policies(one)),
      groups: await this.#each('alert-rule-group', (one) => ruleGroup(one, this.#folders.above(one.entry) ?? '')),
    });
    await file('dashboards', { apiVersion: 1, providers: await this.#providers() });
  }

  #of(kind: KindName): ManifestEntry[] {
    return this.#entries.filter((entry) => entry.kind === kind);
  }

  async #each(kind: KindName, convert: (resource: ExportedResource) => JsonObject | undefined): Promise<Json[]> {
    const converted: Json[] = [];
    for await (const resource of readAhead(READ_AHEAD, this.#of(kind), this.#exporting.read)) {
      const one = convert(resource);
      if (one !== undefined) {
        converted.push(one);
      }
    }
    return converted;
  }

  #dataSource({ entry, content, secrets }: ExportedResource): JsonObject {
    const body = objectAt(literals(content.body)) ?? {};
    const kept = Object.fromEntries(DATA_SOURCE.flatMap((name) => (name in body ? [[name, body[name] ?? null]] : [])));
    return { ...kept, orgId: entry.org, uid: literal(entry.uid), editable: true, ...this.#secrets(entry, secrets) };
  }

  #app({ entry, content, secrets }: ExportedResource): JsonObject {
    const { lacks } = this.#exporting;
    const body = objectAt(content.body) ?? {};
    if (body['pinned'] !== true) {
      lacks(entry, reason('export-pinned'));
    }
    return {
      type: entry.uid,
      org_id: entry.org,
      disabled: body['enabled'] !== true,
      jsonData: literals(body['jsonData'] ?? {}),
      ...this.#secrets(entry, secrets),
    };
  }

  #secrets(entry: ManifestEntry, fields: readonly string[]): JsonObject {
    const { variable } = this.#exporting;
    return fields.length === 0
      ? {}
      : { secureJsonData: Object.fromEntries(fields.map((field) => [field, `$${variable(entry, field)}`])) };
  }

  #policies(resource: ExportedResource): JsonObject | undefined {
    if (resource.entry.uid !== 'default') {
      this.#exporting.lacks(resource.entry, reason('export-kind'));
      return undefined;
    }
    return policies(resource);
  }

  /** A provider for each folder and one for the root, with the dashboards that are there. */
  async #providers(): Promise<Json[]> {
    const { manifest, write, lacks } = this.#exporting;
    const dashboards = groupBy(this.#of('dashboard'), ({ folderUid = '' }) => folderUid);
    const selected = new Set(this.#of('folder').map(({ uid }) => uid));
    const [org] = this.#entries.map((entry) => entry.org);
    const used = manifest.resources.filter(
      (one) => one.kind === 'folder' && one.org === org && (selected.has(one.uid) || dashboards.has(one.uid)),
    );
    const root = { org: org ?? 1, uid: '', title: 'General', folder: '' };
    const places = [...used, ...(dashboards.has('') ? [root] : [])];
    const providers: Json[] = [];
    for (const [place, name] of namesOf(places)) {
      const path = `dashboards/${this.#orgs.orgFolder(place.org)}/${name}`;
      const files = namesOf(dashboards.get(place.uid) ?? [], '.json');
      await write(`${path}/.keep`, '');
      for (const [entry, file] of files) {
        const { content } = await this.#exporting.read(entry);
        if (isV2Version(content.apiVersion)) {
          lacks(entry, reason('export-v2-dashboard'));
        } else {
          await write(`${path}/${file}`, prettyJson(canonicalOf(content).toString('utf8')));
        }
      }
      providers.push(await this.#provider(place, path));
    }
    return providers;
  }

  async #provider({ org, uid }: Pick<ManifestEntry, 'org' | 'uid'>, path: string): Promise<JsonObject> {
    const title = uid === '' ? '' : (this.#folders.above({ org, folderUid: uid }) ?? '');
    const entry = this.#of('folder').find((one) => one.uid === uid);
    const isNew = this.#withRules.has(uid);
    if (entry !== undefined) {
      await this.#lacksOfFolder(entry, title, isNew);
    }
    return compact<Record<string, Json | undefined>>({
      name: `${org} ${uid === '' ? 'General' : uid}`,
      orgId: org,
      folder: literal(title),
      folderUid: isNew || uid === '' ? undefined : literal(uid),
      allowUiUpdates: true,
      options: { path: `${ROOT}/${literal(path)}` },
    }) as JsonObject;
  }

  async #lacksOfFolder(entry: ManifestEntry, title: string, isNew: boolean): Promise<void> {
    const { lacks, read } = this.#exporting;
    if (entry.folderUid !== undefined) {
      lacks(entry, reason('export-folder-flat', { title }));
    }
    if (isNew) {
      lacks(entry, reason('export-folder-uid'));
    }
    if (stringAt((await read(entry)).content.body, 'description') !== undefined) {
      lacks(entry, reason('export-description'));
    }
  }
}

/** Kinds that provisioning knows. */
const HELD: ReadonlySet<KindName> = new Set<KindName>([
  'data-source',
  'plugin-settings',
  'notification-template',
  'mute-timing',
  'contact-point',
  'notification-policy',
  'alert-rule-group',
  'folder',
  'dashboard',
]);

const DATA_SOURCE = [
  'name',
  'type',
  'access',
  'url',
  'user',
  'database',
  'basicAuth',
  'basicAuthUser',
  'withCredentials',
  'isDefault',
  'jsonData',
];
