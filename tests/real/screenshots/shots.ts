import type { Page } from '@playwright/test';
import { CHECKOUT, PAYMENTS } from './content.ts';

/** A picture: the page, what to do there, and what is visible when it is finished. */
export interface Shot {
  name: string;
  path(snapshot: string): string;
  act?(page: Page): Promise<void>;
  ready(page: Page): Promise<void>;
}

const APP = '/a/dashkeep-backup-app';
const restoreFolder = (snapshot: string) => `${APP}/restore?type=folder&org=1&uid=${PAYMENTS.uid}&snapshot=${snapshot}`;

const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name }).first().click();

/** What there is before the bad day. */
export const BEFORE: readonly Shot[] = [
  { name: 'overview', path: () => APP, ready: text('Last backup complete') },
  { name: 'history', path: () => `${APP}/history`, ready: text('Complete') },
  { name: 'snapshot', path: (snapshot) => `${APP}/snapshots/${snapshot}`, ready: text('Card payments') },
  {
    name: 'settings',
    path: () => `${APP}/settings/retention`,
    ready: (page) => page.getByRole('button', { name: 'Save' }).waitFor(),
  },
  {
    name: 'versions',
    path: () => `${APP}/versions/dashboard/${CHECKOUT.uid}`,
    ready: (page) => page.getByRole('button', { name: 'Restore this version' }).first().waitFor(),
  },
  {
    name: 'panels',
    path: () => `${APP}/versions/dashboard/${CHECKOUT.uid}`,
    async act(page) {
      await press(page, 'Compare with the previous version');
      await page.getByRole('tab', { name: 'Panels side by side' }).click();
      await page.getByRole('button', { name: /^Show \d+ panels?$/ }).click();
    },
    ready: async (page) => {
      await page.getByRole('figure').last().scrollIntoViewIfNeeded();
      await page.getByRole('figure').last().locator('canvas').first().waitFor();
    },
  },
];

/** How the folder comes back. */
export const AFTER: readonly Shot[] = [
  { name: 'deleted', path: () => '/dashboards', ready: text('Platform') },
  { name: 'compare', path: () => `${APP}/compare?to=live`, ready: text('Card payments') },
  { name: 'search', path: () => `${APP}/history/search?q=payments`, ready: text('Card payments') },
  { name: 'plan', path: restoreFolder, act: showPlan, ready: (page) => page.getByRole('table').first().waitFor() },
];

/** The end of it. Taken once: it writes. */
export const RESTORED: Shot = {
  name: 'outcome',
  path: restoreFolder,
  async act(page) {
    await showPlan(page);
    await press(page, 'Restore now');
  },
  ready: text(/resources (and the permissions of \d+ of them )?restored/),
};

async function showPlan(page: Page): Promise<void> {
  await press(page, 'Show the plan');
  await page.getByRole('button', { name: 'Restore now' }).waitFor();
}
