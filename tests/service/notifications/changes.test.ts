import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportedChange } from '../../../pkg/service/notifications/change-report.ts';
import { call } from '../../simulator/http.ts';
import { fastClock, type FastClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startMailServer, type MailServer } from '../../support/servers/mail-server.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

const SECOND_TOKEN = 'token-of-the-second-0123456789abcdef';
const LINK = 'https://grafana.example.com/monitoring/a/dashkeep-backup-app/changes';

let grafana: Simulator;
let webhook: Webhook;
let mail: MailServer;
let clock: FastClock;
let service: TestService | undefined;
let directory: string | undefined;
let second: number;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  webhook = await startWebhook();
  mail = await startMailServer();
  clock = fastClock(1);
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  await api('POST /api/folders', { uid: 'ops', title: 'Ops' });
});
afterEach(async () => {
  await service?.stop();
  await (directory === undefined ? undefined : removeDirectory(directory));
  [service, directory] = [undefined, undefined];
  await Promise.all([webhook.close(), mail.close(), grafana.close()]);
});

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

const save = (uid: string, more: object = {}, folderUid = '', org = 1) =>
  api(
    'POST /api/dashboards/db',
    { dashboard: { uid, title: uid, panels: [], ...more }, folderUid, overwrite: true },
    org,
  );

const mailSettings = (): Record<string, string> => ({
  DASHKEEP_SMTP_HOST: '127.0.0.1',
  DASHKEEP_SMTP_PORT: String(mail.port),
  DASHKEEP_SMTP_SECURITY: 'none',
  DASHKEEP_SMTP_FROM: 'grafana@example.com',
  DASHKEEP_SMTP_TO: 'ops@example.com,audit@example.com',
});

async function start(environment: Record<string, string | undefined> = {}): Promise<TestService> {
  service = await startService({
    ...{ grafanaUrl: grafana.url, clock, directory },
    environment: {
      DASHKEEP_WEBHOOK_URL: webhook.url,
      DASHKEEP_WEBHOOK_EVENTS: 'changes',
      DASHKEEP_ORGS: 'all',
      [`DASHKEEP_API_TOKEN_ORG_${second}`]: SECOND_TOKEN,
      ...environment,
    },
  });
  directory = service.directory;
  return service;
}

async function backUp(): Promise<string> {
  const { json } = await service!.call('POST', '/runs', { kind: 'backup' });
  const { status, snapshot } = await service!.ended(json.id);
  expect([json.error, status]).toEqual([undefined, 'complete']);
  await service!.service.changeFeed.settled();
  return snapshot as string;
}

