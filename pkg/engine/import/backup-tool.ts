import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ResourceProblem } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { groupContent } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { contactPointContent, integrationsByName } from '../../grafana/kinds/alerting/contact-point/content.ts';
import { libraryPanelContent } from '../../grafana/kinds/dashboards/library-panel.ts';
import { dataSourceContent } from '../../grafana/kinds/data-sources/data-source.ts';
import { groupBy } from '../../lib/group-by.ts';
import { isJsonObject, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { imported, lacking, type ArchiveReader, type Imported } from './archive.ts';
import { ImportedDashboards } from './dashboards.ts';
import { invalid, readJson } from './files.ts';

/** Files that can be imported, by the suffix of their names. */
const SORTS = {
  folder: /\.folder$/,
  dashboard: /\.dashboard$/,
  'data-source': /\.datasource$/,
  'library-panel': /\.library_element$/,
  'alert-rule-group': /\.alert_rule$/,
  'contact-point': /\.contact_points?$/,
  'notification-policy': /\.notification_polic\w+$/,
} as const satisfies Partial<Record<KindName, RegExp>>;

/** Files of other kinds, which are left out and named. */
const OTHERS: Partial<Record<KindName, RegExp>> = {
  'folder-permissions': /\.folder_permission$/,
  team: /\.(team|team_member)$/,
  annotation: /\.annotation$/,
  'dashboard-snapshot': /\.snapshot$/,
  org: /\.organization$/,
  user: /\.user$/,
};

/** Archives of grafana-backup-tool: a `tar.gz` file, or the directories that it is made of. */
export const backupTool: ArchiveReader = {
  reads: ({ paths }) => paths.some((path) => Object.values(SORTS).some((sort) => sort.test(path))),

  async read(files, options) {
    const { org } = options;
    const documents = async (kind: keyof typeof SORTS): Promise<[path: string, document: Json][]> => {
      const found = files.paths.filter((path) => SORTS[kind].test(path));
      return Promise.all(found.map(async (path) => [path, await readJson(files, path)] as [string, Json]));
    };
    const objects = async (kind: keyof typeof SORTS): Promise<JsonObject[]> =>
      (await documents(kind)).flatMap(([path, document]) => objectsIn(path, document));
    const dashboards = new ImportedDashboards(options);
    (await objects('folder')).forEach((folder) => dashboards.addFolder(folder));
    for (const [path, document] of await documents('dashboard')) {
      dashboards.add(path, document);
    }
    const { resources, errors } = dashboards.finish();
    const add = (kind: KindName, uid: string, content: Parameters<typeof imported>[3]): void =>
      void resources.push(imported(org, kind, uid, content));
    for (const source of await objects('data-source')) {
      const uid = stringAt(source, 'uid') ?? '';
      add('data-source', uid, dataSourceContent({ ...NOT_LISTED, ...source }));
      errors.push(lacking(org, 'data-source', uid, reason('import-listed-source')));
    }
    for (const panel of await objects('library-panel')) {
      add('library-panel', stringAt(panel, 'uid') ?? '', libraryPanelContent(panel));
    }
    for (const [name, integrations] of integrationsByName(await objects('contact-point'))) {
      add('contact-point', name, contactPointContent(name, integrations, undefined));
    }
    for (const policy of await objects('notification-policy')) {
      add('notification-policy', 'default', {
        title: 'Default policy',
        body: without(policy, 'provenance', 'version'),
      });
    }
    addGroups(await objects('alert-rule-group'), org, resources, errors);
    for (const [kind, sort] of Object.entries(OTHERS) as [KindName, RegExp][]) {
      const count = files.paths.filter((path) => sort.test(path)).length;
      if (count > 0) {
        errors.push({ ...lacking(org, kind, '', reason('import-kind')), count });
      }
    }
    return compact({ orgs: [{ id: org, name: '' }], resources, errors });
  },
};

function objectsIn(path: string, document: Json): JsonObject[] {
  const objects = (Array.isArray(document) ? document : [document]).filter(isJsonObject);
  if (objects.length === 0 && !Array.isArray(document)) {
    throw invalid(`${path} holds no resource`);
  }
  return objects;
}

/** Members that Grafana returns for a single data source, but not in the list that the tool stores. */
const NOT_LISTED: JsonObject = { apiVersion: '', basicAuthUser: '', withCredentials: false };

/** Rules have their folder and group, but not how often the group is evaluated. */
function addGroups(rules: readonly JsonObject[], org: number, resources: Imported[], errors: ResourceProblem[]): void {
  const uidOf = (rule: JsonObject): string =>
    `${stringAt(rule, 'folderUID') ?? ''}/${stringAt(rule, 'ruleGroup') ?? ''}`;
  for (const [uid, ofGroup] of groupBy(rules, uidOf)) {
    const [first] = ofGroup;
    const content = groupContent({
      title: stringAt(first, 'ruleGroup') ?? '',
      folderUid: stringAt(first, 'folderUID') ?? '',
      interval: DEFAULT_INTERVAL,
      rules: ofGroup,
    });
    resources.push(imported(org, 'alert-rule-group', uid, content));
    errors.push(lacking(org, 'alert-rule-group', uid, reason('import-interval')));
  }
}

/** Grafana's default, in seconds. */
const DEFAULT_INTERVAL = 60;
