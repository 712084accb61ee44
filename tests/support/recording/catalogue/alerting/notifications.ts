import { refused, type Area, type Step } from '../../step.ts';

const BASE = '/api/v1/provisioning';
const OPEN = { 'x-disable-provenance': 'true' };
const POINT = {
  uid: 'rec-c1',
  name: 'Recorded',
  type: 'webhook',
  settings: { url: 'http://127.0.0.1:9/hook', authorization_scheme: 'Bearer', authorization_credentials: 'recorded' },
  disableResolveMessage: false,
};
const SETTINGS = ['*.settings', 'settings', 'contactPoints.*.receivers.*.settings'];

const contactPoints: Step[] = [
  {
    name: 'contact points of a new org',
    request: `GET ${BASE}/contact-points`,
    map: SETTINGS,
    keep: ['*.name', '*.uid', '*.type'],
  },
  {
    name: 'create a contact point',
    request: `POST ${BASE}/contact-points`,
    headers: OPEN,
    body: POINT,
    map: SETTINGS,
    keep: ['uid', 'settings.authorization_credentials'],
  },
  { name: 'create a contact point twice', request: `POST ${BASE}/contact-points`, headers: OPEN, body: POINT },
  {
    name: 'create a contact point of a type that is none',
    request: `POST ${BASE}/contact-points`,
    headers: OPEN,
    body: { ...POINT, uid: 'rec-c2', type: 'pigeon' },
  },
  {
    name: 'create a contact point without its secret',
    request: `POST ${BASE}/contact-points`,
    headers: OPEN,
    body: { uid: 'rec-c3', name: 'No secret', type: 'slack', settings: {} },
  },
  {
    name: 'create a contact point without a name',
    request: `POST ${BASE}/contact-points`,
    headers: OPEN,
    body: { ...POINT, uid: 'rec-c4', name: '' },
  },
  { name: 'create a contact point, wrong body', request: `POST ${BASE}/contact-points`, rawBody: '[]' },
  ...refused(`POST ${BASE}/contact-points`, { ...POINT, uid: 'rec-c5' }),
  {
    name: 'contact points',
    request: `GET ${BASE}/contact-points`,
    map: SETTINGS,
    keep: ['*.name', '*.uid', '*.settings.authorization_credentials'],
  },
  {
    name: 'contact points by name',
    request: `GET ${BASE}/contact-points?name=Recorded`,
    map: SETTINGS,
    keep: ['*.uid'],
  },
  { name: 'contact points by a missing name', request: `GET ${BASE}/contact-points?name=missing` },
  ...refused(`GET ${BASE}/contact-points`).map((step) => ({ ...step, map: SETTINGS })),
  {
    name: 'contact points in full',
    request: `GET ${BASE}/contact-points/export?decrypt=true&format=json`,
    map: SETTINGS,
    keep: ['contactPoints.*.name', 'contactPoints.*.receivers.*.settings.authorization_credentials'],
  },
  {
    name: 'contact points in full by a token',
    request: `GET ${BASE}/contact-points/export?decrypt=true&format=json`,
    as: 'token',
    map: SETTINGS,
    keep: ['contactPoints.*.receivers.*.settings.authorization_credentials'],
  },
  {
    name: 'contact points in full by a viewer',
    request: `GET ${BASE}/contact-points/export?decrypt=true&format=json`,
    as: 'viewer',
  },
  {
    name: 'change a contact point, secret kept',
    request: `PUT ${BASE}/contact-points/rec-c1`,
    headers: OPEN,
    body: { ...POINT, settings: { ...POINT.settings, authorization_credentials: '[REDACTED]' } },
  },
  { name: 'change a contact point with provenance', request: `PUT ${BASE}/contact-points/rec-c1`, body: POINT },
  {
    name: 'change a contact point without it again',
    request: `PUT ${BASE}/contact-points/rec-c1`,
    headers: OPEN,
    body: POINT,
  },
  {
    name: 'change a missing contact point',
    request: `PUT ${BASE}/contact-points/missing`,
    headers: OPEN,
    body: { ...POINT, uid: 'missing' },
  },
  ...refused(`PUT ${BASE}/contact-points/rec-c1`, POINT),
];

