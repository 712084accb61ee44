import { refused, type Area } from '../../step.ts';

const LIST = '/api/dashboards/public-dashboards';
const ONE = '/api/dashboards/uid/rec-d3/public-dashboards';
const SHARE = {
  uid: 'rec-pub',
  accessToken: '0123456789abcdef0123456789abcdef',
  isEnabled: true,
  annotationsEnabled: false,
  timeSelectionEnabled: false,
  share: 'public',
};

/** Dashboards that are shared with the public. */
export const publicDashboards: Area = {
  name: 'public-dashboards',
  steps: [
    { name: 'list, none', request: `GET ${LIST}?perpage=1000&page=1`, keep: ['totalCount'] },
    { name: 'none', request: `GET ${ONE}` },
    { name: 'of a missing dashboard', request: 'GET /api/dashboards/uid/missing/public-dashboards' },
    {
      name: 'create',
      request: `POST ${ONE}`,
      body: SHARE,
      capture: { share: 'uid' },
      keep: ['isEnabled', 'dashboardUid'],
    },
    { name: 'create twice', request: `POST ${ONE}`, body: SHARE },
    {
      name: 'create with a token that is taken',
      request: 'POST /api/dashboards/uid/rec-d1/public-dashboards',
      body: SHARE,
    },
    {
      name: 'create for a missing dashboard',
      request: 'POST /api/dashboards/uid/missing/public-dashboards',
      body: { ...SHARE, uid: 'rec-pub2', accessToken: '1123456789abcdef0123456789abcdef' },
    },
    { name: 'create, wrong body', request: `POST ${ONE}`, rawBody: '[]' },
    ...refused(`POST ${ONE}`, SHARE),
    { name: 'one', request: `GET ${ONE}`, keep: ['uid', 'accessToken', 'isEnabled'] },
    { name: 'one by a viewer', request: `GET ${ONE}`, as: 'viewer' },
    { name: 'one by nobody', request: `GET ${ONE}`, as: 'nobody' },
    { name: 'one from the other org', request: `GET ${ONE}`, org: 'other org' },
    {
      name: 'list',
      request: `GET ${LIST}?perpage=1000&page=1`,
      keep: ['totalCount', 'perPage', 'publicDashboards.*.dashboardUid'],
    },
    { name: 'list, room for one', request: `GET ${LIST}?perpage=1&page=1`, keep: ['totalCount'] },
    { name: 'list, page beyond the end', request: `GET ${LIST}?perpage=1000&page=9`, keep: ['totalCount'] },
    { name: 'list, page 0', request: `GET ${LIST}?perpage=1000&page=0`, keep: ['page'] },
    { name: 'list by a viewer', request: `GET ${LIST}?perpage=1000&page=1`, as: 'viewer', keep: ['totalCount'] },
    { name: 'list by nobody', request: `GET ${LIST}?perpage=1000&page=1`, as: 'nobody' },
    {
      name: 'change',
      request: `PATCH ${ONE}/{{share}}`,
      body: { isEnabled: false, annotationsEnabled: true },
      keep: ['isEnabled', 'annotationsEnabled'],
    },
    { name: 'change a missing one', request: `PATCH ${ONE}/missing`, body: { isEnabled: false } },
    ...refused(`PATCH ${ONE}/{{share}}`, { isEnabled: true }),
    ...refused(`DELETE ${ONE}/{{share}}`),
    { name: 'delete', request: `DELETE ${ONE}/{{share}}` },
    { name: 'delete once more', request: `DELETE ${ONE}/{{share}}` },
  ],
};
