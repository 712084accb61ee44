import { refused, type Area } from '../step.ts';

const PATH = '/api/org/preferences';

/** Preferences of the org. */
export const preferences: Area = {
  name: 'preferences',
  steps: [
    { name: 'none set', request: `GET ${PATH}` },
    { name: 'none set in the other org', request: `GET ${PATH}`, org: 'other org' },
    {
      name: 'set',
      request: `PUT ${PATH}`,
      body: { theme: 'dark', timezone: 'utc', weekStart: 'monday', language: 'fr-FR' },
    },
    { name: 'set ones', request: `GET ${PATH}`, keep: ['theme', 'timezone', 'weekStart', 'language'] },
    { name: 'set, a home dashboard that is missing', request: `PUT ${PATH}`, body: { homeDashboardUID: 'missing' } },
    { name: 'set, a theme that is none', request: `PUT ${PATH}`, body: { theme: 'loud' } },
    { name: 'set, wrong body', request: `PUT ${PATH}`, rawBody: '[]' },
    { name: 'set to nothing', request: `PUT ${PATH}`, body: {} },
    { name: 'after nothing was set', request: `GET ${PATH}` },
    ...refused(`GET ${PATH}`),
    ...refused(`PUT ${PATH}`, { theme: 'dark' }),
    { name: 'by a token', request: `GET ${PATH}`, as: 'token' },
  ],
};
