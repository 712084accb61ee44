import type { Area } from '../step.ts';

/** The org, the viewer, and the tokens that the other areas act in and as. */
export const setup: Area = {
  name: 'setup',
  steps: [
    { name: 'health', request: 'GET /api/health', as: 'nobody' },
    {
      name: 'a second org',
      request: 'POST /api/orgs',
      body: { name: 'Recorded org' },
      capture: { 'other org': 'orgId' },
    },
    {
      name: 'a viewer',
      request: 'POST /api/admin/users',
      body: {
        login: 'recorded-viewer',
        email: 'viewer@recorded.test',
        name: 'Recorded viewer',
        password: 'recorded-password',
      },
      capture: { 'viewer id': 'id' },
    },
    {
      name: 'a service account',
      request: 'POST /api/serviceaccounts',
      body: { name: 'recorded', role: 'Admin', isDisabled: false },
      capture: { account: 'id' },
    },
    {
      name: 'its token',
      request: 'POST /api/serviceaccounts/{{account}}/tokens',
      body: { name: 'recorded', secondsToLive: 86_400 },
      capture: { token: 'key', 'token id': 'id' },
    },
    {
      name: 'a service account with fewer permissions',
      request: 'POST /api/serviceaccounts',
      body: { name: 'recorded-few', role: 'Viewer', isDisabled: false },
      capture: { 'viewer account': 'id' },
    },
    {
      name: 'its token too',
      request: 'POST /api/serviceaccounts/{{viewer account}}/tokens',
      body: { name: 'recorded-few' },
      capture: { 'viewer token': 'key' },
    },
  ],
};

/** Removes what the recording made, so that the Grafana can be recorded again. */
export const cleanup: Area = {
  name: 'cleanup',
  steps: [
    { name: 'the viewer', request: 'DELETE /api/admin/users/{{viewer id}}' },
    { name: 'the viewer once more', request: 'DELETE /api/admin/users/{{viewer id}}' },
    { name: 'the token', request: 'DELETE /api/serviceaccounts/{{account}}/tokens/{{token id}}' },
    { name: 'the token once more', request: 'DELETE /api/serviceaccounts/{{account}}/tokens/{{token id}}' },
    { name: 'a request with the deleted token', request: 'GET /api/org', as: 'token' },
    { name: 'the account', request: 'DELETE /api/serviceaccounts/{{account}}' },
    { name: 'the account once more', request: 'DELETE /api/serviceaccounts/{{account}}' },
    { name: 'the other account', request: 'DELETE /api/serviceaccounts/{{viewer account}}' },
    { name: "a request with a deleted account's token", request: 'GET /api/org', as: 'viewer token' },
    { name: 'the org', request: 'DELETE /api/orgs/{{other org}}' },
    { name: 'the org once more', request: 'DELETE /api/orgs/{{other org}}' },
    { name: 'search in the deleted org', request: 'GET /api/search', org: 'other org', until: '![' },
    { name: 'folders of the deleted org', request: 'GET /api/folders', org: 'other org' },
  ],
};
