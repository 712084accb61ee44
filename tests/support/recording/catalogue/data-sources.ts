import { refused, type Area } from '../step.ts';

const SOURCE = {
  uid: 'rec-s1',
  name: 'Recorded',
  type: 'testdata',
  access: 'proxy',
  url: '',
  jsonData: { recorded: true },
  secureJsonData: { password: 'recorded' },
};
const DATA = [
  'jsonData',
  'secureJsonFields',
  'accessControl',
  '*.jsonData',
  '*.accessControl',
  'datasource.jsonData',
  'datasource.secureJsonFields',
  'datasource.accessControl',
];

/** Data sources. `deletedDataSources` is played after all that uses them. */
export const dataSources: Area = {
  name: 'data-sources',
  steps: [
    { name: 'list, none', request: 'GET /api/datasources', org: 'other org' },
    {
      name: 'create',
      request: 'POST /api/datasources',
      body: SOURCE,
      map: DATA,
      keep: ['datasource.uid', 'datasource.version', 'datasource.readOnly'],
    },
    { name: 'create twice', request: 'POST /api/datasources', body: SOURCE },
    { name: 'create with a uid that is taken', request: 'POST /api/datasources', body: { ...SOURCE, name: 'Another' } },
    { name: 'create with a name that is taken', request: 'POST /api/datasources', body: { ...SOURCE, uid: 'rec-s9' } },
    {
      name: 'create with a uid that is none',
      request: 'POST /api/datasources',
      body: { ...SOURCE, name: 'Slash', uid: 'a/b' },
    },
    {
      name: 'create of a type that is missing',
      request: 'POST /api/datasources',
      body: { ...SOURCE, uid: 'rec-s2', name: 'Unknown', type: 'missing-datasource' },
      map: DATA,
    },
    { name: 'create without a type', request: 'POST /api/datasources', body: { name: 'No type' } },
    { name: 'create, wrong body', request: 'POST /api/datasources', rawBody: '[]' },
    ...refused('POST /api/datasources', { ...SOURCE, uid: 'rec-s3', name: 'Refused' }),
    {
      name: 'create in the other org',
      request: 'POST /api/datasources',
      org: 'other org',
      body: SOURCE,
      map: DATA,
      keep: ['datasource.uid'],
    },
    { name: 'list', request: 'GET /api/datasources', map: DATA, keep: ['*.uid'] },
    { name: 'list by a token', request: 'GET /api/datasources', as: 'token', map: DATA, keep: ['*.uid'] },
    ...refused('GET /api/datasources'),
    {
      name: 'one',
      request: 'GET /api/datasources/uid/rec-s1',
      map: DATA,
      keep: ['version', 'secureJsonFields.password'],
    },
    { name: 'a missing one', request: 'GET /api/datasources/uid/missing' },
    ...refused('GET /api/datasources/uid/rec-s1'),
    {
      name: 'change',
      request: 'PUT /api/datasources/uid/rec-s1',
      body: { ...SOURCE, jsonData: { recorded: 2 }, secureJsonData: undefined, version: 1 },
      map: DATA,
      keep: ['datasource.version', 'datasource.secureJsonFields.password'],
    },
    { name: 'change a stale version', request: 'PUT /api/datasources/uid/rec-s1', body: { ...SOURCE, version: 1 } },
    {
      name: 'change without a version',
      request: 'PUT /api/datasources/uid/rec-s1',
      body: SOURCE,
      map: DATA,
      keep: ['datasource.version'],
    },
    {
      name: 'change a missing one',
      request: 'PUT /api/datasources/uid/missing',
      body: { ...SOURCE, uid: 'missing', name: 'Lost' },
    },
    {
      name: 'change to a name that is taken',
      request: 'PUT /api/datasources/uid/rec-s1',
      body: { ...SOURCE, name: 'Unknown' },
    },
    { name: 'change, wrong body', request: 'PUT /api/datasources/uid/rec-s1', rawBody: '[]' },
    ...refused('PUT /api/datasources/uid/rec-s1', SOURCE),
  ],
};

export const deletedDataSources: Area = {
  name: 'deleted-data-sources',
  steps: [
    ...refused('DELETE /api/datasources/uid/rec-s1'),
    { name: 'delete', request: 'DELETE /api/datasources/uid/rec-s1' },
    { name: 'delete once more', request: 'DELETE /api/datasources/uid/rec-s1' },
    { name: 'delete the other one', request: 'DELETE /api/datasources/uid/rec-s2' },
    { name: 'one that was deleted', request: 'GET /api/datasources/uid/rec-s1' },
    { name: 'correlations of one that was deleted', request: 'GET /api/datasources/uid/rec-s1/correlations' },
    {
      name: 'all correlations after that',
      request: 'GET /api/datasources/correlations?limit=100&page=1',
      keep: ['totalCount'],
    },
    { name: 'list after that', request: 'GET /api/datasources' },
  ],
};
