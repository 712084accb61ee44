import { refused, type Area } from '../step.ts';

const ALL = '/api/datasources/correlations';
const ONE = '/api/datasources/uid/rec-s1/correlations';
const LINK = {
  targetUID: 'rec-s2',
  label: 'Recorded',
  description: 'Recorded',
  type: 'query',
  config: { field: 'message', target: {}, transformations: [] },
};
const OUT = { label: 'Recorded', description: '', type: 'external' };
const OUT_CONFIG = { field: 'message', target: { url: 'https://example.org' } };

/** Correlations between data sources. */
export const correlations: Area = {
  name: 'correlations',
  steps: [
    { name: 'list, none', request: `GET ${ALL}?limit=100&page=1` },
    {
      name: 'create',
      request: `POST ${ONE}`,
      body: LINK,
      capture: { link: 'result.uid' },
      map: ['result.config.target'],
    },
    {
      name: 'create twice',
      request: `POST ${ONE}`,
      body: LINK,
      capture: { 'second link': 'result.uid' },
      map: ['result.config.target'],
    },
    { name: 'create to a missing target', request: `POST ${ONE}`, body: { ...LINK, targetUID: 'missing' } },
    { name: 'create from a missing source', request: 'POST /api/datasources/uid/missing/correlations', body: LINK },
    { name: 'create without a field', request: `POST ${ONE}`, body: { targetUID: 'rec-s2', config: {} } },
    { name: 'create, wrong body', request: `POST ${ONE}`, rawBody: '[]' },
    {
      name: 'create one that leads out of Grafana',
      request: `POST ${ONE}`,
      body: { ...OUT, config: OUT_CONFIG },
      capture: { 'way out': 'result.uid' },
      map: ['result.config.target'],
    },
    {
      name: 'create one that leads out of Grafana, with the type inside',
      request: `POST ${ONE}`,
      body: { ...OUT, config: { ...OUT_CONFIG, type: 'external' } },
    },
    {
      name: 'change one that leads out of Grafana',
      request: `PATCH ${ONE}/{{way out}}`,
      body: { ...OUT, description: 'Changed', config: OUT_CONFIG },
      map: ['result.config.target'],
    },
    { name: 'delete one that leads out of Grafana', request: `DELETE ${ONE}/{{way out}}` },
    ...refused(`POST ${ONE}`, LINK),
    {
      name: 'create in the other org',
      request: `POST ${ONE}`,
      org: 'other org',
      body: { ...LINK, targetUID: 'rec-s1' },
      map: ['result.config.target'],
    },
    {
      name: 'list',
      request: `GET ${ALL}?limit=100&page=1`,
      keep: ['totalCount', 'page', 'limit', 'correlations.*.label'],
      map: ['correlations.*.config.target'],
    },
    {
      name: 'list in the other org',
      request: `GET ${ALL}?limit=100&page=1`,
      org: 'other org',
      keep: ['totalCount', 'correlations.*.label'],
      map: ['correlations.*.config.target'],
    },
    { name: 'list, page beyond the end', request: `GET ${ALL}?limit=100&page=9` },
    {
      name: 'list, page 0',
      request: `GET ${ALL}?limit=100&page=0`,
      keep: ['page', 'limit'],
      map: ['correlations.*.config.target'],
    },
    {
      name: 'list, no room',
      request: `GET ${ALL}?limit=0&page=1`,
      keep: ['limit'],
      map: ['correlations.*.config.target'],
    },
    {
      name: 'list, more than it gives',
      request: `GET ${ALL}?limit=5000&page=1`,
      keep: ['limit'],
      map: ['correlations.*.config.target'],
    },
    ...refused(`GET ${ALL}?limit=100&page=1`),
    {
      name: 'change',
      request: `PATCH ${ONE}/{{link}}`,
      body: { label: 'Changed' },
      keep: ['result.label'],
      map: ['result.config.target'],
    },
    { name: 'change to nothing', request: `PATCH ${ONE}/{{link}}`, body: {} },
    { name: 'change a missing one', request: `PATCH ${ONE}/missing`, body: { label: 'Changed' } },
    {
      name: 'change one of a missing source',
      request: `PATCH /api/datasources/uid/missing/correlations/{{link}}`,
      body: { label: 'Changed' },
    },
    ...refused(`PATCH ${ONE}/{{link}}`, { label: 'Refused' }),
    { name: 'delete', request: `DELETE ${ONE}/{{second link}}` },
    { name: 'delete once more', request: `DELETE ${ONE}/{{second link}}` },
    ...refused(`DELETE ${ONE}/{{link}}`),
  ],
};
