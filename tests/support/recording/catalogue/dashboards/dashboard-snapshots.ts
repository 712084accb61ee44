import { refused, type Area } from '../../step.ts';

const LIST = '/api/dashboard/snapshots';
const SNAPSHOT = {
  key: 'recordedkey',
  name: 'Recorded',
  expires: 0,
  dashboard: { uid: 'rec-d1', title: 'Recorded', panels: [] },
};

/** Snapshots of dashboards with their data. */
export const dashboardSnapshots: Area = {
  name: 'dashboard-snapshots',
  steps: [
    { name: 'list, none', request: `GET ${LIST}?limit=5000` },
    { name: 'create', request: 'POST /api/snapshots', body: SNAPSHOT, keep: ['key'], capture: { snapshot: 'key' } },
    { name: 'create twice', request: 'POST /api/snapshots', body: SNAPSHOT },
    {
      name: 'create of a missing dashboard',
      request: 'POST /api/snapshots',
      body: { ...SNAPSHOT, key: 'recordedkey2', dashboard: { uid: 'missing', title: 'Lost' } },
    },
    {
      name: 'create of a dashboard without a uid',
      request: 'POST /api/snapshots',
      body: { ...SNAPSHOT, key: 'recordedkey3', dashboard: { title: 'Lost' } },
    },
    { name: 'create, wrong body', request: 'POST /api/snapshots', rawBody: '[]' },
    ...refused('POST /api/snapshots', { ...SNAPSHOT, key: 'recordedkey4' }),
    { name: 'list', request: `GET ${LIST}?limit=5000`, keep: ['*.name', '*.key'] },
    { name: 'list, no room', request: `GET ${LIST}?limit=0`, keep: ['*.name'] },
    { name: 'list in the other org', request: `GET ${LIST}?limit=5000`, org: 'other org' },
    { name: 'list by a viewer', request: `GET ${LIST}?limit=5000`, as: 'viewer', keep: ['*.name'] },
    { name: 'list by nobody', request: `GET ${LIST}?limit=5000`, as: 'nobody' },
    { name: 'one', request: 'GET /api/snapshots/{{snapshot}}', map: ['dashboard'] },
    { name: 'one by nobody', request: 'GET /api/snapshots/{{snapshot}}', as: 'nobody', map: ['dashboard'] },
    { name: 'a missing one', request: 'GET /api/snapshots/missing' },
    { name: 'delete', request: 'DELETE /api/snapshots/{{snapshot}}' },
    { name: 'one that was deleted', request: 'GET /api/snapshots/{{snapshot}}' },
  ],
};
