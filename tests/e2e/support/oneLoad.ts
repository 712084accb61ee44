import type { Page } from '@playwright/test';
import { startFakeService, type FakeService } from '../../support/preview/fake/service.ts';
import { makeState } from '../../support/preview/fake/state.ts';
import { APP, expect, ID, settled, test as base } from './fixtures.ts';
import { previewOf } from './madeUp.ts';
import { madeUpWorld, type World } from './worlds.ts';

/** As in the tests that load a page each. */
const OPTIONS = { runTime: 1500 };

/** A page of the preview's that is no part of the app. */
const ELSEWHERE = { path: '/d/elsewhere', title: 'A dashboard, in Grafana' };

interface Loaded {
  page: Page;
  service: FakeService;
}

/**
 * Tests on a page that is loaded once for all of them, because to load Grafana's packages takes longer than to look at
 * a page: from one to the next, the app is left and entered again within the page, and the service forgets everything.
 */
export const test = base.extend<{ world: World; service: FakeService }, { loaded: Loaded }>({
  loaded: [
    async ({ browser }, use, { project }) => {
      const service = await startFakeService(OPTIONS);
      const preview = await previewOf(service);
      const { locale, timezoneId } = project.use;
      const context = await browser.newContext({ baseURL: preview.origin, locale, timezoneId });
      const page = await context.newPage();
      await page.goto(ELSEWHERE.path);
      await use({ page, service });
      await context.close();
      await preview.close();
      await service.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ loaded: { page } }, use) => {
    await use(page);
    await expect(page.getByTestId('toasts')).toHaveText('');
    // What this test's page still asks for would be unknown to the next one's service.
    await leave(page);
    await page.unrouteAll();
    await page.emulateMedia({ media: null });
    // What comes to be below the pointer has other colors.
    await page.mouse.move(0, 0);
  },
  service: async ({ loaded: { service } }, use) => {
    service.state = makeState(OPTIONS);
    await use(service);
  },
  world: async ({ service }, use) => use(madeUpWorld(service)),
  app: async ({ page, service: _ }, use) => {
    const open = async (path: string): Promise<void> => {
      await leave(page);
      await go(page, path);
      await expect(elsewhere(page)).toHaveCount(0);
      await settled(page);
    };
    await use({
      open: (path) => open(`${APP}${path}`),
      openConfiguration: () => open(`/plugins/${ID}`),
    });
  },
});

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
