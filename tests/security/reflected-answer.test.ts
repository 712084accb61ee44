import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { listening, type Listening } from '../support/servers/listening.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** What an internal service says, in every place of its answers. */
const SECRET = 'sesame';

interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

const xml = (status: number, code: string, message = `${SECRET}, my dear`): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><Key>${SECRET}</Key></Error>`,
  headers: { 'content-type': 'application/xml', server: SECRET, 'x-amz-request-id': SECRET },
});

/** Of a store as far as it takes, so that the check comes to its later steps. */
const written: Answer = { status: 200, body: '', headers: { etag: '"1"' } };
const absent = xml(404, 'NoSuchKey', '');

/** By method. */
const ANSWERS: [string, Partial<Record<string, Answer>>, Answer][] = [
  ['an error with an unknown code', {}, xml(400, SECRET)],
  ['an error with a code of S3', {}, xml(400, 'InvalidRequest')],
  ['an error without a code', {}, { status: 400, body: `<status><Message>${SECRET}</Message></status>` }],
  ['text', {}, { status: 400, body: SECRET }],
  ['a refusal', {}, xml(403, SECRET)],
  ['a refusal that names a lock', {}, xml(403, 'AccessDenied', `object lock ${SECRET}`)],
  ['a refusal that names a key service', {}, xml(403, `KMS.${SECRET}`, `kms ${SECRET}`)],
  [
    'another region',
    {},
    xml(400, 'AuthorizationHeaderMalformed', `the region ${SECRET} is wrong; expecting '${SECRET}'`),
  ],
  ['a redirect', {}, { ...xml(301, 'PermanentRedirect'), headers: { location: `http://127.0.0.1:1/${SECRET}` } }],
  ['a page', {}, { status: 200, body: `<html><body>${SECRET}</body></html>` }],
  ['no XML', {}, { status: 200, body: `{"${SECRET}":"${SECRET}"` }],
  ['broken XML', {}, { status: 200, body: `<${SECRET}></x><${SECRET}` }],
  ['JSON with a format', { PUT: written }, { status: 200, body: `{"format":"${SECRET}"}`, headers: { etag: '"1"' } }],
  ['another content', { PUT: written }, { status: 200, body: SECRET, headers: { etag: '"1"' } }],
  ['a refused deletion', { PUT: written, GET: absent, HEAD: absent }, xml(400, SECRET)],
  ['a denied deletion', { PUT: written, GET: absent, HEAD: absent }, xml(403, SECRET, `AccessDenied ${SECRET}`)],
  [
    'deletions that fail one by one',
    { PUT: written, GET: absent, HEAD: absent },
    {
      status: 200,
      body: `<DeleteResult><Error><Key>a</Key><Code>${SECRET}</Code><Message>${SECRET}</Message></Error></DeleteResult>`,
    },
  ],
];

let grafana: Simulator;
let service: TestService;
let internal: Listening;
let endpoint: string;
let answers: (method: string) => Answer;
let s3: S3Server;

beforeAll(async () => {
  internal = await listening((request, response) => {
    request.resume();
    const { status, body, headers } = answers(request.method ?? '');
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  });
  endpoint = internal.url;
  grafana = await startGrafana({ profile: '12.4' });
  s3 = await startS3Server({ buckets: ['another'] });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_TARGET: undefined } });
});
afterAll(async () => {
  await service?.stop();
  await removeDirectory(service.directory);
  await Promise.all([internal.close(), grafana.close(), s3.close()]);
});

async function settings(of: { endpoint: string; id: string; secret: string; region: string }): Promise<object> {
  const { target } = (await service.call('GET', '/settings')).json.values;
  const values = {
    ...target,
    url: 's3://bucket/prefix',
    region: of.region,
    forcePathStyle: true,
    endpoint: of.endpoint,
  };
  return { values: { target: values }, secrets: { s3AccessKeyId: of.id, s3SecretAccessKey: of.secret } };
}

const towards = (at: string): Promise<object> =>
  settings({ endpoint: at, id: 'key', secret: 'secret', region: 'us-east-1' });

describe('the answer of an internal service that an admin took for the target', () => {
  it.each(ANSWERS)('is not shown by the check: %s', async (_what, byMethod, otherwise) => {
    answers = (method) => byMethod[method] ?? otherwise;
    const { status, text, json } = await service.call('POST', '/settings/check', await towards(endpoint));
    expect([status, json.ok]).toEqual([200, false]);
    expect(text.toLowerCase()).not.toContain(SECRET);
  });

  it.each(ANSWERS)('is not shown once it is saved: %s', async (_what, byMethod, otherwise) => {
    answers = (method) => byMethod[method] ?? otherwise;
    const saved = await service.call('PUT', '/settings', await towards(endpoint));
    expect(saved.status).toBe(200);
    const run = await service.call('POST', '/runs', { kind: 'backup' });
    expect(run.status).toBe(202);
    await service.ended(run.json.id);
    for (const path of [`/runs/${run.json.id}`, '/runs', '/status', '/doctor', '/snapshots', '/snapshots/latest']) {
      const { text } = await service.call('GET', path);
      expect([path, text.toLowerCase().includes(SECRET)]).toEqual([path, false]);
    }
  });

  it('is not shown by the test of the webhook', async () => {
    for (const answer of [xml(400, SECRET), xml(200, SECRET), { status: 302, body: SECRET }]) {
      answers = () => answer;
      const sent = await service.call('POST', '/notifications/test', { secrets: { webhookUrl: endpoint } });
      expect(sent.json).toMatchObject({ delivered: answer.status === 200, status: answer.status });
      expect(sent.text).not.toContain(SECRET);
    }
  });
});

describe('the answer of a store', () => {
  it('is named by the codes that S3 has', async () => {
    answers = () => xml(400, 'InvalidRequest');
    const unusual = await service.call('POST', '/settings/check', await towards(endpoint));
    expect(unusual.text).toContain('HTTP 400 InvalidRequest');
    const real = { endpoint: s3.url, id: s3.environment.AWS_ACCESS_KEY_ID ?? '', secret: 'wrong', region: 'us-east-1' };
    expect((await service.call('POST', '/settings/check', await settings(real))).text).toContain(
      'SignatureDoesNotMatch',
    );
  });
});
