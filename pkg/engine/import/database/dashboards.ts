import { annotationContent } from '../../../grafana/kinds/dashboards/annotation.ts';
import { apisContent } from '../../../grafana/kinds/dashboards/folder/content.ts';
import { libraryPanelContent } from '../../../grafana/kinds/dashboards/library-panel.ts';
import { playlistContent } from '../../../grafana/kinds/dashboards/playlist.ts';
import { contentOf } from '../../../grafana/kinds/dashboards/playlist/content.ts';
import { publicDashboardContent } from '../../../grafana/kinds/dashboards/public-dashboard.ts';
import { naturalKey, Occurrences } from '../../../grafana/natural-key.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { groupBy } from '../../../lib/group-by.ts';
import { objectAt, stringAt, type JsonObject } from '../../../lib/json/json.ts';
import { isIn, jsonIn, numberIn, objectIn, textIn, type OrgRows, type Row, type Tables } from './tables.ts';

/** Grafana 12 moves these from their old tables into that of its unified storage, and notes when it did. */
const MOVED = {
  dashboard: 'folders and dashboards migration',
  playlist: 'playlists migration',
} as const;

/** Folders and dashboards, with playlists, library panels, shared dashboards and annotations. */
export function addDashboards(its: OrgRows, tables: Tables): void {
  // Other releases may use another name, but leave the old table empty.
  const isMoved = (what: keyof typeof MOVED): boolean =>
    (tables.get(what) ?? []).length === 0 ||
    (tables.get('unifiedstorage_migration_log') ?? []).some(
      (row) => textIn(row, 'migration_id') === MOVED[what] && isIn(row, 'success'),
    );
  const namespace = its.id === 1 ? 'default' : `org-${its.id}`;
  const unified = groupBy(
    (tables.get('resource') ?? []).filter((row) => textIn(row, 'namespace') === namespace),
    (row) => textIn(row, 'resource'),
  );
  const objects = (name: string): JsonObject[] => (unified.get(name) ?? []).map((row) => objectIn(row, 'value'));
  const dashboards = new Map(its.rows('dashboard').map((row) => [numberIn(row, 'id'), row]));
  if (isMoved('dashboard')) {
    objects('folders').forEach((one) => addUnified(its, one));
    objects('dashboards').forEach((one) => addUnified(its, one));
  } else {
    addTableDashboards(its, dashboards, tables);
  }
  if (isMoved('playlist')) {
    objects('playlists').forEach((one) => addUnified(its, one));
  } else {
    addTablePlaylists(its, tables);
  }
  addLibraryPanels(its, dashboards);
  addPublicDashboards(its);
  addAnnotations(its, dashboards);
}

function addUnified({ org }: OrgRows, object: JsonObject): void {
  const uid = stringAt(object, 'metadata', 'name') ?? '';
  switch (stringAt(object, 'kind')) {
    case 'Folder':
      return org.add('folder', uid, apisContent(object));
    case 'Dashboard':
      // Large dashboards are stored elsewhere.
      return objectAt(object, 'spec') === undefined ||
        'grafana.app/blob' in (objectAt(object, 'metadata', 'annotations') ?? {})
        ? org.lacks('dashboard', uid, reason('import-blob'))
        : org.addDashboard(uid, object);
    case 'Playlist':
      return org.add('playlist', uid, playlistContent(object));
  }
}

function addTableDashboards({ org, rows }: OrgRows, dashboards: ReadonlyMap<number, Row>, tables: Tables): void {
  const folders = rows('folder');
  for (const row of folders) {
    org.addFolder({
      uid: textIn(row, 'uid'),
      title: textIn(row, 'title'),
      parentUid: textIn(row, 'parent_uid'),
      description: textIn(row, 'description'),
    });
  }
  // This table names no organization, and IDs of dashboards are those of the whole database.
  const files = tables.get('dashboard_provisioning') ?? [];
  const provisioned = new Map(files.map((row) => [numberIn(row, 'dashboard_id'), row]));
  for (const [id, row] of dashboards) {
    const uid = textIn(row, 'uid');
    if (isIn(row, 'is_folder')) {
      // Before Grafana 10, only this table contained folders.
      if (!org.has('folder', uid)) {
        org.addFolder({ uid, title: textIn(row, 'title') });
      }
    } else if (textIn(row, 'deleted') === '') {
      org.addDashboard(uid, dashboardOf(row, dashboards, provisioned.get(id)));
    }
  }
}

