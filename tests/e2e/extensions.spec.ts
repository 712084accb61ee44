import type { Page } from '@playwright/test';
import { boardOf, CONTENT, renamePanel, type Admin } from './support/content.ts';
import { APP, expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';
import { focusRests, goDownTo, openSubmenuAt, tabTo } from './support/keyboard.ts';

test.skip(GRAFANA_URL === undefined, 'only a real Grafana has other pages to start from');
// Each key waits for frames, and those come slowly where nothing draws them.
test.describe.configure({ timeout: 360_000 });

const LONG = { timeout: 60_000 };
const RESTORED = { timeout: 120_000 };
const { board } = CONTENT;

/** What a person prefers in Grafana, and the words they then read. */
const PEOPLE = [
  {
    prefers: { language: 'en-US', theme: 'dark' },
    earlierVersions: 'Earlier versions',
    restoreSomething: 'Restore something',
    restoreVersion: 'Restore this version',
    inGrafana: 'In Grafana now',
    restoreNow: 'Restore now',
    restored: /resources? restored/,
  },
  {
    prefers: { language: 'fr-FR', theme: 'light' },
    earlierVersions: 'Versions antérieures',
    restoreSomething: 'Restaurer un élément',
    restoreVersion: 'Restaurer cette version',
    inGrafana: 'Actuellement dans Grafana',
    restoreNow: 'Restaurer maintenant',
    restored: /ressources? restaurées?/,
  },
];

async function prefer(admin: Admin, preferences: object): Promise<void> {
  await admin('PUT', '/api/user/preferences', preferences);
}

/** Opens the menu of the board's first panel, and in it what apps have added. */
async function openEarlierVersions(page: Page, title: string, earlierVersions: string): Promise<void> {
  const panel = page.getByTestId(`data-testid Panel header ${title}`);
  await expect(panel).toBeVisible(LONG);
  await panel.hover();
  await page.getByTestId(`data-testid Panel menu ${title}`).click();
  await page.getByRole('menuitem', { name: 'Extensions' }).hover(LONG);
  await page.getByRole('menuitem', { name: earlierVersions }).click(LONG);
  await expect(page).toHaveURL(new RegExp(`${APP}/versions/dashboard/${board.uid}`));
}

/** Leaves out the menus before the page by the link that Grafana has for that. */
async function skipToContent(page: Page): Promise<void> {
  await tabTo(page.locator('a[href="#pageContent"]'));
  await page.keyboard.press('Enter');
}

/** Opens the menu of the panel's button that has the focus, and goes to one of its items. */
async function openPanelMenuAt(page: Page, name: string): Promise<void> {
  const menu = page.getByRole('menu');
  await page.keyboard.press('Enter');
  await expect(menu.getByRole('menuitem', { name })).toBeVisible(LONG);
  await focusRests(page);
  // Where frames come slowly, Grafana leaves the focus on the frame of the menu.
  if (!(await menu.evaluate((one) => one.contains(document.activeElement)))) {
    await page.keyboard.press('Tab');
  }
  await goDownTo(menu.getByRole('menuitem', { name }));
}

for (const { prefers, earlierVersions, restoreSomething, restoreVersion, inGrafana, restoreNow, restored } of PEOPLE) {
  test.describe(`${prefers.language}, ${prefers.theme}`, () => {
    test.beforeEach(({ admin }) => prefer(admin, prefers));
    test.afterEach(({ admin }) => prefer(admin, { language: '', theme: '' }));

    test('an earlier version is back four clicks after its dashboard was open', async ({
      page,
      admin,
      service,
      backup,
      problems,
    }) => {
      expect(backup).not.toBe('');
      await renamePanel(admin, 'Changed by mistake');
      await backUp(service);
      await page.goto(`/d/${board.uid}`);
      // Two clicks: the panel's menu, and what is in it.
      await openEarlierVersions(page, 'Changed by mistake', earlierVersions);
      const versions = page.getByRole('button', { name: restoreVersion });
      // The newest one is in Grafana now, so it has no such button.
      await expect(page.getByText(inGrafana, { exact: true })).toBeVisible(LONG);
      await expectAccessible(page);
      await versions.first().click();
      await page.getByRole('button', { name: restoreNow }).click(LONG);
      await expect(page.getByText(restored)).toBeVisible(RESTORED);
      expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
      expect(problems).toEqual([]);
    });

    test('an earlier version is back by keyboard alone, from the menu of a panel', async ({
      page,
      admin,
      service,
      backup,
      problems,
    }) => {
      expect(backup).not.toBe('');
      await renamePanel(admin, 'Changed by mistake');
      await backUp(service);
      await page.goto(`/d/${board.uid}`);
      await expect(page.getByTestId('data-testid Panel header Changed by mistake')).toBeVisible(LONG);
      // Four times something is chosen, as with the mouse: the menu, what is in it, and two buttons.
      await skipToContent(page);
      await tabTo(page.getByTestId('data-testid Panel menu Changed by mistake'));
      await openPanelMenuAt(page, 'Extensions');
      await openSubmenuAt(page, earlierVersions);
      await page.keyboard.press('Enter');
      await expect(page).toHaveURL(new RegExp(`${APP}/versions/dashboard/${board.uid}`), LONG);
      // The newest one is in Grafana now, so it has no such button.
      await expect(page.getByText(inGrafana, { exact: true })).toBeVisible(LONG);
      const version = page.getByRole('button', { name: restoreVersion }).first();
      await expectAccessible(page);
      await skipToContent(page);
      await tabTo(version);
      await page.keyboard.press('Enter');
      const now = page.getByRole('button', { name: restoreNow });
      await expect(now).toBeEnabled(LONG);
      await expectAccessible(page);
      await skipToContent(page);
      await tabTo(now);
      await page.keyboard.press('Enter');
      await expect(page.getByText(restored)).toBeVisible(RESTORED);
      await expectAccessible(page);
      expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
      expect(problems).toEqual([]);
    });

    test('a deleted dashboard comes back from the command palette by keyboard alone', async ({
      page,
      admin,
      service,
      backup,
      problems,
    }) => {
      expect(backup).not.toBe('');
      await admin('DELETE', `/api/dashboards/uid/${board.uid}`);
      await backUp(service);
      await page.goto('/dashboards');
      await expect(page.getByText(CONTENT.folder.title).first()).toBeVisible(LONG);
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused(LONG);
      await page.keyboard.type(restoreSomething);
      await expect(page.getByRole('option', { name: restoreSomething })).toHaveAttribute('aria-selected', 'true', LONG);
      await page.keyboard.press('Enter');
      await expect(page).toHaveURL(new RegExp(`${APP}/restore`), LONG);
      const restore = page.getByRole('list').getByRole('button', { name: board.title }).first();
      await expect(restore).toBeVisible(LONG);
      await expectAccessible(page);
      await tabTo(restore);
      await page.keyboard.press('Enter');
      const now = page.getByRole('button', { name: restoreNow });
      await expect(now).toBeVisible(LONG);
      await expectAccessible(page);
      await tabTo(now);
      await page.keyboard.press('Enter');
      await expect(page.getByText(restored)).toBeVisible(RESTORED);
      expect((await boardOf(admin)).dashboard.panels[0]?.title).toBe(board.panel);
      expect(problems).toEqual([]);
    });
  });
}
