import { eachOf, type Grafana, type Served } from '../grafana.ts';
import { type Entries, without } from './entries.ts';
import { dumpPermissions } from './people.ts';

interface Folder {
  uid: string;
  title: string;
  parentUid?: string;
  description?: string;
}

/** Folders from the root down, each with its permissions. */
export async function dumpFolders(grafana: Grafana, entries: Entries, parent = ''): Promise<void> {
  const query = parent === '' ? '' : `&parentUid=${parent}`;
  for (const { uid } of await grafana.get<Folder[]>(`/api/folders?limit=1000${query}`)) {
    const { title, description = '' } = await grafana.get<Folder>(`/api/folders/${uid}`);
    entries.add('folder', uid, { title, description, parent });
    await dumpPermissions(grafana, 'folders', uid, entries);
    await dumpFolders(grafana, entries, uid);
  }
}

/** Dashboards as they are stored, each with its permissions and its public dashboard. */
export async function dumpDashboards(grafana: Grafana, served: Served, entries: Entries): Promise<void> {
  const all = served.get('dashboard.grafana.app')?.includes('v0alpha1')
    ? await storedDashboards(grafana)
    : await classicDashboards(grafana);
  await eachOf(all, async ({ uid, ...dashboard }) => {
    entries.add('dashboard', uid, dashboard);
    await dumpPermissions(grafana, 'dashboards', uid, entries);
    const shared = await grafana.find<object>(`/api/dashboards/uid/${uid}/public-dashboards`);
    if (shared !== undefined) {
      entries.add('public-dashboard', uid, without(shared, 'createdBy', 'updatedBy', 'createdAt', 'updatedAt'));
    }
  });
}

interface Dashboard {
  uid: string;
  folder: string;
  version: string;
  spec: Record<string, unknown>;
}

interface Stored {
  apiVersion: string;
  metadata: { name: string; annotations?: Record<string, string>; continue?: string };
  spec: Record<string, unknown>;
  status?: { conversion?: { storedVersion?: string } };
}

const GROUP = 'dashboard.grafana.app';

/** In v0alpha1, which leaves classic dashboards as they are; others in the version that they are stored in. */
async function storedDashboards(grafana: Grafana): Promise<Dashboard[]> {
  const found: Dashboard[] = [];
  const path = grafana.resource(GROUP, 'v0alpha1', 'dashboards');
  for (let next: string | undefined = ''; next !== undefined;) {
    const page: { items: Stored[] | null; metadata: { continue?: string } } = await grafana.get(
      `${path}?limit=100${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`,
    );
    for (const item of page.items ?? []) {
      found.push(await asStored(grafana, item));
    }
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  }
  return found;
}

async function asStored(grafana: Grafana, listed: Stored): Promise<Dashboard> {
  const stored = listed.status?.conversion?.storedVersion ?? 'v0alpha1';
  const { name } = listed.metadata;
  const isSecondModel = stored.startsWith('v2');
  const item = isSecondModel
    ? await grafana.get<Stored>(`${grafana.resource(GROUP, stored, 'dashboards')}/${name}`)
    : listed;
  return {
    uid: name,
    folder: item.metadata.annotations?.['grafana.app/folder'] ?? '',
    version: isSecondModel ? stored : 'classic',
    spec: classicSpec(item.spec),
  };
}

async function classicDashboards(grafana: Grafana): Promise<Dashboard[]> {
  const hits = await grafana.get<{ uid: string }[]>('/api/search?type=dash-db&limit=5000');
  const found: Dashboard[] = [];
  for (const { uid } of hits) {
    const { dashboard, meta } = await grafana.get<{ dashboard: Record<string, unknown>; meta: { folderUid: string } }>(
      `/api/dashboards/uid/${uid}`,
    );
    found.push({ uid, folder: meta.folderUid, version: 'classic', spec: classicSpec(dashboard) });
  }
  return found;
}

/** Grafana fills in a library panel's model and dates when it reads a dashboard. */
function classicSpec(spec: Record<string, unknown>): Record<string, unknown> {
  const panels = spec['panels'];
  return {
    ...without(spec, 'id', 'uid', 'version'),
    ...(Array.isArray(panels) ? { panels: panels.map(withoutLibraryModel) } : {}),
  };
}

function withoutLibraryModel(panel: Record<string, unknown>): Record<string, unknown> {
  const library = panel['libraryPanel'] as { uid: string; name: string } | undefined;
  if (library === undefined) {
    return panel;
  }
  const { id, title, gridPos } = panel;
  return { id, title, gridPos, libraryPanel: { uid: library.uid, name: library.name } };
}

interface LibraryElement {
  uid: string;
  name: string;
  kind: number;
  folderUid?: string;
  model: object;
}

export async function dumpLibraryPanels(grafana: Grafana, entries: Entries): Promise<void> {
  const { result } = await grafana.get<{ result: { elements: LibraryElement[] } }>(
    '/api/library-elements?perPage=1000',
  );
  for (const { uid, name, kind, folderUid = '', model } of result.elements) {
    // The number in the list also counts deleted dashboards in Grafana 11.
    const connections = await grafana.get<{ result: object[] }>(`/api/library-elements/${uid}/connections`);
    const connectedDashboards = connections.result.length;
    entries.add('library-panel', uid, { name, kind, folderUid, model, connectedDashboards });
  }
}
