import { afterEach, beforeEach, expect, it } from 'vitest';
import { fastClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook } from '../../support/webhook.ts';
import { variants } from '../../support/budget.ts';

let grafana: Simulator;
let service: TestService | undefined;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
});
afterEach(async () => {
  await service?.stop();
  await removeDirectory(service!.directory);
  await grafana.close();
});

const status = async (): Promise<{ warnings: { message: string; hint: string }[]; target: { problem?: unknown } }> =>
  (await service!.call('GET', '/status')).json;

async function backUp(): Promise<unknown> {
  const { json } = await service!.call('POST', '/runs', { kind: 'backup' });
  return service!.ended(json.id);
}

it.each(
  variants([
    [
      'whose file is missing',
      { DASHKEEP_WEBHOOK_URL_FILE: '/nonexistent' },
      'DASHKEEP_WEBHOOK_URL_FILE points to /nonexistent',
    ],
    ['that is no address', { DASHKEEP_WEBHOOK_URL: 'nonsense' }, 'DASHKEEP_WEBHOOK_URL: an address must start with'],
    [
      'that lacks the password of its mail server',
      {
        DASHKEEP_SMTP_HOST: 'mail.example.com',
        DASHKEEP_SMTP_FROM: 'from@example.com',
        DASHKEEP_SMTP_TO: 'to@example.com',
        DASHKEEP_SMTP_USER: 'mailer',
        DASHKEEP_SMTP_PASSWORD_FILE: '/nonexistent',
      },
      'DASHKEEP_SMTP_PASSWORD_FILE points to /nonexistent',
    ],
  ]),
)('a receiver of notifications %s stops no backup, and is reported everywhere', async (_name, environment, said) => {
  service = await startService({ grafanaUrl: grafana.url, environment, clock: fastClock(50) });
  expect((await status()).warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining(said));
  expect(service.lines.filter((line) => line.includes(said))).toHaveLength(1);
  expect(await backUp()).toMatchObject({ status: 'complete' });
  grafana.setFaults({ match: /^GET .*\/dashboards?[/?]/, action: { kind: 'status', status: 500 } });
  expect(await backUp()).toMatchObject({ status: 'partial' });
  const missed = await eventually('the missed notification', () =>
    service!.lines.find((one) => one.includes('"not notified"')),
  );
  expect(missed).toContain(said);
  const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
  expect(metrics).toContain('dashkeep_notification_failures_total 1');
});

it('an age identity whose file is missing makes the scheduled backup fail, for all to see', async () => {
  const webhook = await startWebhook();
  const clock = fastClock(50);
  service = await startService({
    grafanaUrl: grafana.url,
    clock,
    environment: {
      DASHKEEP_AGE_IDENTITY_FILE: '/nonexistent',
      DASHKEEP_SCHEDULE: '* * * * *',
      DASHKEEP_WEBHOOK_URL: webhook.url,
    },
  });
  const failed = await eventually('a failed run', () => {
    return service!.lines.find((line) => line.includes('a run has failed'));
  });
  expect(failed).toContain('/nonexistent');
  const [notice] = await webhook.took(1);
  expect(JSON.stringify(notice)).toContain('/nonexistent');
  await webhook.close();
  const { json } = await service.call('GET', '/status');
  expect(json.lastBackup).toMatchObject({ status: 'failed', failure: { code: 'DK_SETTINGS' } });
  expect(service.lines.filter((line) => line.includes('the scheduler continues after an error'))).toEqual([]);
});
