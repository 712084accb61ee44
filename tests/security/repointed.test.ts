import { describe, expect, it } from 'vitest';
import { naturalKey } from '../../pkg/grafana/natural-key.ts';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

const REAL = 'https://hooks.example/alerts';
const FORGED = 'https://forger.example/alerts';

const hook = (url: string) => ({
  uid: 'ops-hook',
  name: 'ops',
  type: 'webhook',
  settings: { url, username: 'dashkeep', password: 'secret' },
});
const leadHook = ({ api }: Lab, url: string) =>
  api('PUT /api/v1/provisioning/contact-points/ops-hook', {
    ...hook(url),
    settings: { ...hook(url).settings, password: '[REDACTED]' },
  });

describeAttack('a contact point that leads to a forger', {
  always: 'service',
  seed: ({ api }) => api('POST /api/v1/provisioning/contact-points', hook(REAL)),
  forge: (lab) => leadHook(lab, FORGED),
  heal: (lab) => leadHook(lab, REAL),
  target: { kind: 'contact-point', uid: 'ops' },
  state: async ({ api }) => api('GET /api/v1/provisioning/contact-points'),
  says: [
    {
      code: 'address',
      params: { field: 'webhook url', before: REAL, after: FORGED, secrets: 'password', keeps: 'no' },
    },
  ],
});

describeAttack('alerts that go to another contact point', {
  async seed({ api }) {
    for (const [name, url] of [
      ['ops', REAL],
      ['other', FORGED],
    ]) {
      await api('POST /api/v1/provisioning/contact-points', {
        ...{ uid: `${name}-hook`, name, type: 'webhook', settings: { url } },
      });
    }
    await api('PUT /api/v1/provisioning/policies', { receiver: 'ops', routes: [] });
  },
  forge: ({ api }) => api('PUT /api/v1/provisioning/policies', { receiver: 'other', routes: [] }),
  heal: ({ api }) => api('PUT /api/v1/provisioning/policies', { receiver: 'ops', routes: [] }),
  target: { kind: 'notification-policy', uid: 'default' },
  state: async ({ api }) => (await api('GET /api/v1/provisioning/policies'))['receiver'],
  says: [{ code: 'receiver', params: { before: 'ops', after: 'other' } }],
});

const putTree = ({ api }: Lab, ...routes: object[]) =>
  api('PUT /api/v1/provisioning/policies', { receiver: 'ops', routes });
const addPoints = async ({ api }: Lab) => {
  for (const name of ['ops', 'other']) {
    const settings = { url: REAL };
    await api('POST /api/v1/provisioning/contact-points', { uid: `${name}-hook`, name, type: 'webhook', settings });
  }
};
const tree = async ({ api }: Lab) => (await api('GET /api/v1/provisioning/policies'))['routes'];
const team = (name: string) => ['team', '=', name];
const toOther = { receiver: 'other', continue: true };

describeAttack('a contact point that gets all alerts instead of those of one team', {
  async seed(lab) {
    await addPoints(lab);
    await putTree(lab, { ...toOther, object_matchers: [team('a')] });
  },
  forge: (lab) => putTree(lab, toOther),
  heal: (lab) => putTree(lab, { ...toOther, object_matchers: [team('a')] }),
  target: { kind: 'notification-policy', uid: 'default' },
  state: tree,
  says: [{ code: 'receiver-wider', params: { name: 'other', matchers: '' } }],
});

describeAttack('a contact point that gets the alerts of another team as well', {
  async seed(lab) {
    await addPoints(lab);
    await putTree(lab, { ...toOther, object_matchers: [team('a')] });
  },
  forge: (lab) =>
    putTree(
      lab,
      { ...toOther, object_matchers: [team('a'), ['severity', '=', 'page']] },
      { receiver: 'ops', object_matchers: [team('b')], routes: [toOther] },
    ),
  heal: (lab) => putTree(lab, { ...toOther, object_matchers: [team('a')] }),
  target: { kind: 'notification-policy', uid: 'default' },
  state: tree,
  says: [
    { code: 'receiver-wider', params: { name: 'ops', matchers: 'team = a' } },
    { code: 'receiver-wider', params: { name: 'other', matchers: 'team = b' } },
  ],
});

