import AxeBuilder from '@axe-core/playwright';
import { expect as baseExpect, test as pluginTest } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';
import type { FakeOptions } from '../support/preview/fake/state.ts';
import { startFakeService, type FakeService } from '../support/preview/fake/service.ts';
import { startPreview, type Preview } from '../support/preview/preview.ts';

export const APP = '/a/dashkeep-backup-app';

interface Fixtures {
  /** What the made-up service starts with. */
  serviceOptions: FakeOptions;
  /** The service behind the page; tests change its state as they need. */
  service: FakeService;
  preview: Preview;
  /** Messages that the browser logged as errors, and pages that crashed. */
  problems: string[];
}

/** Tests on the preview page, with a made-up service behind an imitation of Grafana's proxy. */
export const test = pluginTest.extend<Fixtures>({
  serviceOptions: [{ runTime: 1500 }, { option: true }],
  service: async ({ serviceOptions }, use) => {
    const service = await startFakeService(serviceOptions);
    await use(service);
    await service.close();
  },
  preview: async ({ service }, use) => {
    const preview = await startPreview({
      sidecarUrl: service.url,
      sidecarToken: service.token,
      grafana: { url: service.url, authorization: '' },
    });
    await use(preview);
    await preview.close();
  },
  baseURL: async ({ preview }, use) => use(preview.origin),
  problems: async ({ page }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        problems.push(`${message.text()} ${message.location().url}`);
      }
    });
    await use(problems);
  },
});

export const expect = baseExpect;

/** Nothing that axe knows to hinder anybody, in the sense of WCAG 2.1 AA. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found).toEqual([]);
}

/** Opens a page of the app and waits until nothing is loading any more. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${APP}${path}`);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
