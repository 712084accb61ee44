import { ancestors, canInFolder, defaultAcl, isLocked } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { slugOf } from '../../dashboards.ts';
import { addFolder, childrenOf, countsBelow, libraryPanelsInUse, placeProblem, removeFolder } from '../../folders.ts';
import type { Folder } from '../../model/model.ts';
import type { AclEntry } from '../../model/stored.ts';
import { accessDenied, errutil, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const MISMATCH = 'the folder has been changed by someone else';

export function folderRoutes(router: Router): void {
  router.on('GET /api/folders', (call) => {
    const parentUid = call.query.get('parentUid') ?? '';
    if (parentUid !== '' && !call.org.folders.has(parentUid)) {
      throw problem(404, 'folder not found', { status: 'not-found' });
    }
    const limit = call.number('limit', 1000);
    const start = (Math.max(1, call.number('page', 1)) - 1) * limit;
    return childrenOf(call.org, parentUid)
      .filter((folder) => canInFolder(call.identity, call.org, 'folders:read', folder.uid))
      .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : a.id - b.id))
      .slice(start, start + limit)
      .map((folder) => ({
        id: folder.id,
        uid: folder.uid,
        title: folder.title,
        ...(folder.parentUid ? { parentUid: folder.parentUid } : {}),
        ...(folder.managedBy ? { managedBy: folder.managedBy.kind } : {}),
      }));
  });
  router.on('GET /api/folders/:uid', (call) => folderDto(call, find(call, 'folders:read')));
  router.on('GET /api/folders/:uid/counts', (call) => {
    // Of one that is missing they are zero.
    const uid = call.param('uid');
    return countsBelow(call.org, call.org.folders.has(uid) ? find(call, 'folders:read').uid : uid);
  });
  router.on('POST /api/folders', create);
  router.on('PUT /api/folders/:uid', (call) => {
    const folder = find(call, 'folders:write');
    const body = call.plain<{ title?: string; description?: string; version?: number; overwrite?: boolean }>();
    refuseLocked(folder);
    if (!body.overwrite && body.version !== undefined && body.version !== folder.generation) {
      throw problem(412, MISMATCH, { status: 'version-mismatch' });
    }
    const title = body.title ?? folder.title;
    refuseTitle(call, title, folder.parentUid, folder.uid);
    folder.title = title;
    folder.description = body.description ?? folder.description;
    call.state.touch(folder, call.author, 'folders');
    call.org.index.revision++;
    return folderDto(call, folder);
  });
  router.on('POST /api/folders/:uid/move', (call) => {
    const folder = find(call, 'folders:write');
    refuseLocked(folder);
    const { parentUid = '' } = call.plain<{ parentUid?: string }>();
    refusePlace(call, folder.uid, parentUid);
    refuseTitle(call, folder.title, parentUid, folder.uid);
    folder.parentUid = parentUid;
    call.state.touch(folder, call.author, 'folders');
    call.org.index.revision++;
    return folderDto(call, folder);
  });
  router.on('DELETE /api/folders/:uid', (call) => {
    const uid = call.param('uid');
    if (!call.org.folders.has(uid)) {
      // What is below a folder that is missing goes with it all the same.
      childrenOf(call.org, uid).forEach((child) => removeFolder(call.state, call.org, child.uid, call.author));
    }
    const folder = find(call, 'folders:delete');
    refuseLocked(folder);
    const rules = countsBelow(call.org, folder.uid)['alertrule'] ?? 0;
    if (rules > 0 && call.query.get('forceDeleteRules') !== 'true') {
      throw problem(400, 'folder cannot be deleted: folder contains alert rules');
    }
    if (libraryPanelsInUse(call.org, folder.uid)) {
      throw problem(403, 'folder contains library elements in use');
    }
    removeFolder(call.state, call.org, folder.uid, call.author);
    return { id: folder.id, title: folder.title, message: `Folder ${folder.title} deleted` };
  });
}

