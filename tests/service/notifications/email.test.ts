import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingsValues } from '../../../pkg/contract/api/settings.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { DEFAULT_SETTINGS } from '../../../pkg/service/settings/defaults.ts';
import { makeCertificate, type TestCertificate } from '../../support/certificates.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startMailServer, type MailServer } from '../../support/servers/mail-server.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const PASSWORD = 'open sesame 4711';

let grafana: Simulator;
let service: TestService | undefined;
let mail: MailServer | undefined;
let directory: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-mail-'));
});
afterEach(async () => {
  await service?.stop();
  await (service === undefined ? undefined : removeDirectory(service.directory));
  await mail?.close();
  await grafana.close();
  await removeDirectory(directory);
  [service, mail] = [undefined, undefined];
});

const start = async (environment: Record<string, string> = {}, resolve?: (name: string) => Promise<never>) =>
  (service = await startService({ grafanaUrl: grafana.url, environment, resolve }));

type Email = SettingsValues['notifications']['email'];

const emailOf = (more: Partial<Email>): Pick<SettingsValues, 'notifications'> => ({
  notifications: {
    ...DEFAULT_SETTINGS.notifications,
    email: {
      ...{ host: '127.0.0.1', port: mail?.port ?? 25, security: 'none', user: '' },
      ...{ from: 'grafana@example.com', to: ['ops@example.com'], ...more },
    },
  },
});

const test = (more: Partial<Email>, secrets?: object) =>
  service!.call('POST', '/notifications/test', { values: emailOf(more), ...(secrets && { secrets }) });
const put = (more: Partial<Email>, secrets?: object) =>
  service!.call('PUT', '/settings', { values: emailOf(more), ...(secrets && { secrets }) });

it('a page can set it and try it, and the password is in no answer and no log', async () => {
  mail = await startMailServer();
  await start();
  expect((await test({})).json).toMatchObject({ delivered: true, status: 250 });
  expect(mail.taken[0]).toMatchObject({
    from: 'grafana@example.com',
    to: ['ops@example.com'],
    text: expect.stringContaining('This is a test notification from Dashkeep.') as string,
  });
  mail.next(550);
  expect((await test({})).json).toMatchObject({
    delivered: false,
    status: 550,
    problem: { code: 'DK_NOTIFICATION', message: 'the mail server refused the message (550)' },
  });
  const saved = await put({ security: 'starttls', user: 'mailer' }, { smtpPassword: PASSWORD });
  expect([saved.status, saved.json.secrets.smtpPassword]).toEqual([200, { set: true, owner: 'ui' }]);
  expect(saved.text + service!.lines.join('')).not.toContain(PASSWORD);
});

it('what makes no sense, or would send a password in the open, is refused by field', async () => {
  await start();
  for (const [more, field] of [
    [{ host: 'smtp://mail.example.com' }, 'notifications.email.host'],
    [{ security: 'none', user: 'mailer' }, 'notifications.email.user'],
    [{ from: '' }, 'notifications.email.from'],
    [{ to: ['ops@example.com\r\nBcc: evil@example.com'] }, 'values.notifications.email.to.0'],
    [{ to: ['Ops <ops@example.com>'] }, 'values.notifications.email.to.0'],
    [{ from: 'a@example.com, b@example.com' }, 'values.notifications.email.from'],
    [{ host: '169.254.169.254' }, 'notifications.email.host'],
  ] as [Partial<Email>, string][]) {
    const { status, json } = await put(more);
    expect([status, Object.keys(json.error.fields ?? {})], JSON.stringify(more)).toEqual([400, [field]]);
  }
});

