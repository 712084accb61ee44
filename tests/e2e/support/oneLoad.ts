import type { Page } from '@playwright/test';
import { startFakeService, type FakeService } from '../../support/preview/fake/service.ts';
import { APP, expect, ID, settled, test as base } from './fixtures.ts';
import { previewOf } from './madeUp.ts';
import { madeUpWorld, type World } from './worlds.ts';

/** A page of the preview's that is no part of the app. */
const ELSEWHERE = { path: '/d/elsewhere', title: 'A dashboard, in Grafana' };

interface Loaded {
  page: Page;
  service: FakeService;
}

/**
 * Tests on a page that is loaded once for all of them, because to load Grafana's packages takes longer than to look at
 * a page: from one to the next, the app is left and entered again within the page.
 */
export const test = base.extend<{ world: World; service: FakeService }, { loaded: Loaded }>({
  loaded: [
    async ({ browser }, use, { project }) => {
      const service = await startFakeService();
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
  page: async ({ loaded }, use) => use(loaded.page),
  service: async ({ loaded: { service } }, use) => {
    const before = service.state.status;
    await use(service);
    service.state.status = before;
  },
  world: async ({ service }, use) => use(madeUpWorld(service)),
  app: async ({ page }, use) => {
    const elsewhere = page.getByRole('heading', { name: ELSEWHERE.title });
    const open = async (path: string): Promise<void> => {
      await go(page, ELSEWHERE.path);
      await expect(elsewhere).toBeVisible();
      await go(page, path);
      await expect(elsewhere).toHaveCount(0);
      await settled(page);
    };
    await use({
      open: (path) => open(`${APP}${path}`),
      openConfiguration: () => open(`/plugins/${ID}`),
    });
  },
});

/** As a link within Grafana does. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}
