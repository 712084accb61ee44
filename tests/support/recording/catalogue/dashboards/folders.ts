import { refused, type Area, type Step } from '../../step.ts';

const K8S = '/apis/folder.grafana.app/v1beta1/namespaces';
const METADATA = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json' };
const DATA = ['metadata.annotations', 'metadata.labels', 'items.*.metadata.annotations', 'items.*.metadata.labels'];

/** Grafana 12 lists folders in the order of its search index. */
const LISTED = { keep: ['*.uid'], sortBy: ['uid'] };

/** A folder as `/apis` takes it. */
function object(title: string, metadata: object): object {
  return { apiVersion: 'folder.grafana.app/v1beta1', kind: 'Folder', metadata, spec: { title } };
}

const legacy: Step[] = [
  { name: 'list, none', request: 'GET /api/folders?limit=1000&page=1' },
  {
    name: 'create',
    request: 'POST /api/folders',
    body: { uid: 'rec-f1', title: 'Recorded' },
    keep: ['uid', 'title', 'version'],
  },
  { name: 'create twice, same uid', request: 'POST /api/folders', body: { uid: 'rec-f1', title: 'Another' } },
  { name: 'create twice, same title', request: 'POST /api/folders', body: { uid: 'rec-f2', title: 'Recorded' } },
  {
    name: 'create below',
    request: 'POST /api/folders',
    body: { uid: 'rec-f3', title: 'Below', parentUid: 'rec-f1' },
    keep: ['uid', 'parentUid', 'parents.*.uid'],
  },
  {
    name: 'create below a missing folder',
    request: 'POST /api/folders',
    body: { uid: 'rec-f4', title: 'Lost', parentUid: 'missing' },
  },
  { name: 'create without a title', request: 'POST /api/folders', body: { uid: 'rec-f5', title: '' } },
  { name: 'create with a uid that is none', request: 'POST /api/folders', body: { uid: 'a/b', title: 'Slash' } },
  {
    name: 'create with a uid that is too long',
    request: 'POST /api/folders',
    body: { uid: 'x'.repeat(41), title: 'Long' },
  },
  { name: 'create, wrong body', request: 'POST /api/folders', rawBody: '[]' },
  { name: 'create, no body', request: 'POST /api/folders' },
  ...refused('POST /api/folders', { uid: 'rec-refused', title: 'Refused' }),
  {
    name: 'permissions of a viewer, read again',
    request: 'GET /api/access-control/user/permissions?reloadcache=true',
    as: 'viewer',
    map: [''],
  },
  { name: 'one', request: 'GET /api/folders/rec-f1', keep: ['uid', 'title', 'version'] },
  { name: 'one below', request: 'GET /api/folders/rec-f3', keep: ['uid', 'parentUid', 'parents.*.uid'] },
  { name: 'one by a viewer', request: 'GET /api/folders/rec-f1', as: 'viewer' },
  { name: 'one by nobody', request: 'GET /api/folders/rec-f1', as: 'nobody' },
  { name: 'one from the other org', request: 'GET /api/folders/rec-f1', org: 'other org' },
  { name: 'a missing one', request: 'GET /api/folders/missing' },
  { name: 'a missing one by a viewer', request: 'GET /api/folders/missing', as: 'viewer' },
  { name: 'list', request: 'GET /api/folders?limit=1000&page=1', ...LISTED },
  {
    name: 'list below',
    request: 'GET /api/folders?limit=1000&page=1&parentUid=rec-f1',
    keep: ['*.uid', '*.parentUid'],
  },
  { name: 'list below a missing folder', request: 'GET /api/folders?limit=1000&page=1&parentUid=missing' },
  { name: 'list, page beyond the end', request: 'GET /api/folders?limit=1000&page=9' },
  { name: 'list, page 0', request: 'GET /api/folders?limit=1000&page=0', ...LISTED },
  { name: 'list, no room', request: 'GET /api/folders?limit=0&page=1', ...LISTED },
  { name: 'list by a viewer', request: 'GET /api/folders?limit=1000&page=1', as: 'viewer', ...LISTED },
  { name: 'list by nobody', request: 'GET /api/folders?limit=1000&page=1', as: 'nobody' },
  { name: 'list in the other org', request: 'GET /api/folders?limit=1000&page=1', org: 'other org' },
  { name: 'change', request: 'PUT /api/folders/rec-f1', body: { title: 'Changed', overwrite: true }, keep: ['title'] },
  { name: 'change a stale version', request: 'PUT /api/folders/rec-f1', body: { title: 'Stale', version: 987 } },
  { name: 'change a missing one', request: 'PUT /api/folders/missing', body: { title: 'Lost', overwrite: true } },
  ...refused('PUT /api/folders/rec-f1', { title: 'Refused', overwrite: true }),
  { name: 'move up', request: 'POST /api/folders/rec-f3/move', body: { parentUid: '' }, keep: ['parentUid'] },
  {
    name: 'move down again',
    request: 'POST /api/folders/rec-f3/move',
    body: { parentUid: 'rec-f1' },
    keep: ['parentUid'],
  },
  { name: 'move below itself', request: 'POST /api/folders/rec-f1/move', body: { parentUid: 'rec-f3' } },
  { name: 'move below a missing one', request: 'POST /api/folders/rec-f3/move', body: { parentUid: 'missing' } },
  { name: 'move a missing one', request: 'POST /api/folders/missing/move', body: { parentUid: '' } },
  ...refused('POST /api/folders/rec-f3/move', { parentUid: '' }),
  { name: 'counts', request: 'GET /api/folders/rec-f1/counts', keep: ['folder', 'dashboard'], until: '"folder":1' },
  { name: 'counts of a missing one', request: 'GET /api/folders/missing/counts' },
  ...refused('GET /api/folders/rec-f1/counts'),
];

