import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('where a snapshot is chosen, backups come before what restores made first', async ({ app, page, service }) => {
  const [first, second, ...others] = service.state.snapshots;
  service.state.snapshots = [{ ...first!, trigger: 'safety' }, second!, ...others.slice(0, 2)];
  await app.open(`/restore?snapshot=${second!.id}`);
  await page.getByRole('combobox', { name: 'Snapshot' }).click();
  const options = page.getByRole('option');
  await expect(options).toHaveCount(4);
  await expect(options.last()).toContainText('before a restore');
});