describeAttack('alerts that go to a contact point although people reset their policies', {
  async seed(lab) {
    await addPoints(lab);
    await putTree(lab, toOther);
  },
  forge: async () => undefined,
  heal: ({ api }) => api('DELETE /api/v1/provisioning/policies'),
  target: { kind: 'notification-policy', uid: 'default' },
  state: async ({ api }) => (await api('GET /api/v1/provisioning/policies'))['receiver'],
  says: [
    { code: 'receiver', params: { after: 'ops' } },
    { code: 'receiver-added', params: { after: 'other' } },
  ],
});

const byMail = (addresses: string) => ({
  ...{ uid: 'default-mail', name: 'grafana-default-email', type: 'email' },
  settings: { addresses },
});

describeAttack('alerts that go to a contact point although people reset it to what Grafana ships', {
  async seed({ api }) {
    await api('POST /api/v1/provisioning/contact-points', byMail('mallory@example.org'));
    await api('POST /api/folders', { uid: 'rules', title: 'Rules' });
    await api('POST /api/v1/provisioning/alert-rules', {
      ...{ uid: 'load', title: 'High load', ruleGroup: 'group', folderUID: 'rules', orgID: 1, condition: 'A' },
      ...{ for: '5m', noDataState: 'OK', execErrState: 'OK' },
      data: [{ refId: 'A', datasourceUid: '__expr__', model: { refId: 'A', type: 'math', expression: '1' } }],
    });
  },
  forge: async () => undefined,
  heal: ({ api }) => api('PUT /api/v1/provisioning/contact-points/default-mail', byMail('<example@email.com>')),
  target: { kind: 'contact-point', uid: 'grafana-default-email' },
  state: async ({ api }) => JSON.stringify(await api('GET /api/v1/provisioning/contact-points')).includes('mallory'),
  says: [
    {
      code: 'address',
      params: { field: 'email addresses', before: '<example@email.com>', after: 'mallory@example.org' },
    },
  ],
});

const correlation = (url: string) => ({
  label: 'Look it up',
  type: 'external',
  config: { field: 'trace', target: { url } },
});
const leadLink = async ({ api, grafana }: Lab, url: string) => {
  const [uid = ''] = grafana.state.org(1).correlations.keys();
  return api(`PATCH /api/datasources/uid/logs/correlations/${uid}`, correlation(url));
};

describeAttack('a correlation that leads to a forger', {
  async seed({ api }) {
    await api('POST /api/datasources', {
      uid: 'logs',
      name: 'Logs',
      type: 'loki',
      access: 'proxy',
      url: 'http://loki',
    });
    await api('POST /api/datasources/uid/logs/correlations', correlation('https://trace.example/${trace}'));
  },
  forge: (lab) => leadLink(lab, 'https://forger.example/${trace}'),
  heal: (lab) => leadLink(lab, 'https://trace.example/${trace}'),
  target: { kind: 'correlation', uid: naturalKey(['logs', '', 'external', 'Look it up']) },
  state: ({ grafana }) => [...grafana.state.org(1).correlations.values()].map(({ config }) => config),
  says: [
    {
      code: 'link',
      params: {
        field: 'config.target.url',
        before: 'https://trace.example/${trace}',
        after: 'https://forger.example/${trace}',
      },
    },
  ],
});

const PLUGIN = 'grafana-lokiexplore-app';
const plugin = (url: string, secureJsonData?: object) => ({
  enabled: true,
  pinned: true,
  jsonData: { url },
  secureJsonData,
});

describeAttack('an app that sends its requests to a forger', {
  async seed({ api, grafana }) {
    grafana.state.plugins.set(PLUGIN, { id: PLUGIN, name: 'Logs', type: 'app', version: '1.0.0', autoEnabled: false });
    await api(`POST /api/plugins/${PLUGIN}/settings`, plugin(REAL, { token: 'secret' }));
  },
  forge: ({ api }) => api(`POST /api/plugins/${PLUGIN}/settings`, plugin(FORGED)),
  heal: ({ api }) => api(`POST /api/plugins/${PLUGIN}/settings`, plugin(REAL)),
  target: { kind: 'plugin-settings', uid: PLUGIN },
  state: ({ grafana }) => structuredClone(grafana.state.org(1).pluginSettings.get(PLUGIN)),
  says: [
    { code: 'address', params: { field: 'jsonData.url', before: REAL, after: FORGED, secrets: 'token', keeps: 'no' } },
  ],
});

