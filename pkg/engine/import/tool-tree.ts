import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { teamContent } from '../../grafana/kinds/access/team.ts';
import { annotationContent } from '../../grafana/kinds/dashboards/annotation.ts';
import { libraryPanelContent } from '../../grafana/kinds/dashboards/library-panel.ts';
import { dataSourceContent } from '../../grafana/kinds/data-sources/data-source.ts';
import { naturalKey, Occurrences } from '../../grafana/natural-key.ts';
import { groupBy } from '../../lib/group-by.ts';
import { isJsonObject, numberAt, objectAt, stringAt, without, type JsonObject } from '../../lib/json/json.ts';
import { addContactPoints, addNamed, addPolicies, addRules, integrationsIn } from './alerting.ts';
import type { ArchiveReader, ImportOptions } from './archive.ts';
import { invalid, readJson, type Files } from './files.ts';
import { ImportedOrg } from './organization.ts';

/** Kinds that tools store as responses of Grafana's API. */
type Sort =
  | 'folder'
  | 'dashboard'
  | 'data-source'
  | 'library-panel'
  | 'team'
  | 'annotation'
  | 'alert-rule-group'
  | 'contact-point'
  | 'notification-policy'
  | 'mute-timing'
  | 'notification-template';

/** How a tool lays out its files. */
export interface Layout {
  /** A file that only this tool writes. */
  is: RegExp;
  /** Files by kind; the first that fits counts. */
  sorts: Partial<Record<Sort, RegExp>>;
  /** Files of other kinds, which are left out and named. */
  others: Partial<Record<KindName, RegExp>>;
  /** The organizations of the files, by path. Without it, there is only one. */
  orgs?: (files: Files, options: ImportOptions) => OrgsOfFiles | Promise<OrgsOfFiles>;
  /** The directory of a dashboard, as far as it names its folder. */
  directory?: (path: string) => string;
  /** The same for a folder. */
  folderDirectory?: (folder: JsonObject) => string;
}

/** The organizations of an archive. */
export interface OrgsOfFiles {
  orgs: Manifest['orgs'];
  orgOf(path: string, document: JsonObject): number;
}

interface Found {
  path: string;
  document: JsonObject;
}

/** Reads the files of a tool that stores responses of Grafana's API. */
export function toolTree(layout: Layout): ArchiveReader {
  const sorts = Object.entries(layout.sorts) as [Sort, RegExp][];
  return {
    reads: ({ paths }) => paths.some((path) => layout.is.test(path)),

    async read(files, options) {
      const only = { orgs: [{ id: options.org, name: '' }], orgOf: () => options.org };
      const { orgs, orgOf } = (await layout.orgs?.(files, options)) ?? only;
      const trees = new Map(orgs.map(({ id }) => [id, new Tree(layout, { ...options, org: id })]));
      const treeOf = (path: string, document: JsonObject = {}): Tree =>
        trees.get(orgOf(path, document)) ?? missing(path);
      for (const path of files.paths) {
        const sort = sorts.find(([, pattern]) => pattern.test(path))?.[0];
        for (const document of sort === undefined ? [] : await objectsIn(files, path)) {
          treeOf(path, document).take(sort as Sort, { path, document });
        }
      }
      const found = [...trees.values()].map((tree) => tree.finish());
      const others = Object.entries(layout.others) as [KindName, RegExp][];
      for (const [kind, pattern] of others) {
        const paths = files.paths.filter((path) => pattern.test(path));
        for (const [{ org }, ofOrg] of groupBy(paths, (path) => treeOf(path))) {
          org.lacks(kind, '', reason('import-kind'), ofOrg.length);
        }
      }
      return ImportedOrg.archiveOf(orgs, found);
    },
  };
}

function missing(path: string): never {
  throw invalid(`${path} belongs to an organization that the archive does not list`);
}

/** Some tools wrap the answer of the API. */
async function objectsIn(files: Files, path: string): Promise<JsonObject[]> {
  const document = await readJson(files, path);
  const objects = (Array.isArray(document) ? document : [document]).filter(isJsonObject);
  if (objects.length === 0 && !Array.isArray(document)) {
    throw invalid(`${path} contains no resource`);
  }
  return objects.map((one) => {
    const isWrapped = stringAt(one, 'kind')?.startsWith('grafana-') === true;
    return objectAt(one, 'Entity') ?? (isWrapped ? objectAt(one, 'spec') : undefined) ?? one;
  });
}

/** The files of one organization. */
class Tree {
  readonly org: ImportedOrg;
  readonly #layout: Layout;
  readonly #found = new Map<Sort, Found[]>();
  /** UIDs of folders by their directories. */
  readonly #directories = new Map<string, Set<string>>();

  constructor(layout: Layout, options: ImportOptions) {
    this.#layout = layout;
    this.org = new ImportedOrg(options);
  }

