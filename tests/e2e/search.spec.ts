import { CONTENT, renamePanel } from './support/content.ts';
import { expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';
import { tabTo } from './support/keyboard.ts';

const LONG = { timeout: 60_000 };
const { board } = CONTENT;

test.describe.configure({ timeout: 240_000 });

for (const width of [1280, 400]) {
  test(`a panel that is gone is found by keyboard alone, at a width of ${width}`, async ({
    app,
    page,
    admin,
    service,
    backup,
    problems,
  }) => {
    expect(backup).not.toBe('');
    await renamePanel(admin, 'Changed by mistake');
    await backUp(service);
    await page.setViewportSize({ width, height: 900 });
    await app.open('/history/search');
    await expect(page.getByText('Search every version')).toBeVisible(LONG);
    await expectAccessible(page);
    const field = page.getByRole('textbox', { name: 'Title, panel, query, tag or data source' });
    await tabTo(field);
    await page.keyboard.type(board.panel.toUpperCase());
    const hit = page.getByRole('article', { name: board.title });
    await expect(hit.getByText(board.panel)).toBeVisible(LONG);
    await expect(hit.getByText(/^until /)).toBeVisible();
    await expect(page).toHaveURL(/q=TRAINS/);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const versions = hit.getByRole('link', { name: 'Earlier versions' });
    await tabTo(versions);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Restore this version' }).first()).toBeVisible(LONG);
    expect(problems).toEqual([]);
  });
}

test('what was deleted is marked, what is nowhere is said, and a failed search can be repeated', async ({
  app,
  page,
  admin,
  service,
  backup,
}) => {
  expect(backup).not.toBe('');
  await admin('DELETE', `/api/dashboards/uid/${board.uid}`);
  await backUp(service);
  await app.open(`/history/search?q=${encodeURIComponent(board.panel)}&deleted=true`);
  const hit = page.getByRole('article', { name: board.title });
  await expect(hit.getByText('Deleted', { exact: true })).toBeVisible(LONG);
  await expect(hit.getByText(/^last seen /)).toBeVisible();
  await expect(page.getByText(/as of the snapshot of /)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Compare with Grafana now' })).toBeVisible();
  await expectAccessible(page);
  await app.open('/history/search?q=nowhere-at-all');
  await expect(page.getByText('No results')).toBeVisible(LONG);
  await expect(page.getByText(/as of the snapshot of /)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Compare with Grafana now' })).toBeVisible();
  await expectAccessible(page);
  await app.open('/history/search?q=nowhere-at-all&deleted=true');
  await page.getByRole('button', { name: 'Search without filters' }).click(LONG);
  await expect(page).not.toHaveURL(/deleted/);
  const asked = /\/api\/v1\/search\?/;
  await page.route(asked, (route) => route.fulfill({ status: 500, json: { code: 'DK_INTERNAL' } }));
  await app.open(`/history/search?q=${encodeURIComponent(board.title)}`);
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible(LONG);
  // The page also repeats it by itself, so it fails until the button was pressed.
  const repeated = page.waitForRequest(asked);
  await again.click();
  await repeated;
  await page.unroute(asked);
  const found = page.getByRole('article', { name: board.title }).first();
  await found.getByRole('button', { name: 'Restore it' }).click(LONG);
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByRole('heading', { name: 'Restored', exact: true })).toBeVisible(LONG);
  await app.open(`/history/search?q=${encodeURIComponent(board.panel)}`);
  await expect(hit.getByText('Restored after the latest snapshot')).toBeVisible(LONG);
  await expect(hit.getByText('Deleted', { exact: true })).toHaveCount(0);
  await expect(hit.getByRole('button', { name: 'Restore it' })).toHaveCount(0);
  await expectAccessible(page);
});

test('the search speaks French', async ({ app, page, backup }) => {
  test.skip(GRAFANA_URL !== undefined, 'the language is a matter of the preview page; in Grafana it is a preference');
  expect(backup).not.toBe('');
  await app.open(`/history/search?q=${encodeURIComponent(board.title)}&lang=fr-FR`);
  const hit = page.getByRole('article', { name: board.title });
  await expect(hit.getByText('dans le dernier point de sauvegarde').first()).toBeVisible(LONG);
  await expect(hit.getByRole('link', { name: 'Versions antérieures' })).toBeVisible();
  await expectAccessible(page);
});
