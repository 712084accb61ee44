import { numberAt, objectAt, stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { can, canInFolder, isWhole } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import type { LibraryPanel } from '../../model/org.ts';
import type { Dashboard } from '../../model/model.ts';
import { accessDenied, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';
import { nameOf } from './dashboards.ts';

export function libraryPanelRoutes(router: Router): void {
  router.on('GET /api/library-elements', (call) => {
    call.require('library.panels:read');
    const perPage = call.number('perPage', 100);
    const page = Math.max(1, call.number('page', 1));
    const text = (call.query.get('searchString') ?? '').toLowerCase();
    const folders = call.query.get('folderFilterUIDs')?.split(',');
    const all = [...call.org.libraryPanels.values()]
      .filter(
        (panel) =>
          readable(call, panel) &&
          panel.name.toLowerCase().includes(text) &&
          (folders === undefined || folders.includes(panel.folderUid === '' ? 'general' : panel.folderUid)),
      )
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
    const elements = all.slice((page - 1) * perPage, page * perPage).map((panel) => dto(call, panel));
    return { result: { totalCount: all.length, page, perPage, elements } };
  });
  router.on('POST /api/library-elements', create);
  router.on('GET /api/library-elements/:uid', (call) => {
    const panel = find(call, 'library.panels:read');
    // Where a folder above its own is missing (seen in 12.4).
    if (panel.folderUid !== '' && !isWhole(call.org, panel.folderUid)) {
      throw problem(500, 'unable to evaluate library panel permissions');
    }
    return { result: dto(call, panel) };
  });
  router.on('PATCH /api/library-elements/:uid', update);
  router.on('DELETE /api/library-elements/:uid', (call) => {
    const panel = find(call, 'library.panels:delete');
    if (connectionsOf(call, panel).length > 0) {
      throw problem(403, 'the library element has connections');
    }
    call.org.libraryPanels.delete(panel.uid);
    return { message: 'Library element deleted', id: panel.id };
  });
}

function create(call: Call): unknown {
  call.require('library.panels:create');
  const body = call.json();
  const uid = stringAt(body, 'uid') || call.state.newUid();
  const name = stringAt(body, 'name') ?? '';
  const folderUid = folderOf(call, body) ?? '';
  const given = objectAt(body, 'model');
  if (name === '' || given === undefined) {
    throw problem(400, name === '' ? 'missing name' : 'bad request data');
  }
  if (uid.length > 40 || !/^[a-zA-Z0-9\-_]+$/.test(uid)) {
    throw problem(400, uid.length > 40 ? 'uid too long, max 40 characters' : 'uid contains illegal characters');
  }
  if (call.org.libraryPanels.has(uid) || taken(call, name, folderUid, undefined)) {
    throw problem(400, 'library element with that name or UID already exists');
  }
  const panel: LibraryPanel = { ...call.state.stored(uid, call.author), name, folderUid, ...synced(given) };
  call.org.libraryPanels.set(uid, panel);
  return { result: dto(call, panel) };
}

function update(call: Call): unknown {
  const panel = find(call, 'library.panels:write');
  const body = call.json();
  if (numberAt(body, 'version') !== panel.generation) {
    throw problem(412, 'the library element has been changed by someone else');
  }
  const name = stringAt(body, 'name') || panel.name;
  // The database is not given empty values, so that nothing moves to the root (database.go, session.Update).
  const folderUid = folderOf(call, body) || panel.folderUid;
  if (taken(call, name, folderUid, panel)) {
    throw problem(400, 'library element with that name or UID already exists');
  }
  const uid = stringAt(body, 'uid') || panel.uid;
  if (uid !== panel.uid) {
    if (call.org.libraryPanels.has(uid)) {
      throw problem(400, 'library element with that name or UID already exists');
    }
    call.org.libraryPanels.delete(panel.uid);
    call.org.libraryPanels.set(uid, panel);
  }
  const model = objectAt(body, 'model');
  Object.assign(panel, { uid, name, folderUid, ...(model ? synced(model) : {}) });
  call.state.touch(panel, call.author);
  return { result: dto(call, panel) };
}

/** Type and description are kept in the model and beside it; what the model lacks is filled in. */
function synced(given: JsonObject): Pick<LibraryPanel, 'model' | 'type' | 'description'> {
  const type = stringAt(given, 'type') ?? '';
  const description = stringAt(given, 'description') ?? '';
  return { model: { ...given, type, description }, type, description };
}

function folderOf(call: Call, body: JsonObject): string | undefined {
  const uid = stringAt(body, 'folderUid');
  if (uid !== undefined && uid !== '' && !call.org.folders.has(uid)) {
    throw problem(404, 'folder not found');
  }
  return uid;
}

function taken(call: Call, name: string, folderUid: string, own: LibraryPanel | undefined): boolean {
  return [...call.org.libraryPanels.values()].some(
    (panel) => panel.name === name && panel.folderUid === folderUid && panel !== own,
  );
}

function readable(call: Call, panel: LibraryPanel): boolean {
  return panel.folderUid === '' || canInFolder(call.identity, call.org, 'folders:read', panel.folderUid);
}

function find(call: Call, action: string): LibraryPanel {
  if (!can(call.identity, action)) {
    throw accessDenied(action);
  }
  const panel = call.org.libraryPanels.get(call.param('uid'));
  if (panel === undefined || !readable(call, panel)) {
    throw problem(404, 'library element could not be found');
  }
  return panel;
}

function connectionsOf(call: Call, panel: LibraryPanel): Dashboard[] {
  return [...call.org.dashboards.values()].filter((dashboard) => dashboard.libraryPanels.includes(panel.uid));
}

function dto(call: Call, panel: LibraryPanel): unknown {
  const folder = call.org.folders.get(panel.folderUid);
  return {
    id: panel.id,
    orgId: call.org.id,
    ...(call.profile.numericIdRoutes ? { folderId: folder?.id ?? 0 } : {}),
    folderUid: panel.folderUid,
    uid: panel.uid,
    name: panel.name,
    kind: 1,
    type: panel.type,
    description: panel.description,
    model: panel.model,
    version: panel.generation,
    meta: {
      folderName: folder?.title ?? 'General',
      folderUid: panel.folderUid,
      connectedDashboards: connectionsOf(call, panel).length,
      created: new Date(panel.created).toISOString(),
      updated: new Date(panel.updated).toISOString(),
      createdBy: { id: 1, name: nameOf(call, panel.createdBy), avatarUrl: '' },
      updatedBy: { id: 1, name: nameOf(call, panel.updatedBy), avatarUrl: '' },
    },
  };
}