  take(sort: Sort, found: Found): void {
    const all = this.#found.get(sort);
    if (all === undefined) {
      this.#found.set(sort, [found]);
    } else {
      all.push(found);
    }
  }

  finish(): ImportedOrg {
    for (const sort of KIND_NAMES) {
      const found = this.#found.get(sort as Sort);
      if (found !== undefined) {
        this.#add(sort as Sort, found);
      }
    }
    return this.org;
  }

  #add(sort: Sort, found: readonly Found[]): void {
    const { org } = this;
    const documents = found.map(({ document }) => document);
    switch (sort) {
      case 'folder':
        return documents.forEach((one) => this.#folder(one));
      case 'dashboard':
        return found.forEach((one) => this.#dashboard(one));
      case 'data-source':
        return documents.forEach((one) => addListedSource(org, one));
      case 'library-panel':
        return documents.forEach((one) =>
          org.add('library-panel', stringAt(one, 'uid') ?? '', libraryPanelContent(one)),
        );
      case 'team':
        return addTeams(org, documents);
      case 'annotation':
        return addAnnotations(org, documents);
      case 'alert-rule-group':
        // One tool adds the path of the folder.
        return addRules(
          org,
          documents.map((one) => without(one, 'NestedPath')),
        );
      case 'contact-point':
        return addContactPoints(org, documents.flatMap(integrationsIn));
      case 'notification-policy':
        return documents.forEach((one) => addPolicies(org, one));
      case 'mute-timing':
      case 'notification-template':
        return documents.forEach((one) => addNamed(org, sort, one));
    }
  }

  #folder(given: JsonObject): void {
    const parentUid = stringAt(given, 'parentUid') ?? stringAt(given, 'folderUid') ?? '';
    this.org.addFolder({ ...given, parentUid });
    const directory = this.#layout.folderDirectory?.(given);
    if (directory !== undefined) {
      const uids = this.#directories.get(directory) ?? new Set();
      this.#directories.set(directory, uids.add(stringAt(given, 'uid') ?? ''));
    }
  }

  /** If the file does not name its folder, its directory does. General is the root. */
  #dashboard({ path, document }: Found): void {
    const { org } = this;
    const directory = this.#layout.directory?.(path) ?? '';
    const isPlaced = objectAt(document, 'meta') !== undefined || stringAt(document, 'kind') === 'Dashboard';
    if (isPlaced || directory === '' || directory.toLowerCase() === 'general') {
      return org.addDashboard(path, document);
    }
    const uids = this.#directories.get(directory) ?? new Set();
    if (uids.size > 1) {
      org.lacks('dashboard', stringAt(document, 'uid') ?? '', reason('import-place', { directory }));
      return org.addDashboard(path, document);
    }
    const [folderUid = org.folderOf(directory)] = uids;
    if (uids.size === 0) {
      this.#directories.set(directory, uids.add(folderUid));
      org.lacks('folder', folderUid, reason('import-folder-title'));
    }
    return org.addDashboard(path, { dashboard: document, meta: { folderUid } });
  }
}

/** Members that Grafana returns for a single data source, but not in the list that tools store. */
const NOT_LISTED: JsonObject = {
  apiVersion: '',
  basicAuth: false,
  basicAuthUser: '',
  database: '',
  isDefault: false,
  user: '',
  withCredentials: false,
};

function addListedSource(org: ImportedOrg, given: JsonObject): void {
  const uid = stringAt(given, 'uid') ?? '';
  const isDefault = given['isDefault'] === true || given['isDefault'] === 'true';
  org.add('data-source', uid, dataSourceContent({ ...NOT_LISTED, ...without(given, 'org'), isDefault }));
  const lost = objectAt(given, 'jsonData') === undefined ? 'import-bare-source' : 'import-listed-source';
  org.lacks('data-source', uid, reason(lost));
}

/** Members are in another file. */
function addTeams(org: ImportedOrg, documents: readonly JsonObject[]): void {
  const byTeam = groupBy(documents, (one) => numberAt(one, 'teamId'));
  for (const team of byTeam.get(undefined) ?? []) {
    const id = numberAt(team, 'id');
    org.add('team', stringAt(team, 'name') ?? '', teamContent(team, (id === undefined ? [] : byTeam.get(id)) ?? []));
  }
}

/** Annotations, except those of alerts. Tools that request month by month may store some of them twice. */
function addAnnotations(org: ImportedOrg, documents: readonly JsonObject[]): void {
  const byId = new Map(documents.map((one, place) => [numberAt(one, 'id') ?? `no ID ${place}`, one]));
  const occurrences = new Occurrences();
  for (const one of byId.values()) {
    if ((numberAt(one, 'alertId') ?? 0) === 0) {
      const content = annotationContent(one);
      org.add('annotation', occurrences.next(naturalKey(content.body)), content);
    }
  }
}
