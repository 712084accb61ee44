import { refused, type Area, type Step } from '../../step.ts';

/** Grafana lists permissions in any order. */
const ORDER = ['builtInRole', 'userLogin', 'permission'];
const LIST = ['*.builtInRole', '*.permission', '*.isManaged', '*.isInherited'];

function of(resource: string, uid: string): Step[] {
  const path = `/api/access-control/${resource}/${uid}`;
  return [
    { name: `${resource}: list`, request: `GET ${path}`, map: [], keep: LIST, sortBy: ORDER },
    { name: `${resource}: list of a missing one`, request: `GET /api/access-control/${resource}/missing` },
    {
      name: `${resource}: list of a missing one by a token`,
      request: `GET /api/access-control/${resource}/missing`,
      as: 'token',
    },
    { name: `${resource}: list from the other org`, request: `GET ${path}`, org: 'other org' },
    ...refused(`GET ${path}`).map((step) => ({ ...step, name: `${resource}: ${step.name}` })),
    {
      name: `${resource}: set`,
      request: `POST ${path}`,
      body: {
        permissions: [
          { userId: '{{viewer id}}', permission: 'Edit' },
          { builtInRole: 'Editor', permission: '' },
        ],
      },
    },
    { name: `${resource}: list after that`, request: `GET ${path}`, keep: [...LIST, '*.userLogin'], sortBy: ORDER },
    {
      name: `${resource}: remove`,
      request: `POST ${path}`,
      body: { permissions: [{ userId: '{{viewer id}}', permission: '' }] },
    },
    {
      name: `${resource}: remove once more`,
      request: `POST ${path}`,
      body: { permissions: [{ userId: '{{viewer id}}', permission: '' }] },
    },
    {
      name: `${resource}: set for a missing user`,
      request: `POST ${path}`,
      body: { permissions: [{ userId: 987654, permission: 'Edit' }] },
    },
    {
      name: `${resource}: set a permission that is none`,
      request: `POST ${path}`,
      body: { permissions: [{ builtInRole: 'Viewer', permission: 'Rule' }] },
    },
    {
      name: `${resource}: set of a missing one`,
      request: `POST /api/access-control/${resource}/missing`,
      body: { permissions: [{ builtInRole: 'Viewer', permission: 'View' }] },
    },
    { name: `${resource}: set, wrong body`, request: `POST ${path}`, rawBody: '[]' },
    ...refused(`POST ${path}`, { permissions: [{ builtInRole: 'Viewer', permission: 'Admin' }] }).map((step) => ({
      ...step,
      name: `${resource}: ${step.name}`,
    })),
  ];
}

/** Permissions of folders, dashboards and data sources. */
export const permissions: Area = {
  name: 'permissions',
  steps: [
    ...of('folders', 'rec-f1'),
    ...of('dashboards', 'rec-d3'),
    { name: 'dashboard in a folder', request: 'GET /api/access-control/dashboards/rec-d1', keep: LIST, sortBy: ORDER },
    { name: 'data sources: description', request: 'GET /api/access-control/datasources/description' },
    { name: 'data sources: list', request: 'GET /api/access-control/datasources/rec-s1' },
    { name: 'data sources: set', request: 'POST /api/access-control/datasources/rec-s1', body: { permissions: [] } },
  ],
};
