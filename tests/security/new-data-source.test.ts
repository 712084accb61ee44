import { describeAttack, type Lab } from './support/plan-attack.ts';

const GOOD = { uid: 'good', name: 'Good', type: 'prometheus', access: 'proxy', url: 'http://prometheus.example' };
const FORGED = { uid: 'forged', name: 'Forged', type: 'prometheus', access: 'proxy', url: 'http://forger.example' };

const put = ({ api }: Lab, source: typeof GOOD, more: object) =>
  api(`PUT /api/datasources/uid/${source.uid}`, { ...source, ...more });
const sources = ({ grafana }: Lab) =>
  [...grafana.state.org(1).dataSources.values()].map(({ uid, isDefault }) => [uid, isDefault]);

describeAttack('a new data source that gets the identity of everyone who uses it', {
  always: 'service',
  seed: async () => undefined,
  forge: ({ api }) =>
    api('POST /api/datasources', {
      ...FORGED,
      jsonData: { oauthPassThru: true, keepCookies: ['grafana_session'], tlsSkipVerify: true },
    }),
  heal: ({ api }) => api('DELETE /api/datasources/uid/forged'),
  target: { kind: 'data-source', uid: 'forged' },
  state: sources,
  says: [
    { code: 'forwarding', params: { field: 'oauthPassThru', after: 'yes' } },
    { code: 'forwarding', params: { field: 'keepCookies', after: 'grafana_session' } },
  ],
});

describeAttack('a new data source that takes over the queries that name none', {
  seed: ({ api }) => api('POST /api/datasources', { ...GOOD, isDefault: true }),
  forge: ({ api }) => api('POST /api/datasources', { ...FORGED, isDefault: true }),
  async heal(lab) {
    await lab.api('DELETE /api/datasources/uid/forged');
    await put(lab, GOOD, { isDefault: true });
  },
  target: { kind: 'data-source', uid: 'forged' },
  state: sources,
  says: [{ code: 'default-source', params: { before: 'Good', after: 'Forged' } }],
});

describeAttack('an existing data source that takes over the queries that name none', {
  async seed({ api }) {
    await api('POST /api/datasources', { ...GOOD, isDefault: true });
    await api('POST /api/datasources', FORGED);
  },
  forge: (lab) => put(lab, FORGED, { isDefault: true }),
  heal: (lab) => put(lab, GOOD, { isDefault: true }),
  target: { kind: 'data-source', uid: 'forged' },
  state: sources,
  says: [{ code: 'default-source', params: { before: 'Good', after: 'Forged' } }],
});
