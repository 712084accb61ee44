import { refused, type Area } from '../../step.ts';

/** Search, by which dashboards are listed where Grafana doesn't serve them as objects. */
export const search: Area = {
  name: 'search',
  steps: [
    {
      name: 'dashboards',
      request: 'GET /api/search?type=dash-db&limit=5000&page=1',
      until: 'rec-d3',
      keep: ['*.uid', '*.folderUid'],
    },
    { name: 'beyond the end', request: 'GET /api/search?type=dash-db&limit=5000&page=9' },
    { name: 'page 0', request: 'GET /api/search?type=dash-db&limit=5000&page=0', keep: ['*.uid'] },
    { name: 'more than it gives', request: 'GET /api/search?type=dash-db&limit=5001&page=1', keep: ['*.uid'] },
    { name: 'no room', request: 'GET /api/search?type=dash-db&limit=0&page=1', keep: ['*.uid'] },
    { name: 'nothing of that name', request: 'GET /api/search?type=dash-db&query=nothing-of-that-name' },
    { name: 'in the other org', request: 'GET /api/search?type=dash-db&limit=5000&page=1', org: 'other org' },
    { name: 'by a viewer', request: 'GET /api/search?type=dash-db&limit=5000&page=1', as: 'viewer', keep: ['*.uid'] },
    ...refused('GET /api/search?type=dash-db&limit=5000&page=1').filter(({ as }) => as === 'nobody'),
  ],
};