function create(call: Call): unknown {
  const body = call.plain<{ uid?: string; title?: string; description?: string; parentUid?: string }>();
  const parentUid = call.tuning.nestedFolders ? (body.parentUid ?? '') : '';
  const title = body.title ?? '';
  const uid = body.uid ? body.uid : call.state.newUid();
  if (title.trim() === '') {
    throw problem(400, 'folder title cannot be empty');
  }
  if (uid.length > 40 || !/^[a-zA-Z0-9\-_]+$/.test(uid)) {
    throw problem(400, uid.length > 40 ? 'uid too long, max 40 characters' : 'uid contains illegal characters');
  }
  if (!canInFolder(call.identity, call.org, 'folders:create', parentUid)) {
    throw accessDenied('folders:create');
  }
  if (!call.profile.takesFolderBelowMissing || parentUid === '' || call.org.folders.has(parentUid)) {
    refusePlace(call, uid, parentUid);
  }
  if (call.org.folders.has(uid)) {
    throw call.profile.folderSameUid === 412
      ? problem(412, MISMATCH, { status: 'version-mismatch' })
      : problem(409, 'a folder/dashboard with the same uid already exists');
  }
  refuseTitle(call, title, parentUid, uid);
  const folder = addFolder(call.state, call.org, {
    uid,
    title,
    description: body.description,
    parentUid,
    by: call.author,
    acl: aclOfNew(call, parentUid),
  });
  return folderDto(call, folder);
}

/**
 * From 12 on a nested folder has none; before, service accounts that make a folder get none (api/folder.go of 11.6).
 */
function aclOfNew(call: Call, parentUid: string): AclEntry[] {
  const { profile, identity, state } = call;
  return call.isAbandoned || (profile.major >= 12 && parentUid !== '')
    ? []
    : defaultAcl(() => state.nextId(), identity, parentUid === '', profile.major >= 12);
}

function refusePlace(call: Call, uid: string, parentUid: string): void {
  const wrong = placeProblem(call.org, call.profile.maxFolderDepth, uid, parentUid);
  if (wrong === 'no-parent') {
    throw problem(404, 'folder not found', { status: 'not-found' });
  }
  if (wrong === 'too-deep') {
    throw errutil(400, 'folder.maximum-depth-reached', 'Maximum nested folder depth reached');
  }
  if (wrong === 'circular') {
    throw errutil(400, 'folder.circular-reference', 'Circular reference detected');
  }
}

function refuseTitle(call: Call, title: string, parentUid: string, uid: string): void {
  const taken = childrenOf(call.org, parentUid).some((folder) => folder.title === title && folder.uid !== uid);
  if (call.profile.uniqueFolderTitles && taken) {
    throw problem(409, 'a folder with the same name already exists in the current location');
  }
}

function refuseLocked(folder: Folder): void {
  if (isLocked(folder)) {
    throw problem(403, 'folder is managed and cannot be changed through this API');
  }
}

function find(call: Call, action: string): Folder {
  const folder = call.org.folders.get(call.param('uid'));
  if (folder === undefined) {
    throw problem(404, 'folder not found', { status: 'not-found' });
  }
  if (!canInFolder(call.identity, call.org, action, folder.uid)) {
    throw accessDenied(action);
  }
  return folder;
}

function urlOf(folder: Folder): string {
  return `/dashboards/f/${folder.uid}/${slugOf(folder.title)}`;
}

/** The legacy answer has no description, whatever was stored. */
function folderDto(call: Call, folder: Folder): unknown {
  const may = (action: string) => canInFolder(call.identity, call.org, action, folder.uid);
  return {
    id: folder.id,
    uid: folder.uid,
    orgId: call.org.id,
    title: folder.title,
    url: urlOf(folder),
    hasAcl: false,
    canSave: may('folders:write'),
    canEdit: may('folders:write'),
    canAdmin: may('folders.permissions:write'),
    canDelete: may('folders:delete'),
    createdBy: folder.createdBy,
    created: new Date(folder.created).toISOString(),
    updatedBy: folder.updatedBy,
    updated: new Date(folder.updated).toISOString(),
    version: folder.generation,
    ...(folder.managedBy ? { managedBy: folder.managedBy.kind } : {}),
    ...(folder.parentUid
      ? {
          parentUid: folder.parentUid,
          ...(call.org.folders.has(folder.parentUid) ? { parents: parentsOf(call, folder) } : {}),
        }
      : {}),
  };
}

function parentsOf(call: Call, folder: Folder): unknown[] {
  return ancestors(call.org, folder.parentUid)
    .reverse()
    .map((parent) => ({ id: parent.id, uid: parent.uid, title: parent.title, url: urlOf(parent) }));
}
