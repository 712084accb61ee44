import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { freePort, listening } from '../support/servers/listening.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../support/service.ts';
import { startWebhook, type Webhook } from '../support/webhook.ts';

const METADATA = '169.254.169.254';

/** Metadata services and link-local addresses, in every spelling that ends there. */
const FORBIDDEN = [
  `http://${METADATA}`,
  `https://${METADATA}`,
  `http://${METADATA}:3128`,
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://169.254.43518',
  `http://${METADATA}.`,
  'http://169.254.170.2',
  'http://169.254.170.23',
  'http://100.100.100.200',
  'http://192.0.0.192',
  'http://168.63.129.16',
  'http://0.0.0.0:80',
  'http://[::ffff:169.254.169.254]',
  'http://[::169.254.169.254]',
  'http://[::ffff:0:a9fe:a9fe]',
  'http://[::ffff:100.100.100.200]',
  // NAT64, in the places of RFC 6052 for prefixes of 96, 48, 56 and 64 bits.
  'http://[64:ff9b::a9fe:a9fe]',
  'http://[64:ff9b::a83f:8110]',
  'http://[64:ff9b:1::a9fe:a9fe]',
  'http://[64:ff9b:1:abcd:1234:5678:a9fe:a9fe]',
  'http://[64:ff9b:1:a9fe:a9:fe00::]',
  'http://[64:ff9b:1:a9fe:a9:fe12:3456:789a]',
  'http://[64:ff9b:1:12a9:fe:a9fe::]',
  'http://[64:ff9b:1:12a9:99fe:a9fe:1:2]',
  'http://[64:ff9b:1:1234:a9:fea9:fe00:0]',
  // 6to4, Teredo by its client and by its server, ISATAP.
  'http://[2002:a9fe:a9fe::1]',
  'http://[2001:0:5ef5:79fb:0:fa00:5601:5601]',
  'http://[2001:0:a9fe:a9fe:0:fa00:f5ff:fffe]',
  'http://[2001:db8::5efe:a9fe:a9fe]',
  'http://[2001:db8::200:5efe:a9fe:a9fe]',
  'http://[fe80::1]',
  'http://[fe80::a9fe:a9fe]',
  'http://[febf::1]',
  'http://[fec0::1]',
  'http://[feff::1]',
  'http://[ff02::1]',
  'http://[100::1]',
  'http://[fd00:ec2::23]',
  'http://[fd00:c1::a9fe:a9fe]',
  'http://[fd00:42::42]',
  'http://[fd00:ec2::254]',
  'http://[fd20:ce::254]',
  'http://[::]',
  'http://metadata.google.internal',
  'http://METADATA.google.internal.',
  'http://instance-data',
];

/** Private and public addresses, plain or translated, which a store may have. */
const ALLOWED = [
  'http://127.0.0.1',
  'http://10.0.0.1',
  'http://100.64.0.1',
  'http://[::1]',
  'http://[fd12:3456::1]',
  'http://[::ffff:10.0.0.1]',
  'http://[2600:1fa0::1]',
  'http://[64:ff9b::5bd1:c001]',
  'http://[64:ff9b:1::5bd1:c001]',
  'http://[64:ff9b:1:abcd:1234:5678:5bd1:c001]',
  'http://[2002:5bd1:c001::1]',
  'http://[100:0:0:1::1]',
];

