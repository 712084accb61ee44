import { refused, type Area } from '../../step.ts';

const PERSON = { login: 'recorded', email: 'recorded@recorded.test', name: 'Recorded', password: 'recorded-password' };

/** Users of the server. */
export const users: Area = {
  name: 'users',
  steps: [
    { name: 'search', request: 'GET /api/users/search?perpage=1000&page=1', keep: ['users.*.login', 'totalCount'] },
    { name: 'search, page beyond the end', request: 'GET /api/users/search?perpage=1000&page=9' },
    { name: 'search, page 0', request: 'GET /api/users/search?perpage=1000&page=0' },
    { name: 'search, no room', request: 'GET /api/users/search?perpage=0&page=1' },
    ...refused('GET /api/users/search?perpage=1000&page=1'),
    { name: 'search by a token', request: 'GET /api/users/search?perpage=1000&page=1', as: 'token' },
    { name: 'look up', request: 'GET /api/users/lookup?loginOrEmail=recorded-viewer' },
    { name: 'look up a missing one', request: 'GET /api/users/lookup?loginOrEmail=missing' },
    { name: 'look up without a name', request: 'GET /api/users/lookup' },
    ...refused('GET /api/users/lookup?loginOrEmail=admin'),
    { name: 'create', request: 'POST /api/admin/users', body: PERSON, capture: { person: 'id' } },
    { name: 'create twice', request: 'POST /api/admin/users', body: PERSON },
    {
      name: 'create without a password',
      request: 'POST /api/admin/users',
      body: { login: 'recorded-3', email: 'c@recorded.test', name: 'C' },
    },
    { name: 'create without a name', request: 'POST /api/admin/users', body: { password: 'recorded-password' } },
    { name: 'create, wrong body', request: 'POST /api/admin/users', rawBody: '[]' },
    ...refused('POST /api/admin/users', { ...PERSON, login: 'refused' }),
    { name: 'orgs of a new user', request: 'GET /api/users/{{person}}/orgs', keep: ['*.name', '*.role'] },
    {
      name: 'create in the other org',
      request: 'POST /api/admin/users',
      body: { ...PERSON, login: 'recorded-other', email: 'other@recorded.test', OrgId: '{{other org}}' },
      capture: { 'other person': 'id' },
    },
    {
      name: 'orgs of a new user of the other org',
      request: 'GET /api/users/{{other person}}/orgs',
      keep: ['*.name', '*.role'],
    },
    {
      name: 'create in a missing org',
      request: 'POST /api/admin/users',
      body: { ...PERSON, login: 'recorded-lost', email: 'lost@recorded.test', OrgId: 987654 },
    },
    { name: 'orgs of a missing user', request: 'GET /api/users/987654/orgs' },
    ...refused('GET /api/users/1/orgs'),
    { name: 'one user', request: 'GET /api/users/{{person}}', keep: ['login', 'isDisabled', 'isGrafanaAdmin'] },
    { name: 'a missing user', request: 'GET /api/users/987654' },
    {
      name: 'change',
      request: 'PUT /api/users/{{person}}',
      body: { login: 'recorded', email: 'new@recorded.test', name: 'New' },
    },
    {
      name: 'change to a login that is taken',
      request: 'PUT /api/users/{{person}}',
      body: { login: 'recorded-viewer', email: 'new@recorded.test', name: 'New' },
    },
    {
      name: 'change a missing one',
      request: 'PUT /api/users/987654',
      body: { login: 'gone', email: 'gone@recorded.test', name: 'Gone' },
    },
    { name: 'change, wrong body', request: 'PUT /api/users/{{person}}', rawBody: '[]' },
    ...refused('PUT /api/users/1', { login: 'admin', email: 'a@recorded.test', name: '' }),
    {
      name: 'make a server admin',
      request: 'PUT /api/admin/users/{{person}}/permissions',
      body: { isGrafanaAdmin: true },
    },
    {
      name: 'make a missing one a server admin',
      request: 'PUT /api/admin/users/987654/permissions',
      body: { isGrafanaAdmin: true },
    },
    ...refused('PUT /api/admin/users/1/permissions', { isGrafanaAdmin: true }),
    { name: 'disable', request: 'POST /api/admin/users/{{person}}/disable', body: {} },
    { name: 'disable twice', request: 'POST /api/admin/users/{{person}}/disable', body: {} },
    { name: 'disable a missing one', request: 'POST /api/admin/users/987654/disable', body: {} },
    ...refused('POST /api/admin/users/1/disable', {}),
    {
      name: 'one user after the changes',
      request: 'GET /api/users/{{person}}',
      keep: ['email', 'isDisabled', 'isGrafanaAdmin'],
    },
    { name: 'delete', request: 'DELETE /api/admin/users/{{person}}' },
    { name: 'delete once more', request: 'DELETE /api/admin/users/{{person}}' },
    { name: 'delete the one in the other org', request: 'DELETE /api/admin/users/{{other person}}' },
    { name: 'orgs of a deleted user', request: 'GET /api/users/{{person}}/orgs' },
    { name: 'look up a deleted one', request: 'GET /api/users/lookup?loginOrEmail=recorded' },
  ],
};