const k8s: Step[] = [
  {
    name: 'objects',
    request: `GET ${K8S}/default/folders?limit=500`,
    map: DATA,
    keep: ['items.*.metadata.name', 'kind'],
  },
  {
    name: 'objects, metadata only',
    request: `GET ${K8S}/default/folders?limit=500`,
    headers: METADATA,
    map: DATA,
    keep: ['kind'],
  },
  { name: 'objects of the other org', request: `GET ${K8S}/org-{{other org}}/folders?limit=500`, map: DATA },
  {
    name: 'objects of the other org, metadata only',
    request: `GET ${K8S}/org-{{other org}}/folders?limit=500`,
    headers: METADATA,
    map: DATA,
  },
  { name: 'objects of an org that is missing', request: `GET ${K8S}/org-987654/folders?limit=500` },
  { name: 'objects of a namespace that is none', request: `GET ${K8S}/nowhere/folders?limit=500` },
  { name: 'objects, one a page', request: `GET ${K8S}/default/folders?limit=1`, map: DATA },
  { name: 'objects, a token that is none', request: `GET ${K8S}/default/folders?limit=1&continue=nonsense` },
  {
    name: 'objects by a viewer',
    request: `GET ${K8S}/default/folders?limit=500`,
    as: 'viewer',
    map: DATA,
    keep: ['items.*.metadata.name'],
  },
  { name: 'objects by nobody', request: `GET ${K8S}/default/folders?limit=500`, as: 'nobody' },
  { name: 'objects by a token of another org', request: `GET ${K8S}/org-{{other org}}/folders?limit=500`, as: 'token' },
  {
    name: 'one object',
    request: `GET ${K8S}/default/folders/rec-f3`,
    map: DATA,
    keep: ['metadata.name', 'metadata.annotations.grafana.app/folder', 'spec.title'],
  },
  { name: 'a missing object', request: `GET ${K8S}/default/folders/missing` },
  {
    name: 'create an object',
    request: `POST ${K8S}/default/folders`,
    body: object('Object', { name: 'rec-f6', annotations: { 'grafana.app/folder': 'rec-f1' } }),
    map: DATA,
    capture: { 'folder version': 'metadata.resourceVersion' },
  },
  {
    name: 'create an object twice',
    request: `POST ${K8S}/default/folders`,
    body: object('Object', { name: 'rec-f6' }),
  },
  {
    name: 'create an object below a missing one',
    request: `POST ${K8S}/default/folders`,
    body: object('Object', { name: 'rec-f7', annotations: { 'grafana.app/folder': 'missing' } }),
  },
  { name: 'create an object, wrong body', request: `POST ${K8S}/default/folders`, rawBody: '[]' },
  {
    name: 'create an object by a viewer',
    request: `POST ${K8S}/default/folders`,
    as: 'viewer',
    body: object('Refused', { name: 'rec-f8' }),
  },
  {
    name: 'replace an object',
    request: `PUT ${K8S}/default/folders/rec-f6`,
    body: object('Replaced', {
      name: 'rec-f6',
      resourceVersion: '{{folder version}}',
      annotations: { 'grafana.app/folder': 'rec-f1' },
    }),
    map: DATA,
  },
  {
    name: 'replace an object at a stale version',
    request: `PUT ${K8S}/default/folders/rec-f6`,
    body: object('Stale', {
      name: 'rec-f6',
      resourceVersion: '{{folder version}}',
      annotations: { 'grafana.app/folder': 'rec-f1' },
    }),
  },
  {
    name: 'replace a missing object',
    request: `PUT ${K8S}/default/folders/rec-put`,
    body: object('Lost', { name: 'rec-put' }),
  },
].map((step): Step => ({ since: '12.0', ...step }) as Step);

/** Folders, through `/api` and `/apis`; `deletedFolders` is played after all that is in them. */
export const folders: Area = { name: 'folders', steps: [...legacy, ...k8s] };

export const deletedFolders: Area = {
  name: 'deleted-folders',
  steps: [
    ...refused('DELETE /api/folders/rec-f1'),
    { name: 'delete a missing one', request: 'DELETE /api/folders/missing' },
    { name: 'delete, with what is in it', request: 'DELETE /api/folders/rec-f1' },
    { name: 'delete once more', request: 'DELETE /api/folders/rec-f1' },
    { name: 'a deleted one', request: 'GET /api/folders/rec-f1' },
    { name: 'one below a deleted one', request: 'GET /api/folders/rec-f3' },
    { name: 'counts of a deleted one', request: 'GET /api/folders/rec-f1/counts' },
    { name: 'permissions of a deleted one', request: 'GET /api/access-control/folders/rec-f1' },
    { name: 'close one to all but admins', request: 'POST /api/folders/rec-f2/permissions', body: { items: [] } },
    { name: 'close a missing one', request: 'POST /api/folders/missing/permissions', body: { items: [] } },
    ...refused('POST /api/folders/rec-f2/permissions', { items: [] }),
    { name: 'the second one of a title', request: 'DELETE /api/folders/rec-f2' },
    { name: 'one below a missing one', request: 'DELETE /api/folders/rec-f4' },
    { name: 'an object below a missing one', request: 'DELETE /api/folders/rec-f7', since: '12.0' },
    { name: 'one that a PUT made', request: 'DELETE /api/folders/rec-put', since: '12.0' },
    { name: 'list after all was deleted', request: 'GET /api/folders?limit=1000&page=1', until: '!rec-' },
    {
      name: 'objects after all was deleted',
      request: `GET ${K8S}/default/folders?limit=500`,
      headers: METADATA,
      since: '12.0',
    },
  ],
};
