import { refused, type Area } from '../../step.ts';

const LIST = '/api/alertmanager/grafana/api/v2/silences';
const ONE = '/api/alertmanager/grafana/api/v2/silence';
const SILENCE = {
  comment: 'Recorded',
  createdBy: 'recorded',
  startsAt: '2040-01-01T00:00:00.000Z',
  endsAt: '2040-01-02T00:00:00.000Z',
  matchers: [{ name: 'team', value: 'recorded', isEqual: true, isRegex: false }],
};

/** Silences. */
export const silences: Area = {
  name: 'silences',
  steps: [
    { name: 'list, none', request: `GET ${LIST}` },
    { name: 'create', request: `POST ${LIST}`, body: SILENCE, capture: { silence: 'silenceID' } },
    { name: 'create twice', request: `POST ${LIST}`, body: SILENCE, capture: { 'second silence': 'silenceID' } },
    { name: 'create without matchers', request: `POST ${LIST}`, body: { ...SILENCE, matchers: [] } },
    {
      name: 'create one that ended',
      request: `POST ${LIST}`,
      body: { ...SILENCE, startsAt: '2001-01-01T00:00:00.000Z', endsAt: '2001-01-02T00:00:00.000Z' },
    },
    {
      name: 'change a missing one',
      request: `POST ${LIST}`,
      body: { ...SILENCE, id: '00000000-0000-0000-0000-000000000000' },
    },
    { name: 'create, wrong body', request: `POST ${LIST}`, rawBody: '[]' },
    ...refused(`POST ${LIST}`, SILENCE),
    { name: 'list', request: `GET ${LIST}`, keep: ['*.comment', '*.status.state'] },
    { name: 'list by a viewer', request: `GET ${LIST}`, as: 'viewer' },
    { name: 'list by nobody', request: `GET ${LIST}`, as: 'nobody' },
    ...refused(`DELETE ${ONE}/{{silence}}`),
    { name: 'delete', request: `DELETE ${ONE}/{{silence}}` },
    { name: 'delete once more', request: `DELETE ${ONE}/{{silence}}` },
    { name: 'delete a missing one', request: `DELETE ${ONE}/00000000-0000-0000-0000-000000000000` },
    { name: 'delete the second one', request: `DELETE ${ONE}/{{second silence}}` },
    { name: 'list after that', request: `GET ${LIST}`, keep: ['*.status.state'] },
  ],
};