const TIMING = {
  name: 'Recorded',
  time_intervals: [
    { times: [{ start_time: '06:00', end_time: '23:59' }], weekdays: ['monday:friday'], months: ['1:3'] },
  ],
};
const timings: Step[] = [
  { name: 'mute timings, none', request: `GET ${BASE}/mute-timings` },
  { name: 'create a mute timing', request: `POST ${BASE}/mute-timings`, headers: OPEN, body: TIMING },
  { name: 'create a mute timing twice', request: `POST ${BASE}/mute-timings`, headers: OPEN, body: TIMING },
  {
    name: 'create a mute timing without a name',
    request: `POST ${BASE}/mute-timings`,
    headers: OPEN,
    body: { ...TIMING, name: '' },
  },
  {
    name: 'create a mute timing with times that are none',
    request: `POST ${BASE}/mute-timings`,
    headers: OPEN,
    body: { name: 'Wrong', time_intervals: [{ times: [{ start_time: '25:00', end_time: '26:00' }] }] },
  },
  { name: 'create a mute timing, wrong body', request: `POST ${BASE}/mute-timings`, rawBody: '[]' },
  ...refused(`POST ${BASE}/mute-timings`, { ...TIMING, name: 'Refused' }),
  { name: 'mute timings', request: `GET ${BASE}/mute-timings`, keep: ['*.name'] },
  { name: 'one mute timing', request: `GET ${BASE}/mute-timings/Recorded`, keep: ['name'] },
  { name: 'a missing mute timing', request: `GET ${BASE}/mute-timings/missing` },
  ...refused(`GET ${BASE}/mute-timings`),
  {
    name: 'change a mute timing',
    request: `PUT ${BASE}/mute-timings/Recorded`,
    headers: OPEN,
    body: { ...TIMING, time_intervals: [] },
  },
  {
    name: 'change a mute timing at a stale version',
    request: `PUT ${BASE}/mute-timings/Recorded`,
    headers: OPEN,
    body: { ...TIMING, version: 'stale' },
  },
  {
    name: 'change a missing mute timing',
    request: `PUT ${BASE}/mute-timings/missing`,
    headers: OPEN,
    body: { ...TIMING, name: 'missing' },
  },
  ...refused(`PUT ${BASE}/mute-timings/Recorded`, TIMING),
];

const TEMPLATE = { template: '{{ define "recorded" }}Hello{{ end }}' };
const templates: Step[] = [
  { name: 'templates, none', request: `GET ${BASE}/templates` },
  { name: 'put a template', request: `PUT ${BASE}/templates/recorded`, headers: OPEN, body: TEMPLATE },
  { name: 'put a template twice', request: `PUT ${BASE}/templates/recorded`, headers: OPEN, body: TEMPLATE },
  {
    name: 'put a template at a stale version',
    request: `PUT ${BASE}/templates/recorded`,
    headers: OPEN,
    body: { ...TEMPLATE, version: 'stale' },
  },
  {
    name: 'put a template that does not parse',
    request: `PUT ${BASE}/templates/broken`,
    headers: OPEN,
    body: { template: '{{ define "x" }}' },
  },
  { name: 'put an empty template', request: `PUT ${BASE}/templates/empty`, headers: OPEN, body: { template: '' } },
  {
    name: 'put a template with a name that holds a slash',
    request: `PUT ${BASE}/templates/a%2Fb`,
    headers: OPEN,
    body: TEMPLATE,
  },
  { name: 'put a template, wrong body', request: `PUT ${BASE}/templates/recorded`, rawBody: '[]' },
  ...refused(`PUT ${BASE}/templates/recorded`, TEMPLATE),
  { name: 'templates', request: `GET ${BASE}/templates`, keep: ['*.name'] },
  { name: 'one template', request: `GET ${BASE}/templates/recorded`, keep: ['name', 'provenance'] },
  { name: 'a missing template', request: `GET ${BASE}/templates/missing` },
  ...refused(`GET ${BASE}/templates`),
];

