import { stringAt, numberAt, objectAt, type JsonObject } from '../../lib/json/json.ts';
import type { ImportOptions } from './archive.ts';
import { invalid, readJson, type Files } from './files.ts';
import { toolTree, type OrgsOfFiles } from './tool-tree.ts';

/**
 * Archives of grafana-backup-tool and of `az grafana backup`: a `tar.gz` file, or the directories that it is made of.
 */
export const backupTool = toolTree({
  is: /\.(folder|dashboard|datasource|library_(element|panel)|alert_rule|contact_points?|notification_polic\w+)$/,
  sorts: {
    folder: /\.folder$/,
    dashboard: /\.dashboard$/,
    'data-source': /\.datasource$/,
    'library-panel': /\.library_(element|panel)$/,
    annotation: /\.annotation$/,
    'alert-rule-group': /\.alert_rule$/,
    'contact-point': /\.contact_points?$/,
    'notification-policy': /\.notification_polic\w+$/,
  },
  others: {
    'folder-permissions': /\.folder_permission$/,
    team: /\.(team|team_member)$/,
    'dashboard-snapshot': /\.snapshot$/,
    org: /\.organization$/,
    user: /\.user$/,
  },
});

const GDG_ORG = /(?:^|\/)org_([^/]+)\//;

/** The output directory of gdg, or that of one of its organizations. */
export const gdg = toolTree({
  is: /(^|\/)(org_[^/]+\/(dashboards|folders|connections)|alerting-rules|libraryelements|connections)\/.*\.json$/,
  sorts: {
    folder: /(^|\/)folders\/.*\.json$/,
    dashboard: /(^|\/)dashboards\/.*\.json$/,
    'data-source': /(^|\/)connections\/[^/]+\.json$/,
    'library-panel': /(^|\/)libraryelements\/.*\.json$/,
    team: /(^|\/)teams\/[^/]+\/(team|members)\.json$/,
    'alert-rule-group': /(^|\/)(alerting\/rules|alerting-rules\/.*)\.json$/,
    'contact-point': /(^|\/)alerting\/contacts\.json$/,
    'notification-policy': /(^|\/)alerting\/policies\.json$/,
    'mute-timing': /(^|\/)alerting\/timings\.json$/,
    'notification-template': /(^|\/)alerting\/templates\.json$/,
  },
  others: {
    'folder-permissions': /(^|\/)folders-permissions\/.*\.json$/,
    'dashboard-permissions': /(^|\/)dashboards-permissions\/.*\.json$/,
    'data-source-permissions': /(^|\/)connections-permissions\/.*\.json$/,
  },
  orgs: gdgOrgs,
  // Titles are encoded as in a form.
  directory: (path) => decoded(/(?:^|\/)dashboards\/(.*)\/[^/]+$/.exec(path)?.[1] ?? ''),
  folderDirectory: (folder) => decoded(stringAt(folder, 'NestedPath') ?? stringAt(folder, 'title') ?? ''),
});

/** The directories have names made of those of the organizations, whose IDs are in other files. */
async function gdgOrgs(files: Files, options: ImportOptions): Promise<OrgsOfFiles> {
  const slugs = [...new Set(files.paths.flatMap((path) => GDG_ORG.exec(path)?.[1] ?? []))];
  const known = new Map<string, { id: number; name: string }>();
  for (const slug of slugs) {
    const path = files.paths.find((one) => `/${one}`.endsWith(`/organizations/${slug}.json`));
    const org = path === undefined ? undefined : objectAt(await readJson(files, path), 'organization');
    known.set(slug, { id: numberAt(org, 'id') ?? options.org, name: stringAt(org, 'name') ?? '' });
  }
  const orgs = slugs.length === 0 ? [{ id: options.org, name: '' }] : [...known.values()];
  if (new Set(orgs.map(({ id }) => id)).size < orgs.length) {
    throw invalid(
      `the IDs of the organizations ${slugs.join(', ')} are missing: import each directory separately, with --org`,
    );
  }
  const [first] = orgs;
  return { orgs, orgOf: (path) => known.get(GDG_ORG.exec(path)?.[1] ?? '')?.id ?? first?.id ?? options.org };
}

/** The trees of grafana-util: `raw` directories. The others have copies for other uses. */
export const grafanaUtil = toolTree({
  is: /(^|\/)export-metadata\.json$/,
  sorts: {
    folder: /(^|\/)raw\/folders\.json$/,
    'alert-rule-group': /(^|\/)raw\/rules\/[^/]+\/[^/]+\/[^/]+\.json$/,
    'contact-point': /(^|\/)raw\/contact-points\/[^/]+\/[^/]+\.json$/,
    'notification-policy': /(^|\/)raw\/policies\/notification-policies\.json$/,
    'mute-timing': /(^|\/)raw\/mute-timings\/[^/]+\/[^/]+\.json$/,
    'notification-template': /(^|\/)raw\/templates\/[^/]+\/[^/]+\.json$/,
    dashboard: /(^|\/)raw\/(?!(rules|contact-points|mute-timings|templates)\/[^/]+\/).*__[^/]+\.json$/,
    'data-source': /(^|\/)(?<!raw\/)datasources\.json$/,
  },
  others: {
    'dashboard-permissions': /(^|\/)raw\/permissions\.json$/,
    user: /(^|\/)users\.json$/,
    team: /(^|\/)teams\.json$/,
    org: /(^|\/)orgs\.json$/,
    'service-account': /(^|\/)service-accounts\.json$/,
  },
  orgs: utilOrgs,
  directory: (path) => plainTitle(/(?:^|\/)raw\/(?:.*\/)?([^/]+)\/[^/]+$/.exec(path)?.[1] ?? ''),
  folderDirectory: (folder) => plainTitle(stringAt(folder, 'title') ?? ''),
});

/** Several organizations each have a directory, and a list of all folders names theirs. */
function utilOrgs(files: Files, options: ImportOptions): OrgsOfFiles {
  const pathOrg = (path: string): number => Number(/(?:^|\/)org_(\d+)_[^/]*\//.exec(path)?.[1] ?? Number.NaN);
  const ids = [...new Set(files.paths.map(pathOrg))].filter((id) => id > 0);
  const orgs = ids.length === 0 ? [{ id: options.org, name: '' }] : ids.map((id) => ({ id, name: '' }));
  const orgOf = (path: string, document: JsonObject): number =>
    ids.length === 0 ? options.org : pathOrg(path) || Number(stringAt(document, 'orgId') ?? orgs[0]?.id);
  return { orgs, orgOf };
}

/** The directory of wizzy: dashboards, in directories by folder, and data sources of one organization. */
export const wizzy = toolTree({
  is: /(^|\/)conf\/wizzy\.json$/,
  sorts: { dashboard: /(^|\/)dashboards\/.*\.json$/, 'data-source': /(^|\/)datasources\/[^/]+\.json$/ },
  others: { org: /(^|\/)orgs\/[^/]+\.json$/ },
  directory: (path) => /(?:^|\/)dashboards\/(.*)\/[^/]+$/.exec(path)?.[1] ?? '',
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** A title as far as a name of a directory keeps it. */
function plainTitle(title: string): string {
  return title
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
}