describe('a password', () => {
  it('is not sent to another server than the one that it was typed for', async () => {
    await start();
    expect(
      (await put({ host: 'mail.example.com', security: 'tls', user: 'mailer' }, { smtpPassword: PASSWORD })).status,
    ).toBe(200);
    for (const more of [{ host: 'evil.example.com' }, { host: 'mail.example.com', port: 2525 }]) {
      for (const send of [test, put]) {
        const { status, json } = await send({ ...more, security: 'tls', user: 'mailer' });
        expect([status, Object.keys(json.error.fields)]).toEqual([400, ['secrets.smtpPassword']]);
      }
    }
    expect(
      (await put({ host: 'other.example.com', security: 'tls', user: 'mailer' }, { smtpPassword: 'new' })).status,
    ).toBe(200);
    expect((await put({ host: '', security: 'tls' }, { smtpPassword: null })).status).toBe(200);
  });

  it('of the deployment needs a server of the deployment', () => {
    const environment = { GRAFANA_URL: grafana.url, DASHKEEP_SMTP_PASSWORD: PASSWORD, DASHKEEP_STATE_DIR: directory };
    const configure = (more: object) => () => serviceConfig({ ...environment, ...more }, {}, 'test');
    expect(configure({})).toThrow('DASHKEEP_SMTP_HOST is missing: set both the mail server and the password');
    expect(configure({ DASHKEEP_SMTP_HOST: 'mail.example.com', DASHKEEP_SMTP_FROM: 'a@example.com' })).not.toThrow();
  });

  it.each(['starttls', 'tls'] as const)('is not sent to a server that nobody vouches for: %s', async (security) => {
    const { key, cert } = makeCertificate(directory);
    mail = await startMailServer({ password: PASSWORD, key, cert, secure: security === 'tls' });
    await start();
    const { json } = await test({ security, user: 'mailer', host: 'localhost' }, { smtpPassword: PASSWORD });
    expect(json).toMatchObject({
      delivered: false,
      problem: { message: expect.stringMatching(/^the connection to the mail server could not be secured/) as string },
    });
    expect(mail.logins).toEqual([]);
  });

  it('is not sent where the server takes STARTTLS away', async () => {
    mail = await startMailServer({ password: PASSWORD, hideSTARTTLS: true, allowInsecureAuth: true });
    await start();
    const { json } = await test({ security: 'starttls', user: 'mailer' }, { smtpPassword: PASSWORD });
    expect(json).toMatchObject({ delivered: false });
    expect([mail.logins, mail.taken]).toEqual([[], []]);
  });

  it.each(['starttls', 'tls'] as const)('opens a server with a certificate that is trusted: %s', async (security) => {
    const certificate = makeCertificate(directory);
    const { key, cert } = certificate;
    mail = await startMailServer({ password: PASSWORD, key, cert, secure: security === 'tls' });
    const email = emailOf({ security, user: 'mailer', host: 'localhost' });
    expect(await sendApart(certificate, email, PASSWORD)).toMatchObject({ delivered: true });
    expect(mail.logins).toEqual([`mailer:${PASSWORD}`]);
    expect(mail.taken).toHaveLength(1);
    const refused = await sendApart(certificate, email, 'wrong');
    expect(refused).toMatchObject({
      delivered: false,
      problem: { message: expect.stringMatching(/user name or password \(535\)/) as string },
    });
    expect(JSON.stringify(refused)).not.toContain('wrong');
  });
});

it('a name that resolves to a metadata service is not connected to', async () => {
  await start({}, () => Promise.resolve([{ address: '169.254.169.254', family: 4 }]) as unknown as Promise<never>);
  expect((await test({ host: 'innocent.example.com' })).json).toMatchObject({
    delivered: false,
    problem: { code: 'DK_NOT_ALLOWED', message: 'this address is not allowed' },
  });
});

/** In another process: only at its start does Node read whom it trusts. */
async function sendApart({ caFile }: TestCertificate, values: object, password: string): Promise<unknown> {
  const input = JSON.stringify({
    values: { ...DEFAULT_SETTINGS, ...values },
    secrets: { smtpPassword: password },
    unusable: {},
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'tests/service/notifications/send-test.ts', input],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile } },
  );
  return JSON.parse(stdout) as unknown;
}
