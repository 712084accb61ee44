import type { Area, Step } from '../../step.ts';

const GROUP = 'dashboard.grafana.app';
const K8S = `/apis/${GROUP}`;
const METADATA = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json' };
const DATA = ['metadata.annotations', 'metadata.labels', 'items.*.metadata.annotations', 'items.*.metadata.labels'];
const V1 = { apiVersion: `${GROUP}/v1beta1`, kind: 'Dashboard' };
const SPEC = { title: 'Object', tags: [], schemaVersion: 39, panels: [] };
const V2 = {
  apiVersion: `${GROUP}/v2beta1`,
  kind: 'Dashboard',
  metadata: { name: 'rec-v2', annotations: { 'grafana.app/folder': 'rec-f1' } },
  spec: {
    title: 'Second form',
    annotations: [],
    cursorSync: 'Off',
    elements: {},
    layout: { kind: 'GridLayout', spec: { items: [] } },
    links: [],
    preload: false,
    tags: [],
    timeSettings: {
      autoRefresh: '',
      autoRefreshIntervals: [],
      fiscalYearStartMonth: 0,
      from: 'now-6h',
      hideTimepicker: false,
      to: 'now',
    },
    variables: [],
  },
};

const steps: Step[] = [
  {
    name: 'list',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=500`,
    map: [...DATA, 'items.*.spec'],
    keep: ['items.*.metadata.name', 'kind'],
  },
  {
    name: 'list, metadata only',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=500`,
    headers: METADATA,
    map: DATA,
    keep: ['items.*.metadata.name', 'kind'],
  },
  {
    name: 'list, one a page',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=1`,
    map: [...DATA, 'items.*.spec'],
    capture: { 'next page': 'metadata.continue' },
  },
  {
    name: 'list, the next page',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=1&continue={{next page}}`,
    map: [...DATA, 'items.*.spec'],
  },
  {
    name: 'list, a token that is none',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=1&continue=nonsense`,
  },
  { name: 'list, empty', request: `GET ${K8S}/v1beta1/namespaces/org-{{other org}}/dashboards?limit=500` },
  {
    name: 'list, empty, metadata only',
    request: `GET ${K8S}/v1beta1/namespaces/org-{{other org}}/dashboards?limit=500`,
    headers: METADATA,
  },
  { name: 'list of an org that is missing', request: `GET ${K8S}/v1beta1/namespaces/org-987654/dashboards?limit=500` },
  {
    name: 'list by a viewer',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=500`,
    as: 'viewer',
    headers: METADATA,
    map: DATA,
  },
  { name: 'list by nobody', request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=500`, as: 'nobody' },
  {
    name: 'list by an unknown token',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards?limit=500`,
    as: 'unknown token',
  },
  {
    name: 'list of the other org by a token',
    request: `GET ${K8S}/v1beta1/namespaces/org-{{other org}}/dashboards?limit=500`,
    as: 'token',
  },
  { name: 'list in a version that is not served', request: `GET ${K8S}/v99/namespaces/default/dashboards?limit=500` },
  {
    name: 'one',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards/rec-d1`,
    map: [...DATA, 'spec'],
    keep: ['metadata.name', 'metadata.generation', 'metadata.annotations.grafana.app/folder'],
  },
  { name: 'one that is missing', request: `GET ${K8S}/v1beta1/namespaces/default/dashboards/missing` },
  { name: 'one by nobody', request: `GET ${K8S}/v1beta1/namespaces/default/dashboards/rec-d1`, as: 'nobody' },
  {
    name: 'create',
    request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`,
    body: {
      ...V1,
      metadata: { name: 'rec-d6', annotations: { 'grafana.app/folder': 'rec-f1', 'grafana.app/message': 'First' } },
      spec: SPEC,
    },
    map: [...DATA, 'spec'],
    capture: { 'dashboard version': 'metadata.resourceVersion' },
  },
  {
    name: 'create twice',
    request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`,
    body: { ...V1, metadata: { name: 'rec-d6' }, spec: SPEC },
  },
  {
    name: 'create in a missing folder',
    request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`,
    body: { ...V1, metadata: { name: 'rec-d7', annotations: { 'grafana.app/folder': 'missing' } }, spec: SPEC },
  },
  {
    name: 'create without a title',
    request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`,
    body: { ...V1, metadata: { name: 'rec-d8' }, spec: {} },
  },
  { name: 'create, wrong body', request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`, rawBody: '[]' },
  {
    name: 'create by a viewer',
    request: `POST ${K8S}/v1beta1/namespaces/default/dashboards`,
    as: 'viewer',
    body: { ...V1, metadata: { name: 'rec-d9' }, spec: SPEC },
  },
  {
    name: 'replace',
    request: `PUT ${K8S}/v1beta1/namespaces/default/dashboards/rec-d6`,
    body: {
      ...V1,
      metadata: {
        name: 'rec-d6',
        resourceVersion: '{{dashboard version}}',
        annotations: { 'grafana.app/folder': 'rec-f1' },
      },
      spec: { ...SPEC, title: 'Replaced' },
    },
    map: [...DATA, 'spec'],
    keep: ['metadata.generation'],
  },
  {
    name: 'replace a stale version',
    request: `PUT ${K8S}/v1beta1/namespaces/default/dashboards/rec-d6`,
    body: {
      ...V1,
      metadata: {
        name: 'rec-d6',
        resourceVersion: '{{dashboard version}}',
        annotations: { 'grafana.app/folder': 'rec-f1' },
      },
      spec: { ...SPEC, title: 'Stale' },
    },
  },
  {
    name: 'replace without a version',
    request: `PUT ${K8S}/v1beta1/namespaces/default/dashboards/rec-d6`,
    body: {
      ...V1,
      metadata: { name: 'rec-d6', annotations: { 'grafana.app/folder': 'rec-f1' } },
      spec: { ...SPEC, title: 'No version' },
    },
    map: [...DATA, 'spec'],
  },
  {
    name: 'replace a missing one',
    request: `PUT ${K8S}/v1beta1/namespaces/default/dashboards/rec-put`,
    body: { ...V1, metadata: { name: 'rec-put' }, spec: SPEC },
  },
  {
    name: 'create in the second form',
    request: `POST ${K8S}/v2beta1/namespaces/default/dashboards`,
    body: V2,
    map: [...DATA, 'spec'],
  },
  {
    name: 'one in the second form',
    request: `GET ${K8S}/v2beta1/namespaces/default/dashboards/rec-v2`,
    map: [...DATA, 'spec'],
  },
  {
    name: 'one in the second form, read in the first',
    request: `GET ${K8S}/v1beta1/namespaces/default/dashboards/rec-v2`,
    map: [...DATA, 'spec'],
  },
  {
    name: 'one in the second form through the older API',
    request: 'GET /api/dashboards/uid/rec-v2',
    map: ['dashboard', 'meta.annotationsPermissions'],
  },
];

/** Dashboards through `/apis`. */
export const dashboardObjects: Area = {
  name: 'dashboard-objects',
  steps: steps.map((step): Step => ({ since: '12.0', ...step })),
};
