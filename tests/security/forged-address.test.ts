import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

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
  let forger: Server;
  let address: string;
  const received: string[] = [];

  labHooks();
  beforeEach(async () => {
    received.length = 0;
    forger = createServer((request, response) => {
      received.push(Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString());
      response.end('{}');
    });
    await new Promise<void>((resolve) => forger.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(forger.address() as AddressInfo).port}`;
    const lab = currentLab();
    await seed(lab, address);
    await lab.dashkeep(['backup']);
    await lead(lab, REAL);
  });
  afterEach(() => new Promise<void>((resolve) => forger.close(() => resolve())));

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
    expect(json.plan[0].losses).toEqual(['enter again: basicAuthPassword']);
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