/** An admin in Grafana has the service send requests for them, to where they cannot reach themselves. */
describe('addresses that the pages name', () => {
  let grafana: Simulator;
  let service: TestService | undefined;
  let webhook: Webhook;
  const answers = new Map<string, string[]>();
  const asked: string[] = [];

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    webhook = await startWebhook();
    answers.clear();
    asked.length = 0;
  });
  afterEach(async () => {
    await service?.stop();
    await removeDirectory(service!.directory);
    service = undefined;
    await Promise.all([grafana.close(), webhook.close()]);
  });

  /** A name server: each name has its answers, given one after another, the last one for ever. */
  async function resolve(name: string): Promise<{ address: string; family: number }[]> {
    asked.push(name);
    const queue = answers.get(name);
    const address = queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0];
    if (address === undefined) {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    }
    return [{ address, family: address.includes(':') ? 6 : 4 }];
  }

  async function start(environment: Record<string, string | undefined> = {}): Promise<TestService> {
    service = await startService({
      grafanaUrl: grafana.url,
      environment: { DASHKEEP_TARGET: undefined, ...environment },
      resolve,
    });
    return service;
  }

  async function candidate(endpoint: string): Promise<object> {
    const { target } = (await service!.call('GET', '/settings')).json.values;
    const secrets = { s3AccessKeyId: 'key', s3SecretAccessKey: 'secret' };
    const values = { ...target, url: 's3://bucket/prefix', region: 'us-east-1', forcePathStyle: true, endpoint };
    return { values: { target: values }, secrets };
  }

  const check = async (endpoint: string): Promise<TestResponse> =>
    service!.call('POST', '/settings/check', await candidate(endpoint));
  const test = (webhookUrl: string): Promise<TestResponse> =>
    service!.call('POST', '/notifications/test', { secrets: { webhookUrl } });

  it('are refused before anything is sent where they are metadata services, however they are spelled', async () => {
    await start();
    for (const url of FORBIDDEN) {
      const tried = [
        await check(url),
        await service!.call('PUT', '/settings', await candidate(url)),
        await test(`${url}/latest/meta-data`),
        await service!.call('PUT', '/settings', { secrets: { webhookUrl: `${url}/latest/meta-data` } }),
      ];
      for (const [at, answer] of tried.entries()) {
        const field = at < 2 ? 'target.endpoint' : 'secrets.webhookUrl';
        expect([url, at, answer.status]).toEqual([url, at, 400]);
        expect(answer.json.error.fields[field]).toMatch(/^this address is not allowed/);
      }
    }
    expect(asked).toEqual([]);
    const { json } = await service!.call('GET', '/settings');
    expect([json.values.target.endpoint, json.secrets.webhookUrl.set]).toEqual(['', false]);
  });

  it('are taken where they are anything else, also private or behind a translator', async () => {
    await start();
    for (const url of ALLOWED) {
      const { status } = await service!.call('PUT', '/settings', { secrets: { webhookUrl: `${url}/hook` } });
      expect([url, status]).toEqual([url, 200]);
    }
  });

  it('are refused where their name resolves to a metadata service', async () => {
    await start();
    for (const address of [METADATA, '::ffff:a9fe:a9fe', '64:ff9b:1:a9fe:a9:fe00::', 'fe80::1', 'fd00:ec2::254']) {
      answers.set('innocent.example.com', [address]);
      answers.set('bucket.innocent.example.com', [address]);
      expect((await test('http://innocent.example.com/hook')).json).toMatchObject({
        delivered: false,
        problem: { code: 'DK_NOT_ALLOWED', message: 'this address is not allowed' },
      });
      const { json } = await check('http://innocent.example.com');
      expect(json.ok).toBe(false);
      const failed = json.steps.filter(({ status }: { status: string }) => status === 'failed');
      expect(failed[0]).toMatchObject({ code: 'DK_NOT_ALLOWED', detail: 'this address is not allowed' });
      expect(failed.every(({ code }: { code: string }) => code === 'DK_NOT_ALLOWED')).toBe(true);
    }
  });

  it('are connected to at the address that was checked, and at no other', async () => {
    await start();
    const heard: string[] = [];
    const receiver = await listening((request, response) => {
      heard.push(request.headers.host ?? '');
      response.writeHead(200, { connection: 'close' }).end();
    });
    const url = `http://rebind.example.com:${new URL(receiver.url).port}/hook`;
    answers.set('rebind.example.com', ['127.0.0.1', METADATA]);
    expect((await test(url)).json).toMatchObject({ delivered: true });
    expect(asked).toEqual(['rebind.example.com']);
    expect((await test(url)).json).toMatchObject({ delivered: false, problem: { code: 'DK_NOT_ALLOWED' } });
    expect(asked).toEqual(['rebind.example.com', 'rebind.example.com']);
    expect(heard).toHaveLength(1);
    await receiver.close();
  });

  it('do not lead elsewhere by a redirect', async () => {
    await start();
    const heard: string[] = [];
    const inside = await listening((request, response) => {
      heard.push(request.url ?? '');
      response.end('secret');
    });
    const redirect = await listening((_request, response) => {
      response.writeHead(307, { location: `${inside.url}/latest/meta-data/iam/security-credentials` }).end();
    });
    try {
      const tested = await test(`${redirect.url}/hook`);
      expect(tested.json).toMatchObject({ delivered: false, status: 307 });
      const checked = await check(redirect.url);
      expect(checked.json.ok).toBe(false);
      expect(tested.text + checked.text).not.toMatch(/secret|meta-data/);
      expect(heard).toEqual([]);
    } finally {
      await Promise.all([inside.close(), redirect.close()]);
    }
  });

  it('outside of the list of the deployment say the same whether somebody is there or not', async () => {
    await start({ DASHKEEP_OUTBOUND_ALLOW: 'hooks.example.com *.s3.example.com, 10.0.0.0/8 fd12::/16' });
    const { port } = new URL(webhook.url);
    answers.set('there.example.com', ['127.0.0.1']);
    const hosts = ['there.example.com', 'absent.example.com', 's3.example.com'];
    const said = [];
    for (const host of hosts) {
      for (const at of [port, await freePort()]) {
        const { json } = await test(`http://${host}:${at}/hook`);
        said.push({ ...json, milliseconds: 0 });
        const steps = (await check(`http://${host}:${at}`)).json.steps as { code?: string; detail: string }[];
        expect(steps.find(({ code }) => code !== undefined)).toMatchObject({ code: 'DK_NOT_ALLOWED' });
      }
    }
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    for (const url of [webhook.url, `http://127.0.0.1:${await freePort()}`, 'http://192.168.1.1', 'http://[fd13::1]']) {
      expect((await test(url)).json.error.fields['secrets.webhookUrl']).toMatch(/is not allowed/);
    }
    expect(webhook.heard).toEqual([]);
  });

  it('on the list are reached, a name on it also at a private address, and never at a metadata service', async () => {
    await start({ DASHKEEP_OUTBOUND_ALLOW: `hooks.example.com,*.example.org,${METADATA},169.254.0.0/16` });
    const { port } = new URL(webhook.url);
    answers.set('hooks.example.com', ['127.0.0.1']);
    answers.set('a.b.example.org', ['127.0.0.1']);
    expect((await test(`http://hooks.example.com:${port}/hook`)).json).toMatchObject({ delivered: true });
    expect((await test(`http://a.b.example.org:${port}/hook`)).json).toMatchObject({ delivered: true });
    expect((await test(`http://${METADATA}/`)).status).toBe(400);
    answers.set('hooks.example.com', [METADATA]);
    expect((await test('http://hooks.example.com/hook')).json).toMatchObject({ problem: { code: 'DK_NOT_ALLOWED' } });
  });

  it('outside of the list are not taken for a listed one that they wrap: their owner is somewhere else', async () => {
    await start({ DASHKEEP_OUTBOUND_ALLOW: '10.0.0.0/8' });
    const refused = ['2001:db8::5efe:a00:1', '2002:a00:1::1', '2001:0:a00:1:0:fa00:f5ff:fffe', '64:ff9b:1::a00:1'];
    for (const address of refused) {
      const { status } = await test(`http://[${address}]/hook`);
      expect([address, status]).toEqual([address, 400]);
    }
    // A mapped address is that very host; the well-known translator leads to it.
    for (const address of ['::ffff:10.0.0.1', '64:ff9b::a00:1']) {
      const { status } = await service!.call('PUT', '/settings', {
        secrets: { webhookUrl: `http://[${address}]/hook` },
      });
      expect([address, status]).toEqual([address, 200]);
    }
  });

  it.each([
    ['one that the list does not name', { DASHKEEP_OUTBOUND_ALLOW: 'elsewhere.example.com' }],
    ['any', {}],
  ])('of the deployment itself are taken as they are: %s', async (_what, environment) => {
    const s3: S3Server = await startS3Server({ buckets: ['bucket'] });
    try {
      await start({
        ...environment,
        DASHKEEP_TARGET: 's3://bucket/prefix',
        ...s3.environment,
        DASHKEEP_WEBHOOK_URL: webhook.url,
      });
      expect((await service!.call('POST', '/settings/check', {})).json).toMatchObject({ ok: true });
      expect((await service!.call('POST', '/notifications/test', {})).json).toMatchObject({ delivered: true });
    } finally {
      await s3.close();
    }
  });
});
