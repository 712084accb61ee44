import { stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { can, canInFolder, defaultAcl, isLocked } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { addFolder, countsBelow, placeProblem, removeFolder } from '../../folders.ts';
import { annotationOf, notFound, serveK8s, specOf } from '../../k8s/k8s.ts';
import type { K8sKind } from '../../k8s/kind.ts';
import { managerOf } from '../../k8s/managers.ts';
import type { Folder } from '../../model/model.ts';
import { k8sStatus } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const KIND: K8sKind<Folder> = {
  group: 'folder.grafana.app',
  resource: 'folders',
  kind: 'Folder',
  staleStatus: 409,
  putCreates: true,
  items: (org) => org.folders,
  size: (folder) => 400 + folder.title.length + (folder.description?.length ?? 0),
  annotations: (folder): Record<string, string> => (folder.parentUid ? { 'grafana.app/folder': folder.parentUid } : {}),
  members: (folder) => `"spec":${JSON.stringify({ title: folder.title, description: folder.description })},"status":{}`,
  allowed(call, verb, folder) {
    const { identity, org } = call;
    if (verb === 'list' || verb === 'create') {
      return identity.role !== 'None' || can(identity, verb === 'list' ? 'folders:read' : 'folders:create');
    }
    const action = { get: 'folders:read', update: 'folders:write', delete: 'folders:delete' }[verb];
    return folder === undefined
      ? identity.role !== 'None' || can(identity, action)
      : canInFolder(identity, org, action, folder.uid);
  },
  create(call, name, object) {
    const parentUid = annotationOf(object, 'folder');
    if (name.length > 40) {
      throw k8sStatus(400, 'BadRequest', 'uid too long, max 40 characters');
    }
    place(call, name, parentUid, true);
    return addFolder(call.state, call.org, {
      uid: name,
      title: titleOf(object),
      description: stringAt(specOf(object), 'description'),
      parentUid,
      by: call.author,
      // Whether they are asked for or not (folder_storage.go Create); Update, which a PUT comes to, gives none.
      acl:
        parentUid === '' && call.method === 'POST' && !call.isAbandoned
          ? defaultAcl(() => call.state.nextId(), call.identity, true)
          : [],
      managedBy: managerOf(object),
    });
  },
  replace(call, folder, object) {
    if (annotationOf(object, 'grant-permissions') !== '') {
      throw k8sStatus(400, 'BadRequest', 'can not set grant permissions on update');
    }
    refuseLocked(folder);
    const parentUid = annotationOf(object, 'folder');
    if (parentUid !== folder.parentUid) {
      place(call, folder.uid, parentUid, false);
    }
    folder.title = titleOf(object);
    folder.description = stringAt(specOf(object), 'description');
    folder.parentUid = parentUid;
    folder.managedBy = managerOf(object);
    call.state.touch(folder, call.author, 'folders');
    call.org.index.revision++;
  },
  remove(call, folder) {
    refuseLocked(folder);
    const inside = Object.values(countsBelow(call.org, folder.uid)).reduce((sum, count) => sum + count, 0);
    if (inside > 0) {
      throw k8sStatus(400, 'BadRequest', `folder is not empty, contains ${inside} resources`);
    }
    removeFolder(call.state, call.org, folder.uid, call.author);
  },
};

function titleOf(object: JsonObject): string {
  const title = stringAt(specOf(object), 'title') ?? '';
  if (title.trim() === '') {
    throw k8sStatus(400, 'BadRequest', 'folder title cannot be empty');
  }
  return title;
}

function place(call: Call, uid: string, parentUid: string, isNew: boolean): void {
  const wrong = placeProblem(call.org, call.profile.maxFolderDepth, uid, parentUid);
  if (wrong === 'no-parent') {
    if (isNew && call.profile.takesFolderBelowMissing) {
      return;
    }
    throw notFound(KIND, parentUid);
  }
  if (wrong !== undefined) {
    const why = wrong === 'too-deep' ? 'folder max depth exceeded' : 'folder cannot be its own parent';
    throw k8sStatus(400, 'BadRequest', `${why}, max depth is ${call.profile.maxFolderDepth}`);
  }
  if (!canInFolder(call.identity, call.org, 'folders:create', parentUid)) {
    throw k8sStatus(
      403,
      'Forbidden',
      `folders.folder.grafana.app is forbidden: cannot create in folder "${parentUid}"`,
    );
  }
}

function refuseLocked(folder: Folder): void {
  if (isLocked(folder)) {
    throw k8sStatus(
      403,
      'Forbidden',
      `Folder is managed by ${folder.managedBy?.kind ?? ''} and cannot be changed here`,
    );
  }
}

export function k8sFolderRoutes(router: Router): void {
  serveK8s(router, KIND);
}
