import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';
import { listening, type Listening } from '../support/servers/listening.ts';

/** A snapshot in which a data source leads to the forger: Grafana would send the stored password there. */
const SOURCE = {
  uid: 'prom',
  name: 'Prometheus',
  type: 'prometheus',
  access: 'proxy',
  basicAuth: true,
  basicAuthUser: 'reader',
};
const REAL = 'http://prometheus.example:9090';
const FORGED = 'http://forger.example:9090';

const at = (url: string) => ({ ...SOURCE, url });
const seed = ({ api }: Lab, url = REAL) =>
  api('POST /api/datasources', { ...at(url), secureJsonData: { basicAuthPassword: 'secret' } });
const lead = ({ api }: Lab, url: string) => api('PUT /api/datasources/uid/prom', at(url));

describeAttack('a data source that leads to a forger', {
  always: 'service',
  seed,
  forge: (lab) => lead(lab, FORGED),
  heal: (lab) => lead(lab, REAL),
  target: { kind: 'data-source', uid: 'prom' },
  state({ grafana }) {
    const { url, secureJsonData } = grafana.state.org(1).dataSources.get('prom') ?? {};
    return { url, ...secureJsonData };
  },
  says: [
    {
      code: 'address',
      params: { field: 'url', before: REAL, after: FORGED, secrets: 'basicAuthPassword', keeps: 'no' },
    },
  ],
});

describe('the stored password of a data source whose address changes', () => {
  let forger: Listening;
  let address: string;
  const received: string[] = [];

  labHooks();
  beforeEach(async () => {
    received.length = 0;
    forger = await listening((request, response) => {
      received.push(Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString());
      response.end('{}');
    });
    address = forger.url;
    const lab = currentLab();
    await seed(lab, address);
    await lab.dashkeep(['backup']);
    await lead(lab, REAL);
  });
  afterEach(() => forger.close());

  const restore = (...more: string[]) =>
    currentLab().dashkeep(['restore', 'latest', '--kinds', 'data-source', '--overwrite', ...more]);
  const ask = () => call(currentLab().grafana, 'admin:admin', 'GET /api/datasources/proxy/uid/prom/api/v1/query');

  it('is not sent to the forger, even when the restore was confirmed', async () => {
    await restore('--apply').catch(() => undefined);
    await ask();
    expect(received).toEqual([]);
    const { json } = await restore();
    await restore('--apply', '--confirm', json.confirm as string);
    expect((await ask()).status).toBe(200);
    expect(received).toEqual(['reader:']);
    expect(json.plan[0].losses).toEqual([expect.stringMatching(/^enter again: basicAuthPassword; .* undo cannot/)]);
  });

  it('goes along when that is asked for by name, and the plan says so', async () => {
    const { json } = await restore('--keep-secrets');
    expect(json.plan[0].security).toMatchObject([{ params: { secrets: 'basicAuthPassword', keeps: 'yes' } }]);
    expect(json.plan[0].losses).toEqual([]);
    await restore('--keep-secrets', '--apply', '--confirm', json.confirm as string);
    await ask();
    expect(received).toEqual(['reader:secret']);
  });

  it('stays where only something else changes', async () => {
    const lab = currentLab();
    await lab.api('PUT /api/datasources/uid/prom', { ...at(address), jsonData: { timeInterval: '30s' } });
    const { json, exit } = await restore('--apply');
    expect(exit).toBe(0);
    expect(json.plan[0]).toMatchObject({ action: 'update', security: [], losses: [] });
    await ask();
    expect(received).toEqual(['reader:secret']);
  });
});

