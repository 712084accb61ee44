import { request, METHODS } from 'node:http';
import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPENAPI_FILE } from '../../../scripts/docs/openapi.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

interface HttpResponse {
  status: number;
  allow: string | undefined;
  type: string | undefined;
  text: string;
}

const { paths } = JSON.parse(await readFile(OPENAPI_FILE, 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};

/** What each path takes; a GET can always be asked for its headers alone. */
const taken = Object.entries(paths).map(([path, operations]): [path: string, methods: string[]] => {
  const methods = Object.keys(operations).map((method) => method.toUpperCase());
  return [path, (methods.includes('GET') ? [...methods, 'HEAD'] : methods).sort()];
});

describe('methods and paths that the API does not have', () => {
  let grafana: Simulator;
  let service: TestService;

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    service = await startService({ grafanaUrl: grafana.url });
  });
  afterAll(async () => {
    await service?.stop();
    await grafana?.close();
    await removeDirectory(service.directory);
  });

  /** Plain HTTP: fetch refuses some methods itself. */
  function ask(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const usual = { authorization: `Bearer ${service.token}`, 'content-length': body.length };
      request(`${service.url}${path}`, { method, headers: { ...usual, ...headers }, agent: false }, (answer) => {
        const { allow, 'content-type': type } = answer.headers;
        text(answer).then((read) => resolve({ status: answer.statusCode ?? 0, allow, type, text: read }), reject);
      })
        .on('error', reject)
        .end(body);
    });
  }

  const at = (path: string): string => path.replace('{id}', 'latest');
  const codeOf = ({ text: body }: HttpResponse): string => (JSON.parse(body) as { error: { code: string } }).error.code;

  it.each(taken)('says for %s that it takes %j alone', async (path, methods) => {
    // CONNECT asks for a tunnel, which Node's server refuses by closing the connection.
    for (const method of METHODS.filter((one) => !methods.includes(one) && one !== 'CONNECT')) {
      const answer = await ask(method, at(path), { 'content-type': 'text/xml' }, method === 'HEAD' ? '' : '<a/>');
      expect([method, answer.status, answer.allow]).toEqual([method, 405, methods.join(', ')]);
      if (method !== 'HEAD') {
        expect(codeOf(answer)).toBe('DK_METHOD_NOT_ALLOWED');
        expect(answer.type).toMatch(/^application\/json/);
      }
    }
  });

  it('takes JSON alone', async () => {
    for (const [path, methods] of taken) {
      for (const method of methods.filter((one) => one === 'POST' || one === 'PUT')) {
        const answer = await ask(method, at(path), { 'content-type': 'text/plain' }, '{}');
        expect([path, answer.status, codeOf(answer)]).toEqual([path, 415, 'DK_MEDIA_TYPE']);
      }
    }
  });

  it('says nothing of its paths without a token', async () => {
    for (const path of ['/api/v1/settings', '/api/v1/runs/x', '/api/v1/nothing']) {
      for (const method of ['PATCH', 'TRACE', 'OPTIONS', 'QUERY', 'PROPFIND']) {
        const answer = await ask(method, path, { authorization: 'Bearer wrong' });
        expect([method, answer.status, answer.allow, codeOf(answer)]).toEqual([
          method,
          401,
          undefined,
          'DK_UNAUTHORIZED',
        ]);
      }
    }
  });

  it('has nothing elsewhere, whatever the method and the content', async () => {
    const below = ['', '/', '/nothing', '/runs/x/y', '/status/'].map((path) => `/api/v1${path}`);
    for (const path of ['/', '/api/v2/status', ...below]) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']) {
        const answer = await ask(method, path, { 'content-type': 'text/xml' }, '<a/>');
        expect([path, method, answer.status, answer.allow, codeOf(answer)]).toEqual([
          path,
          method,
          404,
          undefined,
          'DK_NOT_FOUND',
        ]);
      }
    }
  });

  it('reads an id of any length only after the token', async () => {
    const path = `/api/v1/runs/${'x'.repeat(3_000)}`;
    expect((await ask('GET', path, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(codeOf(await ask('GET', path))).toBe('DK_USAGE');
    expect((await ask('PATCH', path)).status).toBe(405);
  });

  it('sends the headers of a GET alone where only those are asked for', async () => {
    const [whole, head] = [await ask('GET', '/api/v1/settings'), await ask('HEAD', '/api/v1/settings')];
    expect([head.status, head.type, head.text]).toEqual([200, whole.type, '']);
    expect((await ask('HEAD', '/api/v1/settings', { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it.each([
    ['is no HTTP', 'nonsense\r\n\r\n', 400],
    ['has headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(80_000)}\r\n\r\n`, 431],
  ])('refuses in its own words what %s', async (_what, sent, status) => {
    const { port } = new URL(service.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'DK_USAGE', hint: expect.any(String) } });
  });
});
