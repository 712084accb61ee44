import { expect, it } from 'vitest';
import { Webhook } from '../../../pkg/service/notifications/webhook.ts';
import { realClock } from '../../support/ports.ts';
import { startWebhook } from '../../support/webhook.ts';

it('a webhook that redirects is reported as such, because redirects are not followed', async () => {
  const receiver = await startWebhook();
  const webhook = new Webhook({ instance: 'here', clock: realClock, timeout: 2_000, outbound: undefined });
  try {
    receiver.always(302);
    const notice = { event: 'failed', text: 'The backup has failed.' } as const;
    await expect(webhook.send(receiver.url, 'generic', notice, new AbortController().signal)).rejects.toMatchObject({
      message: expect.stringContaining('responded with status 302, and redirects are not followed') as string,
    });
  } finally {
    await Promise.all([webhook.close(), receiver.close()]);
  }
});
