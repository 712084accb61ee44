import type { Page } from '@playwright/test';
import { APP, expect, ID, settled, test as base } from './fixtures.ts';

/** A page of the preview's that is no part of the app. */
const ELSEWHERE = { path: '/d/elsewhere', title: 'A dashboard, in Grafana' };

/** What is in a page until a test loads it itself. */
const MARK = 'loadedForAll';

const SIZE = { width: 1280, height: 720 };

interface OfAll {
  /** Where the preview page is. */
  origin: string;
  /** Whether tests decide how the time passes in the page; for a page there is no way back. */
  ownClock: boolean;
  loaded: Page;
}

/**
 * Tests on a preview page that is loaded once for all of them, because to load Grafana's packages takes eight times as
 * long as to look at a page: from one to the next, the app is left and entered again within the page. After a test that
 * loads the page itself, or asks for a language, it is loaded again.
 */
export const test = base.extend<object, OfAll>({
  origin: ['', { option: true, scope: 'worker' }],
  ownClock: [false, { option: true, scope: 'worker' }],
  loaded: [
    async ({ browser, origin, ownClock }, use, { project }) => {
      const { locale, timezoneId } = project.use;
      const context = await browser.newContext({ baseURL: origin, locale, timezoneId, viewport: SIZE });
      const page = await context.newPage();
      if (ownClock) {
        await page.clock.install();
      }
      await use(page);
      await context.close();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ origin }, use) => use(origin),
  page: async ({ loaded: page, ownClock, viewport }, use) => {
    if (!(await isMarked(page))) {
      await page.goto(ELSEWHERE.path);
      await expect(elsewhere(page)).toBeVisible();
      await page.evaluate((mark) => Object.assign(window, { [mark]: true }), MARK);
    }
    if (ownClock) {
      // The test before has let time pass, and the service has not.
      await page.clock.setSystemTime(new Date());
    }
    await page.setViewportSize(viewport ?? SIZE);
    await use(page);
    for (const event of ['load', 'request', 'response', 'console', 'pageerror']) {
      // A listener of this test must not fail the next one.
      await page.removeAllListeners(event, { behavior: 'ignoreErrors' });
    }
    await page.unrouteAll();
    await page.emulateMedia({ media: null });
    // What comes to be below the pointer has other colors.
    await page.mouse.move(0, 0);
    await page.context().clearCookies();
    if (await isMarked(page)) {
      if ((await page.locator('body.theme-light').count()) > 0) {
        await page.getByLabel('Preview theme').selectOption('dark');
      }
      // What this test's page still asks for would be unknown to the next one's service.
      await leave(page);
      await expect(page.getByTestId('toasts')).toHaveText('');
    } else {
      await page.evaluate(() => sessionStorage.clear());
      await page.goto('/');
    }
  },
  app: async ({ page }, use) => {
    const open = async (path: string): Promise<void> => {
      if (/[?&]lang=/.test(path)) {
        await page.goto(path);
      } else {
        await leave(page);
        await go(page, path);
      }
      await expect(elsewhere(page)).toHaveCount(0);
      await settled(page);
    };
    await use({
      open: (path) => open(`${APP}${path}`),
      openConfiguration: () => open(`/plugins/${ID}`),
    });
  },
});

const isMarked = (page: Page) => page.evaluate((mark) => mark in window, MARK);

const elsewhere = (page: Page) => page.getByRole('heading', { name: ELSEWHERE.title });

/** The app asks for nothing on a page that is not its own. */
async function leave(page: Page): Promise<void> {
  await go(page, ELSEWHERE.path);
  await expect(elsewhere(page)).toBeVisible();
}

/** As a link within Grafana does. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}
