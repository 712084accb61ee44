import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

const LISTS = [
  { name: 'a comparison', path: (id: string) => `/compare?from=${id}&to=live` },
  { name: 'a snapshot', path: (id: string) => `/snapshots/${id}` },
];

for (const { name, path } of LISTS) {
  test(`a drawer that is closed gives the focus back to ${name}`, async ({ app, page, service }) => {
    await app.open(path(service.state.snapshots.at(-1)!.id));
    const opener = page.getByRole('row').nth(1).getByRole('button').first();
    await opener.press('Enter');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    // The first one closes the tooltip of its button.
    await expect(async () => {
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0, { timeout: 1000 });
    }).toPass();
    await expect(opener).toBeFocused();
  });
}
