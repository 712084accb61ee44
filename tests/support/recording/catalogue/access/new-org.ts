import type { Area, Step } from '../../step.ts';

const BASE = '/api/v1/provisioning';
const OPEN = { 'x-disable-provenance': 'true' };

/** An org in the seconds after it was made, and in the minute after which it has an Alertmanager. */
export const newOrg: Area = {
  name: 'new-org',
  steps: [
    { name: 'create', request: 'POST /api/orgs', body: { name: 'Recorded new' }, capture: { 'new org': 'orgId' } },
    ...(
      [
        { name: 'own org', request: 'GET /api/org' },
        { name: 'permissions', request: 'GET /api/access-control/user/permissions', map: [''] },
        { name: 'policies', request: `GET ${BASE}/policies`, keep: ['message'] },
        { name: 'contact points', request: `GET ${BASE}/contact-points`, keep: ['message'] },
        {
          name: 'contact points in full',
          request: `GET ${BASE}/contact-points/export?decrypt=true&format=json`,
          keep: ['message'],
        },
        { name: 'mute timings', request: `GET ${BASE}/mute-timings`, keep: ['message'] },
        { name: 'templates', request: `GET ${BASE}/templates`, keep: ['message'] },
        { name: 'rules', request: `GET ${BASE}/alert-rules`, keep: ['message'] },
        { name: 'silences', request: 'GET /api/alertmanager/grafana/api/v2/silences', keep: ['message'] },
        { name: 'a folder', request: 'POST /api/folders', body: { uid: 'rec-n1', title: 'New' } },
        {
          name: 'put policies',
          request: `PUT ${BASE}/policies`,
          headers: OPEN,
          body: { receiver: 'grafana-default-email' },
          keep: ['message'],
        },
        {
          name: 'create a contact point',
          request: `POST ${BASE}/contact-points`,
          headers: OPEN,
          body: { uid: 'rec-n2', name: 'New', type: 'email', settings: { addresses: 'a@recorded.test' } },
          keep: ['message'],
        },
        {
          name: 'create a mute timing',
          request: `POST ${BASE}/mute-timings`,
          headers: OPEN,
          body: { name: 'New', time_intervals: [] },
          keep: ['message'],
        },
        {
          name: 'put a template',
          request: `PUT ${BASE}/templates/new`,
          headers: OPEN,
          body: { template: 'Hello' },
          keep: ['message'],
        },
        {
          name: 'put a rule group',
          request: `PUT ${BASE}/folder/rec-n1/rule-groups/new`,
          headers: OPEN,
          body: {
            title: 'new',
            folderUid: 'rec-n1',
            interval: 60,
            rules: [
              {
                uid: 'rec-n3',
                title: 'New',
                orgID: '{{new org}}',
                folderUID: 'rec-n1',
                ruleGroup: 'new',
                condition: 'A',
                noDataState: 'OK',
                execErrState: 'OK',
                for: '5m',
                isPaused: true,
                data: [
                  {
                    refId: 'A',
                    queryType: '',
                    relativeTimeRange: { from: 600, to: 0 },
                    datasourceUid: '__expr__',
                    model: { refId: 'A', type: 'math', expression: '1 > 2' },
                  },
                ],
              },
            ],
          },
          map: ['rules.*.data.*.model'],
          keep: ['message'],
        },
        {
          name: 'policies, once they are there',
          request: `GET ${BASE}/policies`,
          until: '"receiver"',
          keep: ['receiver'],
        },
        { name: 'silences, once they are there', request: 'GET /api/alertmanager/grafana/api/v2/silences' },
        {
          name: 'create a mute timing, once it can be',
          request: `POST ${BASE}/mute-timings`,
          headers: OPEN,
          body: { name: 'New', time_intervals: [] },
        },
      ] satisfies Step[]
    ).map((step): Step => ({ org: 'new org', ...step })),
    { name: 'delete', request: 'DELETE /api/orgs/{{new org}}' },
  ],
};
