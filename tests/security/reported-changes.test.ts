import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { startMailServer, type MailServer } from '../support/servers/mail-server.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { startWebhook, type Webhook } from '../support/webhook.ts';
import { variants } from '../support/budget.ts';

const SECRET = 'hunter2';
/** The identity of the golden repositories: with encryption, a backup contains secrets. */
const RECIPIENT = 'age1nm2z0x990pdgqetmamdndkvhl6zg452c2fn7wyqzmhxhlll6lvhs7xlfkh';
const IDENTITY_FILE = new URL('../golden/identity.txt', import.meta.url).pathname;

let grafana: Simulator;
let webhooks: Webhook[];
let mail: MailServer;
let service: TestService;
let second: number;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  webhooks = [await startWebhook()];
  mail = await startMailServer();
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await Promise.all([...webhooks.map((webhook) => webhook.close()), mail.close(), grafana.close()]);
});

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const headers = { 'x-grafana-org-id': String(org), 'x-disable-provenance': 'true' };
  const answer = await call(grafana, 'admin:admin', route, body, headers);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

async function backUp(): Promise<void> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
  await service.service.changeFeed.settled();
}

/** Each place in which people put secrets. @param value - part of each value that may be one */
async function save(value: string): Promise<void> {
  const exists = value !== 'first';
  const source = {
    ...{ uid: 'source', name: 'Metrics', type: 'prometheus', access: 'proxy', basicAuth: true, basicAuthUser: value },
    url: `http://reader:${value}@metrics.example.com`,
    jsonData: { httpHeaderName1: 'X-Key', apiKey: value },
    secureJsonData: { httpHeaderValue1: value, basicAuthPassword: value },
  };
  await api(exists ? 'PUT /api/datasources/uid/source' : 'POST /api/datasources', source);
  const contact = {
    ...{ uid: 'contact', name: 'Pager', type: 'webhook' },
    settings: { url: `https://hooks.example.com/${value}`, authorization_credentials: value, username: value },
  };
  const contacts = '/api/v1/provisioning/contact-points';
  await api(exists ? `PUT ${contacts}/contact` : `POST ${contacts}`, contact);
  const variable = { name: 'key', type: 'textbox', query: value, current: { text: value, value }, label: value };
  const panel = {
    ...{ id: 1, type: 'table', title: 'Orders', description: value },
    options: { url: `https://shop.example.com/?token=${value}`, header: value },
    targets: [{ refId: 'A', url_options: { headers: [{ key: 'Authorization', value }] }, expr: value }],
  };
  const dashboard = {
    uid: 'shop',
    title: 'Shop',
    panels: [panel],
    templating: { list: [variable] },
    links: [{ url: value, title: 'x' }],
  };
  await api('POST /api/dashboards/db', { dashboard, overwrite: true });
}

async function start(environment: Record<string, string>): Promise<void> {
  service = await startService({
    grafanaUrl: grafana.url,
    environment: {
      DASHKEEP_WEBHOOK_EVENTS: 'changes',
      DASHKEEP_SMTP_HOST: '127.0.0.1',
      DASHKEEP_SMTP_PORT: String(mail.port),
      DASHKEEP_SMTP_SECURITY: 'none',
      DASHKEEP_SMTP_FROM: 'grafana@example.com',
      ...environment,
    },
  });
}

it.each(variants(['generic', 'slack', 'teams']))(
  'no secret is in a message, as text or as data: %s',
  async (format) => {
    await start({
      DASHKEEP_WEBHOOK_URL: `${webhooks[0]!.url}?${SECRET}`,
      DASHKEEP_WEBHOOK_FORMAT: format,
      DASHKEEP_SMTP_TO: 'ops@example.com',
      DASHKEEP_AGE_RECIPIENTS: RECIPIENT,
      DASHKEEP_AGE_IDENTITY_FILE: IDENTITY_FILE,
    });
    await save('first');
    await backUp();
    await save(SECRET);
    await backUp();
    await save('last');
    await backUp();
    const bodies = (await webhooks[0]!.took(2)).map((body) => JSON.stringify(body));
    const letters = (await mail.took(2)).map(({ raw, text }) => raw + text);
    for (const message of [...bodies, ...letters]) {
      expect(message).not.toContain(SECRET);
      // They are about these all the same.
      for (const name of ['Metrics', 'Pager', 'Shop', 'Orders']) {
        expect(message).toContain(name);
      }
    }
    const log = service.lines.join('');
    expect(log).not.toContain(SECRET);
  },
);

it('an admin of the home organization gets nothing of others, wherever they send it', async () => {
  await start({ DASHKEEP_ORGS: 'all' });
  const { json } = await service.call('GET', '/settings');
  const { notifications } = json.values;
  const email = { ...notifications.email, to: ['home@example.com'] };
  const values = { notifications: { ...notifications, email } };
  const secrets = { webhookUrl: webhooks[0]!.url };
  expect((await service.call('PUT', '/settings', { values, secrets })).status).toBe(200);
  await backUp();
  await api('POST /api/folders', { uid: 'theirs', title: 'Theirs' }, second);
  await backUp();
  await api('POST /api/folders', { uid: 'ours', title: 'Ours' });
  await api('DELETE /api/folders/theirs', undefined, second);
  await backUp();
  // They come in order: a message about the others alone would be the first.
  const [body] = await webhooks[0]!.took(1);
  const [letter] = await mail.took(1);
  for (const message of [JSON.stringify(body), letter?.raw ?? '']) {
    expect(message).toContain('Ours');
    expect(message).not.toMatch(/Theirs|theirs|Second/);
  }
});