function dashboardOf(row: Row, dashboards: ReadonlyMap<number, Row>, provisioned: Row | undefined): JsonObject {
  const [uid, data, version] = [textIn(row, 'uid'), objectIn(row, 'data'), textIn(row, 'api_version')];
  const folderUid = folderIn(row, dashboards);
  if (/^v2/.test(version)) {
    const annotations: JsonObject = folderUid === '' ? {} : { 'grafana.app/folder': folderUid };
    return {
      apiVersion: `dashboard.grafana.app/${version}`,
      kind: 'Dashboard',
      metadata: { name: uid, annotations },
      spec: data,
    };
  }
  return {
    dashboard: { ...data, uid },
    meta: {
      folderUid,
      version: numberIn(row, 'version'),
      ...(provisioned === undefined
        ? {}
        : { provisioned: true, provisionedExternalId: textIn(provisioned, 'external_id') }),
    },
  };
}

/** Earlier releases have the numeric ID of the folder only. */
function folderIn(row: Row, dashboards: ReadonlyMap<number, Row>): string {
  const above = dashboards.get(numberIn(row, 'folder_id'));
  return textIn(row, 'folder_uid') || (above === undefined ? '' : textIn(above, 'uid'));
}

function addTablePlaylists({ org, rows }: OrgRows, tables: Tables): void {
  const items = groupBy(tables.get('playlist_item') ?? [], (row) => numberIn(row, 'playlist_id'));
  for (const row of rows('playlist')) {
    const its = [...(items.get(numberIn(row, 'id')) ?? [])].sort((a, b) => numberIn(a, 'order') - numberIn(b, 'order'));
    const source = {
      interval: textIn(row, 'interval'),
      items: its.map((item) => ({ type: textIn(item, 'type'), value: textIn(item, 'value') })),
    };
    const uid = textIn(row, 'uid');
    org.add('playlist', uid, contentOf(uid, textIn(row, 'name'), source));
  }
}

function addLibraryPanels({ org, rows }: OrgRows, dashboards: ReadonlyMap<number, Row>): void {
  for (const row of rows('library_element').filter((one) => numberIn(one, 'kind') === 1)) {
    const [uid, name] = [textIn(row, 'uid'), textIn(row, 'name')];
    const element = { uid, name, folderUid: folderIn(row, dashboards), model: objectIn(row, 'model') };
    org.add('library-panel', uid, libraryPanelContent({ ...element, version: numberIn(row, 'version') }));
  }
}

function addPublicDashboards({ org, rows }: OrgRows): void {
  for (const row of rows('dashboard_public')) {
    const dashboardUid = textIn(row, 'dashboard_uid');
    const answer = {
      uid: textIn(row, 'uid'),
      dashboardUid,
      accessToken: textIn(row, 'access_token'),
      timeSelectionEnabled: isIn(row, 'time_selection_enabled'),
      isEnabled: isIn(row, 'is_enabled'),
      annotationsEnabled: isIn(row, 'annotations_enabled'),
      share: textIn(row, 'share') || 'public',
    };
    org.add('public-dashboard', dashboardUid, publicDashboardContent(answer, dashboardUid));
  }
}

/** Annotations, except those of alerts, which are history. */
function addAnnotations({ org, rows }: OrgRows, dashboards: ReadonlyMap<number, Row>): void {
  const occurrences = new Occurrences();
  for (const row of rows('annotation').filter((one) => numberIn(one, 'alert_id') === 0)) {
    const of = dashboards.get(numberIn(row, 'dashboard_id'));
    const content = annotationContent({
      dashboardUID: textIn(row, 'dashboard_uid') || (of === undefined ? '' : textIn(of, 'uid')),
      panelId: numberIn(row, 'panel_id'),
      time: numberIn(row, 'epoch'),
      timeEnd: numberIn(row, 'epoch_end'),
      text: textIn(row, 'text'),
      tags: jsonIn(row, 'tags') ?? [],
      data: objectIn(row, 'data'),
      updated: numberIn(row, 'updated'),
    });
    org.add('annotation', occurrences.next(naturalKey(content.body)), content);
  }
}
