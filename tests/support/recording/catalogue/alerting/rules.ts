import { refused, type Area } from '../../step.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const GROUP = '/api/v1/provisioning/folder/rec-f1/rule-groups/recorded';

function rule(uid: string, title: string): Record<string, unknown> {
  return {
    uid,
    title,
    orgID: 1,
    folderUID: 'rec-f1',
    ruleGroup: 'recorded',
    condition: 'A',
    noDataState: 'OK',
    execErrState: 'OK',
    for: '5m',
    isPaused: true,
    labels: { team: 'recorded' },
    annotations: { summary: 'Recorded' },
    data: [
      {
        refId: 'A',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: '__expr__',
        model: { refId: 'A', type: 'math', expression: '1 > 2' },
      },
    ],
  };
}

const group = {
  title: 'recorded',
  folderUid: 'rec-f1',
  interval: 60,
  rules: [rule('rec-r1', 'First'), rule('rec-r2', 'Second')],
};
const DATA = [
  'labels',
  'annotations',
  'data.*.model',
  '*.labels',
  '*.annotations',
  '*.data.*.model',
  'rules.*.labels',
  'rules.*.annotations',
  'rules.*.data.*.model',
];
const OPEN = { 'x-disable-provenance': 'true' };

/** Alert rules and their groups. */
export const alertRules: Area = {
  name: 'alert-rules',
  steps: [
    { name: 'list, none', request: `GET ${RULES}` },
    { name: 'group, none', request: `GET ${GROUP}` },
    { name: 'put a group', request: `PUT ${GROUP}`, headers: OPEN, body: group, map: DATA },
    { name: 'put a group twice', request: `PUT ${GROUP}`, headers: OPEN, body: group, map: DATA },
    { name: 'list', request: `GET ${RULES}`, map: DATA, keep: ['*.uid', '*.provenance', '*.ruleGroup'] },
    { name: 'group', request: `GET ${GROUP}`, map: DATA, keep: ['interval', 'rules.*.uid'] },
    { name: 'group by a token', request: `GET ${GROUP}`, as: 'token', map: DATA },
    { name: 'group in a missing folder', request: 'GET /api/v1/provisioning/folder/missing/rule-groups/recorded' },
    { name: 'group from the other org', request: `GET ${GROUP}`, org: 'other org' },
    ...refused(`GET ${GROUP}`),
    { name: 'list by a viewer', request: `GET ${RULES}`, as: 'viewer', map: DATA },
    { name: 'list by nobody', request: `GET ${RULES}`, as: 'nobody' },
    {
      name: 'put a group with fewer rules',
      request: `PUT ${GROUP}`,
      headers: OPEN,
      body: { ...group, rules: [rule('rec-r1', 'First')] },
      map: DATA,
    },
    {
      name: 'put a group with provenance',
      request: `PUT ${GROUP}`,
      body: { ...group, rules: [rule('rec-r1', 'First')] },
      map: DATA,
    },
    { name: 'list with provenance', request: `GET ${RULES}`, map: DATA, keep: ['*.uid', '*.provenance'] },
    {
      name: 'put a group without provenance again',
      request: `PUT ${GROUP}`,
      headers: OPEN,
      body: { ...group, rules: [rule('rec-r1', 'First')] },
      map: DATA,
    },
    {
      name: 'put a group in a missing folder',
      request: 'PUT /api/v1/provisioning/folder/missing/rule-groups/recorded',
      headers: OPEN,
      body: { ...group, folderUid: 'missing' },
    },
    {
      name: 'put a group with an interval that is none',
      request: `PUT ${GROUP}`,
      headers: OPEN,
      body: { ...group, interval: 7 },
    },
    {
      name: 'put a group with a rule without a query',
      request: `PUT ${GROUP}`,
      headers: OPEN,
      body: { ...group, rules: [{ ...rule('rec-r1', 'First'), data: [] }] },
    },
    {
      name: 'put a group with a contact point that is missing',
      request: `PUT ${GROUP}`,
      headers: OPEN,
      body: { ...group, rules: [{ ...rule('rec-r1', 'First'), notification_settings: { receiver: 'missing' } }] },
    },
    { name: 'put a group, wrong body', request: `PUT ${GROUP}`, rawBody: '[]' },
    ...refused(`PUT ${GROUP}`, group),
    ...refused(`DELETE ${RULES}/rec-r1`),
    { name: 'delete a rule', request: `DELETE ${RULES}/rec-r1`, headers: OPEN },
    { name: 'delete a rule once more', request: `DELETE ${RULES}/rec-r1`, headers: OPEN },
    { name: 'group without its last rule', request: `GET ${GROUP}` },
    { name: 'put the group again', request: `PUT ${GROUP}`, headers: OPEN, body: group, map: DATA },
    ...refused(`DELETE ${GROUP}`),
    { name: 'delete a group', request: `DELETE ${GROUP}`, headers: OPEN },
    { name: 'delete a group once more', request: `DELETE ${GROUP}`, headers: OPEN },
    { name: 'group that was deleted', request: `GET ${GROUP}` },
    { name: 'list after that', request: `GET ${RULES}` },
  ],
};
