import type { Area, Step } from '../../step.ts';

const GROUP = '/apis/notifications.alerting.grafana.app';
const TREES = `${GROUP}/v0alpha1/namespaces/default/routingtrees`;
const RULES = `${GROUP}/v1beta1/namespaces/default/inhibitionrules`;
const DATA = [
  'metadata.annotations',
  'metadata.labels',
  'items.*.metadata.annotations',
  'items.*.metadata.labels',
  'items.*.spec',
  'spec',
];

const tree = (name: string) => ({
  apiVersion: 'notifications.alerting.grafana.app/v0alpha1',
  kind: 'RoutingTree',
  metadata: { name },
  spec: { defaults: { receiver: 'grafana-default-email' }, routes: [] },
});
const rule = {
  apiVersion: 'notifications.alerting.grafana.app/v1beta1',
  kind: 'InhibitionRule',
  metadata: { name: 'recorded' },
  spec: {
    source_matchers: [{ type: '=', label: 'severity', value: 'critical' }],
    target_matchers: [{ type: '=', label: 'severity', value: 'warning' }],
    equal: ['cluster'],
  },
};

const steps: Step[] = [
  { name: 'routing trees', request: `GET ${TREES}?limit=500`, map: DATA, keep: ['items.*.metadata.name'] },
  { name: 'routing trees by nobody', request: `GET ${TREES}?limit=500`, as: 'nobody' },
  { name: 'routing trees by a viewer', request: `GET ${TREES}?limit=500`, as: 'viewer', map: DATA },
  { name: 'a missing routing tree', request: `GET ${TREES}/missing` },
  { name: 'create a routing tree', request: `POST ${TREES}`, body: tree('recorded'), map: DATA },
  { name: 'create a routing tree twice', request: `POST ${TREES}`, body: tree('recorded') },
  { name: 'one routing tree', request: `GET ${TREES}/recorded`, map: DATA },
  { name: 'replace a routing tree', request: `PUT ${TREES}/recorded`, body: tree('recorded'), map: DATA },
  { name: 'delete a routing tree', request: `DELETE ${TREES}/recorded`, map: DATA },
  { name: 'delete a routing tree once more', request: `DELETE ${TREES}/recorded` },
  { name: 'inhibition rules', request: `GET ${RULES}?limit=1`, map: DATA },
  { name: 'a missing inhibition rule', request: `GET ${RULES}/missing` },
  { name: 'create an inhibition rule', request: `POST ${RULES}`, body: rule, map: DATA },
  { name: 'create an inhibition rule twice', request: `POST ${RULES}`, body: rule },
  { name: 'replace an inhibition rule', request: `PUT ${RULES}/recorded`, body: rule, map: DATA },
  { name: 'delete an inhibition rule', request: `DELETE ${RULES}/recorded`, map: DATA },
];

/** What alerting serves under `/apis` only. */
export const alertingObjects: Area = {
  name: 'alerting-objects',
  steps: steps.map((step): Step => ({ since: '12.0', ...step })),
};
