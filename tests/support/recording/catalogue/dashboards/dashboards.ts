import { refused, type Area, type Step } from '../../step.ts';

const MODEL = {
  uid: 'rec-d1',
  title: 'Recorded',
  tags: ['recorded'],
  schemaVersion: 39,
  panels: [
    {
      id: 1,
      type: 'text',
      title: 'Text',
      gridPos: { x: 0, y: 0, w: 12, h: 8 },
      options: { mode: 'markdown', content: 'Hello' },
    },
  ],
};

/** Dashboards through `/api`. */
export const dashboards: Area = {
  name: 'dashboards',
  steps: [
    {
      name: 'create',
      request: 'POST /api/dashboards/db',
      body: { dashboard: MODEL, folderUid: 'rec-f1', message: 'First' },
      keep: ['status', 'uid', 'version', 'folderUid'],
    },
    {
      name: 'create twice',
      request: 'POST /api/dashboards/db',
      body: { dashboard: MODEL, folderUid: 'rec-f1' },
      keep: ['status'],
    },
    {
      name: 'overwrite',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, tags: ['new'] }, folderUid: 'rec-f1', overwrite: true },
      keep: ['status', 'version'],
    },
    {
      name: 'a stale version',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, version: 1 }, folderUid: 'rec-f1' },
      keep: ['status'],
    },
    {
      name: 'the current version',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, title: 'Recorded', version: 2 }, folderUid: 'rec-f1', message: 'Second' },
      keep: ['status', 'version'],
    },
    {
      name: 'same title, same folder',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, uid: 'rec-d2' }, folderUid: 'rec-f1' },
      keep: ['status', 'uid'],
    },
    {
      name: 'in no folder',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, uid: 'rec-d3', title: 'Root' } },
      keep: ['folderUid', 'status'],
    },
    {
      name: 'in a missing folder',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, uid: 'rec-d4' }, folderUid: 'missing' },
      keep: ['status'],
    },
    {
      name: 'without a title',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { uid: 'rec-d5' } },
      keep: ['status'],
    },
    {
      name: 'a uid that is too long',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, uid: 'x'.repeat(41) } },
      keep: ['status'],
    },
    {
      name: 'a uid that is none',
      request: 'POST /api/dashboards/db',
      body: { dashboard: { ...MODEL, uid: 'a/b' } },
      keep: ['status'],
    },
    { name: 'without a dashboard', request: 'POST /api/dashboards/db', body: {}, keep: ['status'] },
    { name: 'wrong body', request: 'POST /api/dashboards/db', rawBody: '[]' },
    ...refused('POST /api/dashboards/db', { dashboard: { ...MODEL, uid: 'rec-refused' } }),
    {
      name: 'one',
      request: 'GET /api/dashboards/uid/rec-d1',
      map: ['meta.annotationsPermissions'],
      keep: ['meta.version', 'meta.folderUid', 'dashboard.uid'],
    },
    {
      name: 'one at the root',
      request: 'GET /api/dashboards/uid/rec-d3',
      map: ['meta.annotationsPermissions'],
      keep: ['meta.folderUid', 'meta.folderTitle'],
    },
    {
      name: 'permissions of a viewer, read again',
      request: 'GET /api/access-control/user/permissions?reloadcache=true',
      as: 'viewer',
      map: [''],
    },
    {
      name: 'one by a viewer',
      request: 'GET /api/dashboards/uid/rec-d1',
      as: 'viewer',
      map: ['meta.annotationsPermissions'],
      keep: ['meta.canSave', 'meta.canEdit'],
    },
    { name: 'one by nobody', request: 'GET /api/dashboards/uid/rec-d1', as: 'nobody' },
    { name: 'one from the other org', request: 'GET /api/dashboards/uid/rec-d1', org: 'other org' },
    { name: 'a missing one', request: 'GET /api/dashboards/uid/missing' },
    { name: 'a missing one by a viewer', request: 'GET /api/dashboards/uid/missing', as: 'viewer' },
  ],
};

/** Played after all that belongs to a dashboard. */
export const deletedDashboards: Area = {
  name: 'deleted-dashboards',
  steps: [
    ...refused('DELETE /api/dashboards/uid/rec-d1'),
    { name: 'delete from the other org', request: 'DELETE /api/dashboards/uid/rec-d1', org: 'other org' },
    { name: 'delete', request: 'DELETE /api/dashboards/uid/rec-d1' },
    { name: 'delete once more', request: 'DELETE /api/dashboards/uid/rec-d1' },
    { name: 'delete a missing one', request: 'DELETE /api/dashboards/uid/missing' },
    { name: 'delete the one at the root', request: 'DELETE /api/dashboards/uid/rec-d3' },
    { name: 'delete one in a missing folder', request: 'DELETE /api/dashboards/uid/rec-d4' },
    { name: 'delete one whose title there was', request: 'DELETE /api/dashboards/uid/rec-d2' },
    { name: 'delete an object', request: 'DELETE /api/dashboards/uid/rec-d6', since: '12.0' },
    { name: 'delete an object in a missing folder', request: 'DELETE /api/dashboards/uid/rec-d7', since: '12.0' },
    { name: 'delete an object without a title', request: 'DELETE /api/dashboards/uid/rec-d8', since: '12.0' },
    { name: 'delete one that a PUT made', request: 'DELETE /api/dashboards/uid/rec-put', since: '12.0' },
    { name: 'delete one in the second form', request: 'DELETE /api/dashboards/uid/rec-v2', since: '12.0' },
    { name: 'a deleted one', request: 'GET /api/dashboards/uid/rec-d1' },
    { name: 'permissions of a deleted one', request: 'GET /api/access-control/dashboards/rec-d1' },
    { name: 'public dashboard of a deleted one', request: 'GET /api/dashboards/uid/rec-d1/public-dashboards' },
    { name: 'annotations of a deleted one', request: 'GET /api/annotations?dashboardUID=rec-d1&limit=10' },
    { name: 'search for a deleted one', request: 'GET /api/search?query=Recorded&type=dash-db', until: '!rec-d1' },
  ] satisfies Step[],
};