describeAttack('an app that no longer checks whom it talks to', {
  async seed({ api, grafana }) {
    grafana.state.plugins.set(PLUGIN, { id: PLUGIN, name: 'Logs', type: 'app', version: '1.0.0', autoEnabled: false });
    await api(`POST /api/plugins/${PLUGIN}/settings`, plugin(REAL));
  },
  forge: ({ api }) =>
    api(`POST /api/plugins/${PLUGIN}/settings`, { ...plugin(REAL), jsonData: { url: REAL, tlsSkipVerify: true } }),
  heal: ({ api }) => api(`POST /api/plugins/${PLUGIN}/settings`, plugin(REAL)),
  target: { kind: 'plugin-settings', uid: PLUGIN },
  state: ({ grafana }) => structuredClone(grafana.state.org(1).pluginSettings.get(PLUGIN)),
  says: [{ code: 'forwarding', params: { field: 'tlsSkipVerify', before: 'no', after: 'yes' } }],
});

const database = (user: string, name: string) => ({
  ...{ uid: 'sql', name: 'SQL', type: 'grafana-postgresql-datasource', access: 'proxy', url: 'db:5432', user },
  jsonData: { database: name, sslmode: 'require' },
});
const reader = { authType: 'keys', profile: 'reader' };
const cloud = (jsonData: object) => ({ uid: 'cw', name: 'CW', type: 'cloudwatch', access: 'proxy', jsonData });

describeAttack('a database that everyone reads as another account', {
  seed: ({ api }) => api('POST /api/datasources', database('reader', 'metrics')),
  forge: ({ api }) => api('PUT /api/datasources/uid/sql', database('root', 'payroll')),
  heal: ({ api }) => api('PUT /api/datasources/uid/sql', database('reader', 'metrics')),
  target: { kind: 'data-source', uid: 'sql' },
  state: ({ grafana }) => structuredClone(grafana.state.org(1).dataSources.get('sql')?.user),
  says: [
    { code: 'source-account', params: { field: 'jsonData.database', before: 'metrics', after: 'payroll' } },
    { code: 'source-account', params: { field: 'user', before: 'reader', after: 'root' } },
  ],
});

describeAttack('a data source that uses the identity of the server', {
  seed: ({ api }) => api('POST /api/datasources', cloud(reader)),
  forge: ({ api }) => api('PUT /api/datasources/uid/cw', cloud({ authType: 'default' })),
  heal: ({ api }) => api('PUT /api/datasources/uid/cw', cloud(reader)),
  target: { kind: 'data-source', uid: 'cw' },
  state: ({ grafana }) => structuredClone(grafana.state.org(1).dataSources.get('cw')?.jsonData),
  says: [
    { code: 'source-account', params: { field: 'jsonData.authType', before: 'keys', after: 'default' } },
    { code: 'source-account', params: { field: 'jsonData.profile', before: 'reader' } },
  ],
});

describe('a database whose name older releases kept elsewhere', () => {
  labHooks();

  it('is the same one', async () => {
    const { api, dashkeep } = currentLab();
    const { jsonData, ...rest } = database('reader', 'metrics');
    await api('POST /api/datasources', { ...rest, database: 'metrics', jsonData: { sslmode: 'require' } });
    await dashkeep(['backup']);
    await api('PUT /api/datasources/uid/sql', { ...rest, jsonData });
    const { json } = await dashkeep(['restore', 'latest', '--only', 'data-source/sql', '--overwrite']);
    expect(json.plan).toMatchObject([{ action: 'update', security: [] }]);
  });

  it('is another one where the newer place only covers it up', async () => {
    const { api, dashkeep } = currentLab();
    const forged = database('reader', 'metrics');
    const { jsonData, ...rest } = forged;
    await api('POST /api/datasources', { ...forged, database: 'payroll' });
    await dashkeep(['backup']);
    await api('PUT /api/datasources/uid/sql', {
      ...rest,
      database: 'metrics',
      jsonData: { sslmode: jsonData.sslmode },
    });
    const { json } = await dashkeep(['restore', 'latest', '--only', 'data-source/sql', '--overwrite']);
    expect(json.plan[0].security).toEqual([
      { code: 'source-account', params: { field: 'database', after: 'payroll' } },
    ]);
  });
});
