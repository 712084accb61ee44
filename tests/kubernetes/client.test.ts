import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { KubeClient, type KubeRequest } from '../../pkg/kubernetes/client.ts';
import { makeCertificate } from '../support/certificates.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/directories.ts';
import { realClock } from '../support/ports.ts';

const GET = {
  access: { verb: 'get', group: '', resource: 'secrets', name: 'one', namespace: 'monitoring' },
  method: 'GET',
  path: '/api/v1/namespaces/monitoring/secrets/one',
  repeatable: false,
} as const satisfies KubeRequest;

const servers: Server[] = [];
const directories: TemporaryDirectory[] = [];

afterEach(async () => {
  servers.splice(0).forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  await Promise.all(directories.splice(0).map((one) => one.remove()));
});

/** An API server with a certificate from a private authority, and the folder of a pod that trusts it. */
async function apiServer(answer: RequestListener, host = '127.0.0.1') {
  const temporary = await temporaryDirectory();
  directories.push(temporary);
  const directory = temporary.path;
  const { key, cert, caFile } = makeCertificate(directory);
  writeFileSync(join(directory, 'token'), 'first\n');
  writeFileSync(join(directory, 'ca.crt'), readFileSync(caFile));
  const server = createServer({ key, cert }, answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { directory, client: new KubeClient({ directory, host, port, clock: realClock, log: silentLog }) };
}

it.each(['127.0.0.1', 'localhost'])('speaks to %s by the authority of its folder alone', async (host) => {
  const { client, directory } = await apiServer((_, response) => response.end('{"kind":"Secret"}'), host);
  expect(await client.request(GET)).toEqual({ kind: 'Secret' });

  const other = mkdtempSync(join(directory, 'other-'));
  writeFileSync(join(directory, 'ca.crt'), readFileSync(makeCertificate(other).caFile));
  await expect(client.request(GET)).rejects.toMatchObject({
    reason: 'Unreachable',
    message: expect.stringMatching(new RegExp(`the Kubernetes API at ${host}:\\d+ does not respond: .*certificate`)),
  });
});

it('sends a body as JSON, and reads the token again after a 401', async () => {
  const seen: unknown[] = [];
  const { client, directory } = await apiServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const { authorization, 'content-type': type } = request.headers;
    seen.push([request.method, request.url, authorization, type, body]);
    response.statusCode = authorization === 'Bearer second' ? 200 : 401;
    writeFileSync(join(directory, 'token'), 'second');
    response.end('{}');
  });
  await client.request({
    ...GET,
    method: 'PATCH',
    query: { fieldManager: 'dashkeep' },
    body: { data: {} },
    contentType: 'application/apply-patch+yaml',
  });
  const sent = ['PATCH', `${GET.path}?fieldManager=dashkeep`];
  expect(seen).toEqual([
    [...sent, 'Bearer first', 'application/apply-patch+yaml', '{"data":{}}'],
    [...sent, 'Bearer second', 'application/apply-patch+yaml', '{"data":{}}'],
  ]);
});

it('asks again after a 429, when the server says', async () => {
  let asked = 0;
  const { client } = await apiServer((_, response) => {
    asked++;
    response.writeHead(asked === 1 ? 429 : 200, { 'retry-after': '0' }).end('{"kind":"Status","message":"busy"}');
  });
  await client.request(GET);
  expect(asked).toBe(2);
});

it('ends a request that takes too long, or that is cancelled', async () => {
  const { client } = await apiServer(() => undefined);
  await expect(client.request({ ...GET, timeout: 50 })).rejects.toMatchObject({ reason: 'Unreachable' });
  const controller = new AbortController();
  const pending = client.request({ ...GET, signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(pending).rejects.toThrow('enough');
});
