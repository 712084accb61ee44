import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('where a snapshot is chosen, backups come before what restores made first', async ({ app, page, service }) => {
  const [first, second, ...others] = service.state.snapshots;
  service.state.snapshots = [{ ...first!, trigger: 'safety' }, second!, ...others.slice(0, 2)];
  await app.open(`/restore?snapshot=${second!.id}`);
  await page.getByRole('combobox', { name: 'Snapshot' }).click();
  const options = page.getByRole('listbox').getByRole('option');
  await expect(options).toHaveCount(4);
  await expect(options.last()).toContainText('before a restore');
});

test('a comparison with Grafana now reads it again, from the drawer and in another tab', async ({
  app,
  page,
  service,
}) => {
  const reads: string[] = [];
  page.on('request', (request) => /\/diff\?.*refresh=true/.test(request.url()) && reads.push(request.url()));
  const { id } = service.state.snapshots[0]!;
  const { uid } = [...service.state.latest.values()].find(({ entry }) => entry.kind === 'dashboard')!.entry;
  await app.open(`/snapshots/${id}?resource=1/dashboard/${uid}`);
  const link = page.getByRole('dialog').getByRole('link', { name: 'Compare with Grafana now' });
  const address = await link.getAttribute('href');
  await link.click();
  await expect.poll(() => reads.length).toBe(1);
  await expect(page).toHaveURL(/\/compare\?[^#]*to=live/);
  await expect(page).not.toHaveURL(/refresh/);
  await page.goto(address!);
  await expect.poll(() => reads.length).toBe(2);
});

test('a comparison says which side a safety snapshot copied', async ({ app, page, service }) => {
  const [safety, backup] = service.state.snapshots;
  Object.assign(safety!, { trigger: 'safety', basedOn: { id: backup!.id, started: backup!.time } });
  await app.open(`/compare?from=${backup!.id}&to=${safety!.id}`);
  await expect(
    page.getByText(/: Only the resources that a restore was about to overwrite were read for this snapshot/),
  ).toHaveCount(1);
});

test('a restore makes no plan of a snapshot that does not exist or is untrusted, and says why', async ({
  app,
  page,
  service,
}) => {
  await app.open('/restore?snapshot=20200101T000000Z-00000000');
  await expect(
    page.getByRole('alert').filter({ hasText: 'This item does not exist, or no longer exists' }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeDisabled();
  const [, second] = service.state.snapshots;
  Object.assign(second!, { foreign: true });
  await app.open(`/restore?snapshot=${second!.id}`);
  await expect(page.getByText(/^No trusted key signed this snapshot/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeDisabled();
});
