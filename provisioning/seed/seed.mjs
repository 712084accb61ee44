// Fills a new Grafana with something to lose: two folders, four dashboards, an alert rule. Where one of them is there, it
// does nothing, so that what you change or delete stays so. A failure is printed and keeps nothing else from starting.
const { GRAFANA_URL, GRAFANA_ADMIN_USER, GRAFANA_ADMIN_PASSWORD } = process.env;
const authorization = `Basic ${Buffer.from(`${GRAFANA_ADMIN_USER}:${GRAFANA_ADMIN_PASSWORD}`).toString('base64')}`;

const SHOP = 'try-shop';
const OPERATIONS = 'try-operations';

async function send(method, path, body) {
  const answer = await fetch(GRAFANA_URL + path, {
    method,
    // Without the second one the alert rule could not be edited in Grafana.
    headers: { authorization, 'x-disable-provenance': 'true', 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok && answer.status !== 404) {
    throw new Error(`Grafana refused ${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
  return answer.ok;
}

/** Lines that Grafana makes up by itself, so that no data is needed. */
function panel(title, unit, index) {
  const datasource = { type: 'datasource', uid: 'grafana' };
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: 8 * Math.floor(index / 2) },
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: [{ refId: 'A', datasource, queryType: 'randomWalk' }],
  };
}

async function addDashboard(folderUid, uid, title, panels) {
  const dashboard = {
    uid,
    title,
    tags: ['try-dashkeep'],
    schemaVersion: 39,
    time: { from: 'now-1h', to: 'now' },
    panels: panels.map(([name, unit], index) => panel(name, unit, index)),
  };
  await send('POST', '/api/dashboards/db', { dashboard, folderUid, message: 'Made by the seed of the compose file' });
}

/** Fires when Prometheus can't reach the service. */
async function addRule() {
  const relativeTimeRange = { from: 300, to: 0 };
  await send('POST', '/api/v1/provisioning/alert-rules', {
    uid: 'try-dashkeep-down',
    title: 'Dashkeep does not answer',
    orgID: 1,
    folderUID: OPERATIONS,
    ruleGroup: 'Backups',
    condition: 'down',
    for: '5m',
    noDataState: 'OK',
    execErrState: 'OK',
    labels: { severity: 'warning' },
    annotations: { summary: 'Prometheus could not read the metrics of Dashkeep for five minutes.' },
    data: [
      {
        refId: 'up',
        relativeTimeRange,
        datasourceUid: 'prometheus',
        model: { refId: 'up', expr: 'up{job="dashkeep"}', instant: true },
      },
      {
        refId: 'down',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        model: {
          refId: 'down',
          type: 'threshold',
          expression: 'up',
          conditions: [{ evaluator: { type: 'lt', params: [1] } }],
        },
      },
    ],
  });
}

async function seed() {
  if ((await send('GET', `/api/folders/${SHOP}`)) || (await send('GET', `/api/folders/${OPERATIONS}`))) {
    console.log('There is something to try already; nothing was added.');
    return;
  }
  await send('POST', '/api/folders', { uid: SHOP, title: 'Shop' });
  await send('POST', '/api/folders', { uid: OPERATIONS, title: 'Operations' });
  await addDashboard(SHOP, 'try-checkout', 'Checkout', [
    ['Orders per minute', 'short'],
    ['Payment errors', 'percent'],
    ['Time to pay', 's'],
  ]);
  await addDashboard(SHOP, 'try-catalogue', 'Catalogue', [
    ['Searches per second', 'reqps'],
    ['Search latency', 'ms'],
  ]);
  await addDashboard(SHOP, 'try-revenue', 'Revenue', [['Revenue per hour', 'currencyEUR']]);
  await addDashboard(OPERATIONS, 'try-on-call', 'On call', [
    ['CPU', 'percent'],
    ['Memory', 'bytes'],
  ]);
  await addRule();
  console.log('Grafana has two folders, four dashboards and an alert rule to try Dashkeep with.');
}

const ATTEMPTS = 5;
for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
  try {
    await seed();
    break;
  } catch (error) {
    console.error(`Attempt ${attempt} of ${ATTEMPTS}: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
