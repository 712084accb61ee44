import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'what changed is made up');

test('a person sees what changed and by whom, filters it, compares it, and restores what was deleted', async ({
  app,
  page,
  problems,
}) => {
  await app.open('/changes');
  const backup = page.getByRole('region', { name: /^Snapshot of / });
  const items = backup.getByRole('article');
  await expect(items.filter({ hasText: 'saved by ada' }).first()).toBeVisible();
  const all = await items.count();
  expect(all).toBeGreaterThan(2);
  await expectAccessible(page);

  await page.getByRole('textbox', { name: 'Search by login' }).fill('nobody');
  await expect(page.getByText('No matching changes')).toBeVisible();
  await expect(page).toHaveURL(/person=nobody/);
  await page.getByRole('textbox', { name: 'Search by login' }).fill('');
  // Further down, options already exist below the visible part of the menu, and a click there goes to what is behind.
  await page.getByRole('combobox', { name: 'Kinds' }).fill('Dashboards');
  await page.getByRole('option', { name: 'Dashboards', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/kind=dashboard/);
  await expect.poll(() => items.count()).toBeLessThanOrEqual(all);

  const changed = items.filter({ hasText: 'Changed' }).first();
  await changed.getByRole('button', { name: 'Compare with previous' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('list', { name: 'Changes' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const deleted = items.filter({ has: page.getByRole('button', { name: 'Restore it' }) }).first();
  await deleted.getByRole('button', { name: 'Restore it' }).click();
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('what was deleted and is back is not offered for restoring', async ({ app, page }) => {
  await page.route('**/api/v1/changes?*', async (route) => {
    const { items, ...list } = await (await route.fetch()).json();
    const back = items.map((one: { what: string }) => (one.what === 'deleted' ? { ...one, back: true } : one));
    await route.fulfill({ json: { ...list, items: back } });
  });
  await app.open('/changes');
  const deleted = page.getByRole('article', { name: /, Deleted$/ }).first();
  await expect(deleted.getByText('Back in Grafana')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Restore it' })).toHaveCount(0);
  await expectAccessible(page);
});

test('what was restored after the last backup may be deleted again: its page says when, and offers the way back', async ({
  app,
  page,
}) => {
  await page.route('**/api/v1/changes?*', async (route) => {
    const { items, ...list } = await (await route.fetch()).json();
    const restoredAt = '2026-11-30T12:00:00Z';
    const all = items.map((one: { what: string }) => (one.what === 'deleted' ? { ...one, restoredAt } : one));
    await route.fulfill({ json: { ...list, items: all } });
  });
  await app.open('/changes');
  const deleted = page.getByRole('article', { name: /, Deleted$/ }).first();
  await expect(deleted.getByText(/^Restored on Nov 30, 2026/)).toBeVisible();
  await expect(deleted.getByRole('button', { name: 'Restore it' })).toBeVisible();
});

test('without a second backup there are no changes yet, and a service that is down is said to be down', async ({
  app,
  page,
  preview,
  service,
}) => {
  service.state.snapshots = service.state.snapshots.slice(0, 1);
  await app.open('/changes');
  await expect(page.getByText('No changes yet')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Compare with Grafana now' }).click();
  await expect(page).toHaveURL(/\/compare\?.*to=live/);
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await app.open('/changes');
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible();
});

test('a person sets up email for changes, in French, too', async ({ app, page, service, problems }) => {
  await app.open('/settings/notifications');
  await page.getByLabel('Mail server').fill('smtp.example.com');
  await page.getByRole('radio', { name: 'TLS', exact: true }).check({ force: true });
  await expect(page.getByLabel('Port')).toHaveValue('465');
  await page.getByLabel('Sender').fill('grafana@example.com');
  await page.getByLabel('Recipients').fill('ops@example.com; audit@example.com,');
  await page.getByRole('checkbox', { name: 'Something was created, changed or deleted' }).check({ force: true });
  await page.getByRole('radio', { name: 'Once a day' }).check({ force: true });
  await expect(page.getByRole('button', { name: 'Send test' })).toBeEnabled();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  const { email, changes, events } = service.state.settings.values.notifications;
  expect(email).toMatchObject({ port: 465, security: 'tls', to: ['ops@example.com', 'audit@example.com'] });
  expect([changes, events.includes('changes')]).toEqual(['daily', true]);
  await app.open('/changes?lang=fr-FR');
  await expect(page.getByRole('article', { name: /, Modification$/ }).first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('all that one restore changed is one row, which leads to the run and unfolds', async ({ app, page, problems }) => {
  await page.route('**/api/v1/changes?*', async (route) => {
    const { items, ...list } = await (await route.fetch()).json();
    const [{ snapshots, time }] = items;
    const restored = { what: 'changed', restored: { run: '20261130T120000Z-0000000a', by: 'ada' } };
    const comment = `Restored by Dashkeep from snapshot ${snapshots.first}`;
    const all = Array.from({ length: 40 }, (_, at) => ({
      ...{ ...items[0], ...restored, snapshots, time, comment, title: `Dashboard ${at}` },
      resource: { kind: 'dashboard', uid: `d${at}` },
    }));
    await route.fulfill({ json: { ...list, items: all, next: undefined } });
  });
  await app.open('/changes');
  const group = page.getByRole('article', { name: '40 resources' });
  await expect(group.getByRole('link', { name: 'restored by ada' })).toHaveAttribute(
    'href',
    /\/runs\/20261130T120000Z-/,
  );
  await expect(page.getByRole('article')).toHaveCount(1);
  await group.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('article', { name: 'Dashboard 39, Changed' })).toBeVisible();
  await expect(page.getByText(/Restored by Dashkeep from snapshot \w+ \d+, 20\d\d/).first()).toBeVisible();
  await expectAccessible(page);
  await group.getByRole('button', { name: 'Hide' }).click();
  await expect(page.getByRole('article')).toHaveCount(1);
  expect(problems).toEqual([]);
});
