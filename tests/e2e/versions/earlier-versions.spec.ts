import type { Locator } from '@playwright/test';
import { boardOf, CONTENT, renamePanel } from '../support/content.ts';
import { expect, expectAccessible, GRAFANA_URL, RESTORED } from '../support/fixtures.ts';
import { backUp, test } from '../support/journey.ts';
import { tabTo } from '../support/keyboard.ts';

const LONG = { timeout: 60_000 };
const { board, folder, inner, rule } = CONTENT;

// Each key waits for frames, and those come slowly where nothing draws them.
test.describe.configure({ timeout: 360_000 });

/** Opening a menu of the dashboard, or the command palette, and choosing what leads to the first page. */
const CLICKS_BEFORE = 2;
const MOST_CLICKS = 4;

/** By mouse, or by keyboard alone. */
const WAYS: [name: string, press: (target: Locator) => Promise<void>][] = [
  ['by mouse', (target) => target.click(LONG)],
  [
    'by keyboard',
    async (target) => {
      await expect(target).toBeVisible(LONG);
      await tabTo(target);
      await target.page().keyboard.press('Enter');
    },
  ],
];

for (const [way, press] of WAYS) {
  test(`last week’s panel is back after four clicks in all, ${way}`, async ({ app, page, admin, backup, problems }) => {
    expect(backup).not.toBe('');
    await renamePanel(admin, 'Changed by mistake');
    await app.open(`/versions/dashboard/${board.uid}`);
    await expectAccessible(page);
    let clicks = CLICKS_BEFORE;
    const click = async (target: Locator) => {
      clicks++;
      await press(target);
    };
    await click(page.getByRole('button', { name: 'Restore this version' }).first());
    const difference = page.getByRole('region', { name: `Changes in “${board.title}”` });
    await expect(difference.getByText('Changed by mistake').first()).toBeVisible(LONG);
    await expectAccessible(page);
    await click(page.getByRole('button', { name: 'Restore now' }));
    await expect(page.getByText(/1 resource (and its permissions )?restored/)).toBeVisible({ timeout: 120_000 });
    await expectAccessible(page);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
    expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
    expect(problems).toEqual([]);
  });

  test(`a deleted dashboard is back after four clicks from the command palette, ${way}`, async ({
    app,
    page,
    admin,
    service,
    backup,
    problems,
  }) => {
    expect(backup).not.toBe('');
    await admin('DELETE', `/api/dashboards/uid/${board.uid}`);
    await backUp(service);
    await app.open('/restore');
    let clicks = CLICKS_BEFORE;
    const click = async (target: Locator) => {
      clicks++;
      await press(target);
    };
    const gone = page.getByRole('list', { name: 'Deleted in the last 24 hours' });
    const restore = gone.getByRole('button', { name: `Restore ${board.title}` }).first();
    await expect(restore).toBeVisible(LONG);
    await expectAccessible(page);
    await click(restore);
    await click(page.getByRole('button', { name: 'Restore now' }));
    await expect(page.getByText(RESTORED)).toBeVisible({
      timeout: 120_000,
    });
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
    expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
    expect(problems).toEqual([]);
  });
}

test('compared first, in French, by keyboard and in the light theme', async ({
  app,
  page,
  admin,
  backup,
  problems,
}) => {
  test.skip(GRAFANA_URL !== undefined, 'the language is a matter of the preview page; in Grafana it is a preference');
  expect(backup).not.toBe('');
  const enter = WAYS[1]![1];
  await renamePanel(admin, 'Changed by mistake');
  await app.open(`/versions/dashboard/${board.uid}?lang=fr-FR&theme=light`);
  await expectAccessible(page);
  await enter(page.getByRole('button', { name: 'Comparer avec l’état actuel de Grafana' }).first());
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('Changed by mistake').first()).toBeVisible(LONG);
  await expectAccessible(page);
  await enter(drawer.getByRole('button', { name: 'Restaurer la version antérieure' }));
  const difference = page.getByRole('region', { name: `Modifications de « ${board.title} »` });
  await expect(difference.getByText('Changed by mistake').first()).toBeVisible(LONG);
  await expectAccessible(page);
  await enter(page.getByRole('button', { name: 'Restaurer maintenant' }));
  await expect(page.getByText('1 ressource restaurée')).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page);
  expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
  expect(problems).toEqual([]);
});

test('without its difference on the page, what is overwritten is typed', async ({ app, page, admin, backup }) => {
  await renamePanel(admin, 'Changed by mistake');
  await page.route(/\/diff\/resource\?/, (route) => route.fulfill({ status: 500, json: { code: 'DK_INTERNAL' } }));
  await app.open(`/restore?snapshot=${backup}&type=resources&resource=1%2Fdashboard%2F${board.uid}&overwrite=yes`);
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByRole('dialog').locator('code')).toHaveText(board.title);
  expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe('Changed by mistake');
});

test('a folder’s versions include what is in it, when asked for', async ({ app, page, backup, problems }) => {
  expect(backup).not.toBe('');
  await app.open(`/versions/folder/${folder.uid}`);
  const cards = page.getByRole('main').getByRole('region');
  await expect(page.getByText(board.title)).toHaveCount(0);
  await tabTo(page.getByRole('switch', { name: 'Include its contents' }));
  await page.keyboard.press('Space');
  await expect(cards.filter({ hasText: board.title }).filter({ hasText: 'Dashboards' }).first()).toBeVisible(LONG);
  await expect(page).toHaveURL(/below=yes/);
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

test('one alert rule is compared and restored, and the rest of its group stays', async ({
  app,
  page,
  admin,
  backup,
  problems,
}) => {
  interface Rule {
    uid: string;
    title: string;
    for: string;
  }
  const path = '/api/v1/provisioning/alert-rules';
  const ours = async () => (await admin<Rule[]>('GET', path)).filter(({ title }) => title.startsWith(rule.title));
  const [saved] = await ours();
  await admin('PUT', `${path}/${saved?.uid}`, { ...saved, for: '45m' });
  await admin('POST', path, { ...saved, uid: undefined, title: `${rule.title} again` });

  await app.open(
    `/snapshots/${backup}?resource=${encodeURIComponent(`1/alert-rule-group/${inner.uid}/${rule.group}`)}`,
  );
  await page.getByRole('dialog').getByRole('link', { name: rule.title, exact: true }).click(LONG);
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('Alert rules', { exact: true })).toBeVisible(LONG);
  await expectAccessible(page);
  await drawer.getByRole('link', { name: 'Earlier versions' }).click();
  await page.getByRole('button', { name: 'Restore this version' }).first().click(LONG);
  const difference = page.getByRole('region', { name: `Changes in “${rule.title}”` });
  await expect(difference.getByText('45m').first()).toBeVisible(LONG);
  await expectAccessible(page);
  // The rule was created through the API, so the plan warns that Terraform may change it back.
  await expect(page.getByText(/^Saved through the API/)).toBeVisible();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await page.getByRole('dialog').getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(/1 resource (and its permissions )?restored/)).toBeVisible({ timeout: 120_000 });
  const after = await ours();
  expect(after.map(({ title, for: pending }) => `${title} ${pending}`).sort()).toEqual([
    `${rule.title} ${saved?.for}`,
    `${rule.title} again ${saved?.for}`,
  ]);
  expect(problems).toEqual([]);
});