const changesOf = (body: Record<string, unknown> | undefined) => body?.['changes'] as ReportedChange[];
describe('after a backup', () => {
  it('what was created, changed, moved and deleted is reported in words, with who did it, by webhook and email', async () => {
    await start(mailSettings());
    await save('gone');
    await save('moved');
    await save('cpu', { panels: [{ id: 1, type: 'stat', title: 'Load' }] });
    await backUp();
    await save('new', {}, 'ops');
    await save('cpu', { panels: [] });
    await save('moved', {}, 'ops');
    await api('DELETE /api/dashboards/uid/gone');
    await backUp();
    const [body] = await webhook.took(1);
    expect(body).toMatchObject({
      event: 'changes',
      text: expect.stringMatching(
        /^4 changes in Grafana since the backup of [\d-]{10} [\d:]{5} UTC: 1 created, 1 changed, 1 moved, 1 deleted\.$/,
      ) as string,
      link: LINK,
    });
    const dashboards = changesOf(body).filter(({ kind }) => kind === 'dashboard');
    expect(new Map(dashboards.map(({ uid, ...rest }) => [uid, rest]))).toMatchObject(
      new Map<string, object>([
        ['new', { what: 'created', folder: 'Ops', by: 'admin' }],
        ['cpu', { what: 'changed', by: 'admin', changes: ['Panel “Load” removed'] }],
        ['moved', { what: 'moved', movedFrom: '', folder: 'Ops' }],
        ['gone', { what: 'deleted' }],
      ]),
    );
    const [letter] = await mail.took(1);
    expect(letter).toMatchObject({ from: 'grafana@example.com', to: ['ops@example.com', 'audit@example.com'] });
    expect(letter?.headers['subject']).toMatch(/^Dashkeep: \d+ changes in Grafana since the backup of /);
    for (const line of [
      'Created: dashboard “new”, in Ops, by admin',
      'Changed: dashboard “cpu”, by admin\n  – Panel “Load” removed',
      'Moved: dashboard “moved”, from no folder to Ops, by admin',
      'Deleted: dashboard “gone”',
      LINK,
    ]) {
      expect(letter?.text).toContain(line);
    }
  });

  it('nothing is sent where nothing changed, nor by who did not ask for changes', async () => {
    await start();
    await save('cpu');
    await backUp();
    await backUp();
    expect(webhook.heard).toEqual([]);
    await service!.stop();
    await start({ DASHKEEP_WEBHOOK_EVENTS: undefined });
    await save('cpu', { title: 'Other' });
    await backUp();
    expect(webhook.heard).toEqual([]);
  });

  it.each(['slack', 'teams'])('a message to %s has names as they are, and no markup of theirs', async (format) => {
    await start({ DASHKEEP_WEBHOOK_FORMAT: format });
    await backUp();
    await save('evil', { title: '<!channel> [win](http://evil.example)\n**big**' });
    await backUp();
    const [body] = await webhook.took(1);
    const text = JSON.stringify(body);
    expect(text).toContain(
      `${format === 'slack' ? '&lt;!channel&gt;' : '<!channel>'} [win](http://evil.example) **big**`,
    );
    if (format === 'teams') {
      const types = new Set([...text.matchAll(/"type":"([\w.]+)"/g)].map(([, type]) => type));
      // A TextBlock would read Markdown.
      expect(types).toEqual(new Set(['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun', 'Action.OpenUrl']));
      expect(text).toContain(`"url":"${LINK}"`);
    } else {
      expect(text).toContain(`<${LINK}|Open in Grafana>`);
    }
  });

  it('a message has room for twenty changes, and a number for the others', async () => {
    await start(mailSettings());
    await backUp();
    for (let n = 0; n < 60; n++) {
      await save(`d${n}`, { title: 'ж'.repeat(600) });
    }
    await backUp();
    const [body] = await webhook.took(1);
    expect(changesOf(body)).toHaveLength(20);
    const [letter] = await mail.took(1);
    const total = Number(/^(\d+) changes/.exec(String(body?.['text']))?.[1]);
    expect(total).toBeGreaterThanOrEqual(60);
    expect(letter?.text).toContain(`… and ${total - 20} more.`);
    expect(letter?.raw.length).toBeLessThan(30_000);
  });

  it('line breaks in names make neither headers nor lines', async () => {
    await start(mailSettings());
    await backUp();
    await save('evil', { title: 'x\r\nBcc: evil@example.com\r\n\r\nDeleted: everything\u2028now\u202e' });
    await backUp();
    const [letter] = await mail.took(1);
    expect(letter?.to).toEqual(['ops@example.com', 'audit@example.com']);
    expect(Object.keys(letter?.headers ?? {})).not.toContain('bcc');
    expect(letter?.text).toContain('“x Bcc: evil@example.com Deleted: everything now”');
  });

  it('a message that is refused is a warning in log and status and a metric, and fails no backup', async () => {
    await start({ ...mailSettings(), DASHKEEP_WEBHOOK_URL: undefined });
    await backUp();
    await save('cpu');
    mail.next(550);
    await backUp();
    await expect.poll(() => service!.service.notifier.failures, { timeout: 60_000 }).toBe(1);
    const lines = service!.lines.filter((line) => line.includes('not notified'));
    expect(lines[0]).toMatch(/"by":"email".*the mail server refused the message \(550\).*"advice":"Check the address/);
    const metrics = await (await fetch(`${service!.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^dashkeep_notification_failures_total 1$/m);
    const warned = async (): Promise<string[]> =>
      (await service!.call('GET', '/status')).json.warnings.map(({ code }: { code: string }) => code);
    expect(await warned()).toEqual(['DK_NOTIFICATION']);
    await save('memory');
    await backUp();
    await expect.poll(warned, { timeout: 60_000 }).toEqual([]);
  });
});

describe('a digest', () => {
  it('comes once a day, with everything since the last one, also after a restart', async () => {
    clock.travel(Date.parse('2030-01-01T20:00:00Z') - clock.now().getTime());
    await start({ DASHKEEP_CHANGES: 'daily', DASHKEEP_TIMEZONE: 'UTC' });
    await save('first');
    await backUp();
    await save('second');
    await backUp();
    await service!.stop();
    clock.travel(2 * 3_600_000);
    await start({ DASHKEEP_CHANGES: 'daily', DASHKEEP_TIMEZONE: 'UTC' });
    await save('third');
    await backUp();
    expect(webhook.heard).toEqual([]);
    clock.travel(3 * 3_600_000);
    await save('fourth');
    await backUp();
    await save('fifth');
    await backUp();
    const [body] = await webhook.took(1);
    const uids = changesOf(body).flatMap(({ kind, uid }) => (kind === 'dashboard' ? [uid] : []));
    expect(uids.sort()).toEqual(['fourth', 'second', 'third']);
    expect(webhook.heard).toHaveLength(1);
  });
});

describe('organizations', () => {
  it('a receiver of the deployment hears of all, one of a page of the home organization alone', async () => {
    await start();
    await backUp();
    await save('ours');
    await save('theirs', {}, '', second);
    await backUp();
    const [body] = await webhook.took(1);
    expect(changesOf(body).filter(({ kind }) => kind === 'dashboard')).toMatchObject([
      { org: 1, uid: 'ours' },
      { org: second, uid: 'theirs' },
    ]);
    await service!.stop();
    // The deployment names the mail server, and a page who gets mail from it.
    await start({ ...mailSettings(), DASHKEEP_SMTP_TO: undefined, DASHKEEP_WEBHOOK_URL: undefined });
    const { json } = await service!.call('GET', '/settings');
    const { notifications } = json.values;
    const email = { ...notifications.email, to: ['home@example.com'] };
    const saved = await service!.call('PUT', '/settings', {
      values: { notifications: { ...notifications, email } },
      secrets: { webhookUrl: webhook.url },
    });
    expect(saved.status).toBe(200);
    await save('ours', { title: 'Ours again' });
    await save('theirs', { title: 'Theirs again' }, '', second);
    await backUp();
    const [, of] = await webhook.took(2);
    expect(changesOf(of).map(({ org }) => org)).toEqual([1]);
    const [letter] = await mail.took(1);
    expect(letter?.text).toContain('Ours again');
    expect(letter?.raw).not.toContain('Theirs');
  });
});
