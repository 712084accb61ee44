import { refused, type Area } from '../../step.ts';

const SEARCH = '/api/serviceaccounts/search';

/** Service accounts and their tokens. */
export const serviceAccounts: Area = {
  name: 'service-accounts',
  steps: [
    {
      name: 'search',
      request: `GET ${SEARCH}?perpage=1000&page=1`,
      map: ['serviceAccounts.*.accessControl'],
      keep: ['serviceAccounts.*.name', 'totalCount'],
    },
    {
      name: 'search by name',
      request: `GET ${SEARCH}?perpage=1000&page=1&query=recorded-few`,
      map: ['serviceAccounts.*.accessControl'],
      keep: ['serviceAccounts.*.name'],
    },
    {
      name: 'search for a missing name',
      request: `GET ${SEARCH}?perpage=1000&page=1&query=missing`,
      keep: ['totalCount'],
    },
    { name: 'search, page beyond the end', request: `GET ${SEARCH}?perpage=1000&page=9` },
    {
      name: 'search, page 0',
      request: `GET ${SEARCH}?perpage=1&page=0`,
      map: ['serviceAccounts.*.accessControl'],
      keep: ['perPage', 'page'],
    },
    {
      name: 'search, no room',
      request: `GET ${SEARCH}?perpage=0&page=1`,
      map: ['serviceAccounts.*.accessControl'],
      keep: ['perPage', 'page'],
    },
    {
      name: 'search in the other org',
      request: `GET ${SEARCH}?perpage=1000&page=1`,
      org: 'other org',
      keep: ['totalCount'],
    },
    ...refused(`GET ${SEARCH}?perpage=1000&page=1`),
    {
      name: 'create',
      request: 'POST /api/serviceaccounts',
      body: { name: 'Recorded 2', role: 'Editor', isDisabled: false },
      capture: { second: 'id' },
      keep: ['login'],
    },
    {
      name: 'create twice',
      request: 'POST /api/serviceaccounts',
      body: { name: 'Recorded 2', role: 'Editor', isDisabled: false },
    },
    {
      name: 'create in the other org',
      request: 'POST /api/serviceaccounts',
      org: 'other org',
      body: { name: 'Recorded 2', role: 'Editor', isDisabled: false },
      keep: ['login'],
    },
    { name: 'create without a name', request: 'POST /api/serviceaccounts', body: { role: 'Editor' } },
    {
      name: 'create with a role that is none',
      request: 'POST /api/serviceaccounts',
      body: { name: 'Recorded 3', role: 'King' },
    },
    { name: 'create, wrong body', request: 'POST /api/serviceaccounts', rawBody: '[]' },
    ...refused('POST /api/serviceaccounts', { name: 'Refused', role: 'Viewer' }),
    {
      name: 'change',
      request: 'PATCH /api/serviceaccounts/{{second}}',
      body: { name: 'Recorded 2', role: 'Viewer', isDisabled: true },
      map: ['serviceaccount.accessControl'],
      keep: ['serviceaccount.role', 'serviceaccount.isDisabled'],
    },
    {
      name: 'change a missing one',
      request: 'PATCH /api/serviceaccounts/987654',
      body: { name: 'Gone', role: 'Viewer' },
    },
    {
      name: 'change a user',
      request: 'PATCH /api/serviceaccounts/{{viewer id}}',
      body: { name: 'Gone', role: 'Viewer' },
    },
    ...refused('PATCH /api/serviceaccounts/{{second}}', { name: 'Recorded 2' }),
    { name: 'no tokens', request: 'GET /api/serviceaccounts/{{second}}/tokens' },
    { name: 'tokens', request: 'GET /api/serviceaccounts/{{account}}/tokens', keep: ['*.name'] },
    { name: 'tokens of a missing account', request: 'GET /api/serviceaccounts/987654/tokens' },
    ...refused('GET /api/serviceaccounts/{{account}}/tokens'),
    {
      name: 'a token that does not expire',
      request: 'POST /api/serviceaccounts/{{second}}/tokens',
      body: { name: 'second' },
      capture: { 'second token': 'id' },
    },
    { name: 'a token twice', request: 'POST /api/serviceaccounts/{{second}}/tokens', body: { name: 'second' } },
    {
      name: 'a token of a missing account',
      request: 'POST /api/serviceaccounts/987654/tokens',
      body: { name: 'lost' },
    },
    { name: 'a token without a name', request: 'POST /api/serviceaccounts/{{second}}/tokens', body: {} },
    { name: 'a token, wrong body', request: 'POST /api/serviceaccounts/{{second}}/tokens', rawBody: '[]' },
    ...refused('POST /api/serviceaccounts/{{account}}/tokens', { name: 'refused' }),
    { name: 'delete a token', request: 'DELETE /api/serviceaccounts/{{second}}/tokens/{{second token}}' },
    { name: 'delete a token once more', request: 'DELETE /api/serviceaccounts/{{second}}/tokens/{{second token}}' },
    ...refused('DELETE /api/serviceaccounts/{{account}}/tokens/1'),
    { name: 'delete', request: 'DELETE /api/serviceaccounts/{{second}}' },
    { name: 'delete once more', request: 'DELETE /api/serviceaccounts/{{second}}' },
    { name: 'tokens of a deleted account', request: 'GET /api/serviceaccounts/{{second}}/tokens' },
  ],
};
