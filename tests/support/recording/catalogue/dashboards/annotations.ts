import { refused, type Area } from '../../step.ts';

const PATH = '/api/annotations';
const NOTE = { time: 1_700_000_000_000, timeEnd: 1_700_000_060_000, text: 'Recorded', tags: ['recorded'] };

/** Annotations of the org and of dashboards. */
export const annotations: Area = {
  name: 'annotations',
  steps: [
    { name: 'list, none', request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation` },
    { name: 'create', request: `POST ${PATH}`, body: NOTE, capture: { note: 'id' } },
    {
      name: 'create on a dashboard',
      request: `POST ${PATH}`,
      body: { ...NOTE, dashboardUID: 'rec-d1', panelId: 1 },
      capture: { 'dashboard note': 'id' },
    },
    { name: 'create on a missing dashboard', request: `POST ${PATH}`, body: { ...NOTE, dashboardUID: 'missing' } },
    { name: 'create without a text', request: `POST ${PATH}`, body: { ...NOTE, text: '' } },
    { name: 'create, wrong body', request: `POST ${PATH}`, rawBody: '[]' },
    ...refused(`POST ${PATH}`, NOTE),
    {
      name: 'list',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation`,
      keep: ['*.text', '*.dashboardUID', '*.panelId'],
    },
    {
      name: 'list of a dashboard',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation&dashboardUID=rec-d1`,
      keep: ['*.dashboardUID'],
    },
    {
      name: 'list of a missing dashboard',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation&dashboardUID=missing`,
    },
    {
      name: 'list, room for one',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=1&type=annotation`,
      keep: ['*.text'],
    },
    { name: 'list, no room', request: `GET ${PATH}?from=0&to=1800000000000&limit=0&type=annotation`, keep: ['*.text'] },
    { name: 'list of another time', request: `GET ${PATH}?from=0&to=1000&limit=100&type=annotation` },
    {
      name: 'list in the other org',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation`,
      org: 'other org',
    },
    {
      name: 'list by a viewer',
      request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation`,
      as: 'viewer',
      keep: ['*.text'],
    },
    { name: 'list by nobody', request: `GET ${PATH}?from=0&to=1800000000000&limit=100&type=annotation`, as: 'nobody' },
    { name: 'delete from the other org', request: `DELETE ${PATH}/{{note}}`, org: 'other org' },
    ...refused(`DELETE ${PATH}/{{note}}`),
    { name: 'delete', request: `DELETE ${PATH}/{{note}}` },
    { name: 'delete once more', request: `DELETE ${PATH}/{{note}}` },
    { name: 'delete an id that is none', request: `DELETE ${PATH}/nonsense` },
  ],
};
