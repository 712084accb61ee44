import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { Notifier } from '../../../pkg/service/notifications/notifier.ts';
import { DEFAULT_SETTINGS } from '../../../pkg/service/settings/defaults.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

/** A receiver set on a page, with a short timeout. */
function notifierTo(webhook: Webhook): Notifier {
  const settings = () =>
    Promise.resolve({ values: DEFAULT_SETTINGS, secrets: { webhookUrl: webhook.url }, unusable: {} });
  const owners = { webhook: 'page', email: 'page' } as const;
  return new Notifier({ settings, owners, instance: 'here', clock: fastClock(), log: silentLog, timeout: 200 });
}

it('a receiver set on a page gets nothing meant for the deployment only', async () => {
  const webhook = await startWebhook();
  const notifier = notifierTo(webhook);
  try {
    notifier.notify({ event: 'failed', text: 'of every organization', audience: 'deployment' });
    notifier.notify({ event: 'failed', text: 'of the own one', audience: 'page' });
    notifier.notify({ event: 'failed', text: 'for all' });
    const taken = await webhook.took(2);
    expect(taken.map(({ text }) => text)).toEqual(['of the own one', 'for all']);
    expect(webhook.heard).toHaveLength(2);
  } finally {
    await notifier.stop();
    await webhook.close();
  }
});

it('a request to a receiver that never responds times out and is retried', async () => {
  const webhook = await startWebhook();
  const notifier = notifierTo(webhook);
  try {
    webhook.next('hang', 'hang');
    notifier.notify({ event: 'failed', text: 'first' });
    notifier.notify({ event: 'failed', text: 'second' });
    const taken = await webhook.took(2);
    expect(taken.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(webhook.heard).toHaveLength(4);
    expect(notifier.failures).toBe(0);
  } finally {
    await notifier.stop();
    await webhook.close();
  }
});