const ROUTE = { receiver: 'Recorded', object_matchers: [['team', '=', 'recorded']], mute_time_intervals: ['Recorded'] };
const policies: Step[] = [
  { name: 'policies of a new org', request: `GET ${BASE}/policies`, keep: ['receiver', 'group_by'] },
  {
    name: 'put policies',
    request: `PUT ${BASE}/policies`,
    headers: OPEN,
    body: { receiver: 'Recorded', group_by: ['alertname'], routes: [ROUTE] },
  },
  { name: 'policies', request: `GET ${BASE}/policies`, keep: ['receiver', 'routes.*.receiver'] },
  {
    name: 'put policies with a contact point that is missing',
    request: `PUT ${BASE}/policies`,
    headers: OPEN,
    body: { receiver: 'missing' },
  },
  {
    name: 'put policies with a mute timing that is missing',
    request: `PUT ${BASE}/policies`,
    headers: OPEN,
    body: { receiver: 'Recorded', routes: [{ ...ROUTE, mute_time_intervals: ['missing'] }] },
  },
  { name: 'put policies without a contact point', request: `PUT ${BASE}/policies`, headers: OPEN, body: {} },
  { name: 'put policies, wrong body', request: `PUT ${BASE}/policies`, rawBody: '[]' },
  ...refused(`PUT ${BASE}/policies`, { receiver: 'Recorded' }),
  ...refused(`GET ${BASE}/policies`),
  { name: 'delete a contact point in use', request: `DELETE ${BASE}/contact-points/rec-c1`, headers: OPEN },
  { name: 'delete a mute timing in use', request: `DELETE ${BASE}/mute-timings/Recorded`, headers: OPEN },
  { name: 'put policies with provenance', request: `PUT ${BASE}/policies`, body: { receiver: 'Recorded' } },
  { name: 'policies with provenance', request: `GET ${BASE}/policies`, keep: ['provenance'] },
  {
    name: 'put policies without provenance again',
    request: `PUT ${BASE}/policies`,
    headers: OPEN,
    body: { receiver: 'Recorded' },
  },
  { name: 'reset policies', request: `DELETE ${BASE}/policies` },
];

const removals: Step[] = [
  ...refused(`DELETE ${BASE}/contact-points/rec-c1`),
  { name: 'delete a contact point', request: `DELETE ${BASE}/contact-points/rec-c1`, headers: OPEN },
  { name: 'delete a contact point once more', request: `DELETE ${BASE}/contact-points/rec-c1`, headers: OPEN },
  ...refused(`DELETE ${BASE}/mute-timings/Recorded`),
  { name: 'delete a mute timing', request: `DELETE ${BASE}/mute-timings/Recorded`, headers: OPEN },
  { name: 'delete a mute timing once more', request: `DELETE ${BASE}/mute-timings/Recorded`, headers: OPEN },
  ...refused(`DELETE ${BASE}/templates/recorded`),
  { name: 'delete a template', request: `DELETE ${BASE}/templates/recorded`, headers: OPEN },
  { name: 'delete a template once more', request: `DELETE ${BASE}/templates/recorded`, headers: OPEN },
  { name: 'delete the template with a slash', request: `DELETE ${BASE}/templates/a%2Fb`, headers: OPEN },
];

/** Contact points, mute timings, templates and policies. */
export const alertingNotifications: Area = {
  name: 'alerting-notifications',
  steps: [...contactPoints, ...timings, ...templates, ...policies, ...removals],
};
