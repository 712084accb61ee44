import { refused, type Area, type Step } from '../../step.ts';

const PATH = '/api/playlists';
const K8S = '/apis/playlist.grafana.app/v0alpha1/namespaces/default/playlists';
const LIST = { name: 'Recorded', interval: '5m', items: [{ type: 'dashboard_by_uid', value: 'rec-d1' }] };
const OBJECT = {
  apiVersion: 'playlist.grafana.app/v0alpha1',
  kind: 'Playlist',
  metadata: { name: 'rec-p1' },
  spec: { title: 'Object', interval: '5m', items: [{ type: 'dashboard_by_uid', value: 'rec-d1' }] },
};
const DATA = ['metadata.annotations', 'metadata.labels', 'items.*.metadata.annotations', 'items.*.metadata.labels'];

const objects: Step[] = [
  { name: 'objects', request: `GET ${K8S}?limit=500`, map: DATA, keep: ['kind'] },
  {
    name: 'objects of the other org',
    request: 'GET /apis/playlist.grafana.app/v0alpha1/namespaces/org-{{other org}}/playlists?limit=500',
  },
  { name: 'objects by a viewer', request: `GET ${K8S}?limit=500`, as: 'viewer', map: DATA },
  { name: 'objects by nobody', request: `GET ${K8S}?limit=500`, as: 'nobody' },
  {
    name: 'create an object',
    request: `POST ${K8S}`,
    body: OBJECT,
    map: DATA,
    keep: ['metadata.name'],
    capture: { 'playlist version': 'metadata.resourceVersion' },
  },
  { name: 'create an object twice', request: `POST ${K8S}`, body: OBJECT },
  {
    name: 'create an object by a viewer',
    request: `POST ${K8S}`,
    as: 'viewer',
    body: { ...OBJECT, metadata: { name: 'rec-p2' } },
  },
  { name: 'one object', request: `GET ${K8S}/rec-p1`, map: DATA, keep: ['metadata.name', 'spec.title'] },
  { name: 'a missing object', request: `GET ${K8S}/missing` },
  {
    name: 'replace an object',
    request: `PUT ${K8S}/rec-p1`,
    body: {
      ...OBJECT,
      metadata: { name: 'rec-p1', resourceVersion: '{{playlist version}}' },
      spec: { ...OBJECT.spec, title: 'Replaced' },
    },
    map: DATA,
  },
  {
    name: 'replace an object at a stale version',
    request: `PUT ${K8S}/rec-p1`,
    body: {
      ...OBJECT,
      metadata: { name: 'rec-p1', resourceVersion: '{{playlist version}}' },
      spec: { ...OBJECT.spec, title: 'Stale' },
    },
  },
  { name: 'delete an object through the older API', request: `DELETE ${PATH}/rec-p1` },
  { name: 'one object that was deleted', request: `GET ${K8S}/rec-p1` },
].map((step): Step => ({ since: '12.0', ...step }) as Step);

/** Playlists, through `/api` and `/apis`. */
export const playlists: Area = {
  name: 'playlists',
  steps: [
    { name: 'list, none', request: `GET ${PATH}?limit=5000` },
    { name: 'create', request: `POST ${PATH}`, body: LIST, capture: { playlist: 'uid' } },
    { name: 'create twice', request: `POST ${PATH}`, body: LIST, capture: { 'second playlist': 'uid' } },
    { name: 'create without a name', request: `POST ${PATH}`, body: { interval: '5m', items: [] } },
    { name: 'create, wrong body', request: `POST ${PATH}`, rawBody: '[]' },
    ...refused(`POST ${PATH}`, LIST),
    { name: 'list', request: `GET ${PATH}?limit=5000`, keep: ['*.name'] },
    { name: 'list, no room', request: `GET ${PATH}?limit=0`, keep: ['*.name'] },
    { name: 'list in the other org', request: `GET ${PATH}?limit=5000`, org: 'other org' },
    { name: 'list by a viewer', request: `GET ${PATH}?limit=5000`, as: 'viewer', keep: ['*.name'] },
    { name: 'list by nobody', request: `GET ${PATH}?limit=5000`, as: 'nobody' },
    { name: 'one', request: `GET ${PATH}/{{playlist}}`, keep: ['name', 'interval', 'items.*.type'] },
    { name: 'items', request: `GET ${PATH}/{{playlist}}/items`, keep: ['*.type', '*.value'] },
    { name: 'a missing one', request: `GET ${PATH}/missing` },
    { name: 'items of a missing one', request: `GET ${PATH}/missing/items` },
    { name: 'change', request: `PUT ${PATH}/{{playlist}}`, body: { ...LIST, name: 'Changed' }, keep: ['name'] },
    { name: 'change a missing one', request: `PUT ${PATH}/missing`, body: LIST },
    ...refused(`PUT ${PATH}/{{playlist}}`, LIST),
    ...objects,
    ...refused(`DELETE ${PATH}/{{playlist}}`),
    { name: 'delete', request: `DELETE ${PATH}/{{playlist}}` },
    { name: 'delete once more', request: `DELETE ${PATH}/{{playlist}}` },
    { name: 'delete the second one', request: `DELETE ${PATH}/{{second playlist}}` },
    { name: 'one that was deleted', request: `GET ${PATH}/{{playlist}}` },
  ],
};
