import { createServer, request, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { proxyToService, type OrgRole, type ProxiedApp } from '../support/preview/pluginProxy.ts';

const servers: Server[] = [];

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

interface Arrived {
  method?: string;
  path?: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A service that tells what arrived, and the proxy before it. */
async function proxied(routes: ProxiedApp['routes'], role: OrgRole = 'Admin', more: Partial<ProxiedApp> = {}) {
  const arrived: Arrived[] = [];
  const service = await listen((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      arrived.push({ method: incoming.method, path: incoming.url, headers: incoming.headers, body });
      outgoing.writeHead(418, {
        'set-cookie': 'mine=1',
        'content-security-policy': "default-src 'self'",
        'x-own': 'yes',
      });
      outgoing.end('tea');
    });
  });
  const app: ProxiedApp = {
    id: 'app',
    enabled: true,
    routes,
    jsonData: { sidecarUrl: `${service}/base` },
    secureJsonData: { sidecarToken: 'secret-token' },
    ...more,
  };
  const proxy = await listen((incoming, outgoing) => {
    proxyToService(app, (incoming.url ?? '').slice(1), { login: 'ada', role }, incoming, outgoing);
  });
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}, body = '') =>
    new Promise<{ status?: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      // Not fetch: that forbids some of these headers, and tidies paths up.
      const { hostname, port } = new URL(proxy);
      const asked = request({ hostname, port, path: `/${path}`, method, headers, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      });
      asked.on('error', reject).end(body);
    });
  return { ask, arrived };
}

const url = '{{ .JsonData.sidecarUrl }}';
const headers = [{ name: 'Authorization', content: 'Bearer {{ .SecureJsonData.sidecarToken }}' }];

describe("the imitation of Grafana's plugin proxy", () => {
  it('puts the rest of the path and the query behind the address of the route', async () => {
    const { ask, arrived } = await proxied([{ path: 'api/*', url: `${url}/api`, headers }]);
    await ask('api/v1/snapshots?limit=1&search=a%20b');
    await ask('api/v1/runs/', 'POST', { 'content-type': 'application/json' }, '{"kind":"backup"}');
    await ask('api/v1/../../etc');
    expect(arrived.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /base/api/v1/snapshots?limit=1&search=a%20b',
      'POST /base/api/v1/runs',
    ]);
    expect(arrived[1]?.body).toBe('{"kind":"backup"}');
  });

  it('adds nothing to a route without a star, which must match whole', async () => {
    const { ask, arrived } = await proxied([{ path: 'status', url: `${url}/status` }]);
    expect((await ask('status')).status).toBe(418);
    expect((await ask('status/more')).status).toBe(404);
    expect(arrived.map(({ path }) => path)).toEqual(['/base/status']);
  });

  it('lets the first route decide that matches, and says 403 though a later one would let through', async () => {
    const { ask, arrived } = await proxied(
      [
        { path: 'api/*', method: 'GET', url, reqRole: 'Admin' },
        { path: 'api/*', url, reqRole: 'Viewer' },
      ],
      'Viewer',
    );
    const refused = await ask('api/x');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({ message: 'plugin proxy route access denied' });
    expect((await ask('api/x', 'PUT')).status).toBe(418);
    expect(arrived).toHaveLength(1);
  });

  it.each([
    ['Viewer', 403],
    ['Editor', 418],
    ['Admin', 418],
  ] as const)('asks for an editor and meets a %s: %i', async (role, status) => {
    const { ask } = await proxied([{ path: 'api/*', url, reqRole: 'Editor' }], role);
    expect((await ask('api/x')).status).toBe(status);
  });

  it('answers 404 itself where no route matches or the app is off, and 502 where nobody is', async () => {
    const { ask } = await proxied([{ path: 'api/*', method: 'GET', url }]);
    const unmatched = await ask('api/x', 'DELETE');
    expect(unmatched.status).toBe(404);
    expect(JSON.parse(unmatched.text)).toMatchObject({ message: 'plugin route match not found' });
    const off = await proxied([{ path: 'api/*', url }], 'Admin', { enabled: false });
    expect((await off.ask('api/x')).status).toBe(404);
    const nobody = await proxied([{ path: 'api/*', url }], 'Admin', { jsonData: { sidecarUrl: 'http://127.0.0.1:9' } });
    expect((await nobody.ask('api/x')).status).toBe(502);
    const unset = await proxied([{ path: 'api/*', url }], 'Admin', { jsonData: {} });
    expect((await unset.ask('api/x')).status).toBe(502);
  });

  it('takes away what identifies the browser, and adds the user and what the route says', async () => {
    const { ask, arrived } = await proxied([{ path: 'api/*', url, headers }]);
    await ask('api/x', 'GET', {
      cookie: 'grafana_session=abc',
      authorization: 'Basic YWRhOnB3',
      origin: 'https://grafana.example',
      referer: 'https://grafana.example/a/app',
      'x-forwarded-host': 'elsewhere',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
      'x-grafana-user': 'somebody-else',
      'x-grafana-context': '{"Login":"somebody-else"}',
      te: 'trailers',
      accept: 'application/json',
    });
    const got = arrived[0]?.headers ?? {};
    expect(got.authorization).toBe('Bearer secret-token');
    expect(got['x-grafana-referer']).toBe('https://grafana.example/a/app');
    expect(got['x-forwarded-for']).toBe('203.0.113.7, 127.0.0.1, 127.0.0.1');
    expect(JSON.parse(String(got['x-grafana-context']))).toMatchObject({ Login: 'ada', OrgRole: 'Admin', OrgID: 1 });
    expect(got.accept).toBe('application/json');
    for (const gone of [
      'cookie',
      'origin',
      'referer',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-grafana-user',
      'te',
    ]) {
      expect(got[gone], gone).toBeUndefined();
    }
  });

  it('passes the answer on without its cookies, and sandboxed', async () => {
    const { ask } = await proxied([{ path: 'api/*', url }]);
    const answer = await ask('api/x');
    expect(answer).toMatchObject({ status: 418, text: 'tea' });
    expect(answer.headers).toMatchObject({ 'content-security-policy': 'sandbox', 'x-own': 'yes' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});
