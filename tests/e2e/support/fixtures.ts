import AxeBuilder from '@axe-core/playwright';
import { DEFAULT_A11Y_TAGS, expect as pluginExpect, test as pluginTest } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';

export const ID = 'dashkeep-backup-app';
export const APP = `/a/${ID}`;

/** A real Grafana to run on instead of the preview page. */
export const GRAFANA_URL = process.env['GRAFANA_URL'];

/** Packages of an older Grafana that the preview page is made from. */
export const PACKAGES = process.env['DASHKEEP_TEST_PACKAGES'];

/** Whether all is looked at, as by `npm test -- --all`. */
export const IN_DEPTH = process.env['DASHKEEP_TEST_DEPTH'] === 'all';

/** The result of a restore: of one resource or several, with or without permissions. */
export const RESTORED = /resources? (and (its permissions|the permissions of \d+ of them) )?restored/;

export interface AppPages {
  /** Opens a page of the app, such as `/history`, and waits until nothing is loading any more. */
  open(path: string): Promise<void>;
  openConfiguration(): Promise<void>;
}

interface Fixtures {
  app: AppPages;
  /** Messages that the browser logged as errors, and pages that crashed. */
  problems: string[];
}

/** What all specs share, whatever is behind the page. */
export const test = pluginTest.extend<Fixtures>({
  // Grafana gives a session a new token every ten minutes, and only the page that asks for it gets it: a login that all
  // tests share ends after that. So each test logs in.
  storageState: async ({ playwright, storageState, grafanaAPICredentials: { user, password } }, use) => {
    if (GRAFANA_URL === undefined) {
      return use(storageState);
    }
    const api = await playwright.request.newContext({ baseURL: GRAFANA_URL });
    const response = await api.post('/login', { data: { user, password } });
    pluginExpect(response.ok(), `log in as ${user}: ${response.status()}`).toBe(true);
    await use(await api.storageState());
    await api.dispose();
  },
  app: async ({ page, gotoAppPage, gotoAppConfigPage }, use) => {
    await use({
      open: async (path) => {
        await gotoAppPage({ pluginId: ID, path });
        await settled(page);
      },
      openConfiguration: async () => {
        await gotoAppConfigPage({ pluginId: ID });
        await settled(page);
      },
    });
  },
  problems: async ({ page }, use) => {
    const problems: string[] = [];
    // Of a real Grafana only what our files say is ours; its catalogue does not answer where there is no internet.
    const ours = (text: string) => GRAFANA_URL === undefined || (text.includes(ID) && !text.includes('/api/gnet/'));
    const add = (text: string) => (ours(text) ? problems.push(text) : undefined);
    page.on('pageerror', (error) => add(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        add(`${message.text()} ${message.location().url}`);
      }
    });
    await use(problems);
  },
});

export const expect = pluginExpect;

/** Where the app draws: of a real Grafana the menus are not ours to judge. */
const OURS = 'main, [role="dialog"], #grafana-portal-container';

/** A flaw of @grafana/ui before 12: the button within its MultiCombobox. */
const THEIRS = '[id^="downshift-"][id$="-toggle-button"]';

/** Nothing that axe knows to hinder anybody, in the sense of WCAG 2.1 AA. */
export async function expectAccessible(page: Page): Promise<void> {
  // A click elsewhere can leave the pointer on a button, and Grafana's hovered buttons are too light.
  await page.mouse.move(0, 0);
  // Half faded in, everything lacks contrast. Animations that are paused never finish.
  await page.evaluate(() => {
    const ending = document
      .getAnimations()
      .filter(({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ending.map(({ finished }) => finished));
  });
  // Only what is wrong, without a second page that sums up frames of other sites: a third less time for a whole test.
  const axe = new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags([...DEFAULT_A11Y_TAGS])
    .setLegacyMode();
  if (GRAFANA_URL !== undefined) {
    axe.include(OURS);
  }
  if (PACKAGES !== undefined) {
    axe.exclude(THEIRS);
  }
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found).toEqual([]);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
