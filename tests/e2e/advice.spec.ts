import { expect, GRAFANA_URL } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'the problem is made up, and the language is a matter of the preview page');

test('what to do about a problem is said in French, too', async ({ app, page, service }) => {
  service.state.status = {
    warnings: [
      {
        code: 'DK_STORE_DENIED',
        message: 'EROFS: read-only file system',
        hint: 'Mount the directory as writable.',
        advice: { code: 'mount-writable', params: {} },
      },
    ],
  };
  await app.open('?lang=fr-FR');
  await expect(page.getByText('Montez le répertoire en lecture-écriture.')).toBeVisible();
  await expect(page.getByText('Mount the directory as writable.')).toHaveCount(0);
});