/** What a data source of a database has, as it should be and as a forger wants it. */
const CHECKS: Record<string, { strict: object; weak: object; says: Record<string, string> }> = {
  'postgres-disable': {
    strict: { sslmode: 'verify-full' },
    weak: { sslmode: 'disable' },
    says: { field: 'sslmode', before: 'verify-full', after: 'disable' },
  },
  'postgres-name': {
    strict: { sslmode: 'verify-full' },
    weak: { sslmode: 'verify-ca' },
    says: { field: 'sslmode', before: 'verify-full', after: 'verify-ca' },
  },
  'postgres-default': { strict: { sslmode: 'require' }, weak: {}, says: { field: 'sslmode', before: 'require' } },
  'postgres-root': {
    strict: { sslmode: 'verify-ca', sslRootCertFile: '/etc/ca.pem' },
    weak: { sslmode: 'verify-ca', sslRootCertFile: '/tmp/ca.pem' },
    says: { field: 'sslRootCertFile', before: '/etc/ca.pem', after: '/tmp/ca.pem' },
  },
  'mysql-cleartext': {
    strict: { tlsAuth: true },
    weak: { tlsAuth: true, allowCleartextPasswords: true },
    says: { field: 'allowCleartextPasswords', before: 'no', after: 'yes' },
  },
  'mysql-ca': {
    strict: { tlsAuthWithCACert: true },
    weak: { tlsAuthWithCACert: false },
    says: { field: 'tlsAuthWithCACert', before: 'yes', after: 'no' },
  },
  'mysql-verify': {
    strict: { tlsSkipVerify: false },
    weak: { tlsSkipVerify: true },
    says: { field: 'tlsSkipVerify', before: 'no', after: 'yes' },
  },
  'mssql-encrypt': {
    strict: { encrypt: 'true' },
    weak: { encrypt: 'false' },
    says: { field: 'encrypt', before: 'true', after: 'false' },
  },
  'mssql-off': { strict: {}, weak: { encrypt: 'disable' }, says: { field: 'encrypt', after: 'disable' } },
  'influx-grpc': {
    strict: {},
    weak: { insecureGrpc: true },
    says: { field: 'insecureGrpc', before: 'no', after: 'yes' },
  },
  'clickhouse-plain': {
    strict: { secure: true },
    weak: { secure: false },
    says: { field: 'secure', before: 'yes', after: 'no' },
  },
  'plugin-nested': {
    strict: { tls: { insecureSkipVerify: false } },
    weak: { tls: { insecureSkipVerify: true } },
    says: { field: 'tls.insecureSkipVerify', before: 'no', after: 'yes' },
  },
  'prom-cookies': {
    strict: { keepCookies: ['lang'] },
    weak: { keepCookies: ['lang', 'session'] },
    says: { field: 'keepCookies', before: 'lang', after: 'lang, session' },
  },
  'prom-token': {
    strict: {},
    weak: { oauthPassThru: true },
    says: { field: 'oauthPassThru', before: 'no', after: 'yes' },
  },
};

describe('a data source that checks less whom it talks to', () => {
  labHooks();

  const put = async (which: 'strict' | 'weak', verb: 'POST' | 'PUT') => {
    for (const [uid, settings] of Object.entries(CHECKS)) {
      const [type = ''] = uid.split('-');
      const body = { uid, name: uid, type, access: 'proxy', url: 'db.example:1', jsonData: settings[which] };
      await currentLab().api(verb === 'POST' ? 'POST /api/datasources' : `PUT /api/datasources/uid/${uid}`, body);
    }
  };
  const planned = async (): Promise<Record<string, { code: string; params: object }[]>> => {
    const { json } = await currentLab().dashkeep(['restore', 'latest', '--kinds', 'data-source', '--overwrite']);
    const items = json.plan as { uid: string; security: { code: string; params: object }[] }[];
    return Object.fromEntries(items.map(({ uid, security }) => [uid, security]));
  };

  it('is in the plan, setting by setting', async () => {
    await put('weak', 'POST');
    await currentLab().dashkeep(['backup']);
    await put('strict', 'PUT');
    const expected = Object.entries(CHECKS).map(([uid, { says }]) => [uid, [{ code: 'forwarding', params: says }]]);
    expect(await planned()).toEqual(Object.fromEntries(expected));
  });

  it('is not, where the restore makes it stricter', async () => {
    await put('strict', 'POST');
    await currentLab().dashkeep(['backup']);
    await put('weak', 'PUT');
    const stricter = Object.entries(await planned()).filter(([uid]) => uid !== 'postgres-root');
    expect(stricter.flatMap(([, security]) => security)).toEqual([]);
  });
});
