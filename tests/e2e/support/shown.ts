import type { Page } from '@playwright/test';
import { expect, GRAFANA_URL, RESTORED } from './fixtures.ts';
import type { World } from './worlds.ts';

/** A page that is looked at. */
export interface Shown {
  name: string;
  path: (world: World) => string;
  /** What one does to get there. */
  act?: (page: Page, world: World) => Promise<void>;
  /** What is there when the page is. */
  ready: (page: Page, world: World) => Promise<void>;
}

const row = (name: string) => async (page: Page) => {
  await expect(page.getByRole('table').getByText(name).first()).toBeVisible();
};

const dialog = (page: Page) => expect(page.getByRole('dialog')).toBeVisible();

async function plan(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show the plan' }).click();
  // The real service reads what is live first.
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeVisible({ timeout: 60_000 });
}

const ofFolder = ({ folder, snapshot }: World) => `/restore?type=folder&org=1&uid=${folder}&snapshot=${snapshot}`;
const resource = (uid: string) => encodeURIComponent(`1/dashboard/${uid}`);

/** Pages that both worlds have. */
export const PAGES: Shown[] = [
  {
    name: 'overview',
    path: () => '',
    ready: async (page) => {
      await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
      if (GRAFANA_URL === undefined) {
        await expect(page.getByRole('img', { name: /^Duration/ })).toBeVisible();
      }
    },
  },
  { name: 'history', path: () => '/history', ready: row('Complete') },
  { name: 'runs', path: () => '/history/runs', ready: row('Complete') },
  {
    name: 'snapshot',
    path: ({ snapshot }) => `/snapshots/${snapshot}`,
    ready: (page, { snapshot }) => expect(page.getByRole('table').getByRole('row').nth(3), snapshot).toBeVisible(),
  },
  {
    name: 'resource',
    path: ({ snapshot, board }) => `/snapshots/${snapshot}?resource=${resource(board.uid)}`,
    ready: (page, { board }) => expect(page.getByRole('region', { name: `JSON of ${board.title}` })).toBeVisible(),
  },
  {
    name: 'copy as it was',
    path: ({ snapshot, board }) => `/snapshots/${snapshot}?resource=${resource(board.uid)}`,
    act: (page) => page.getByRole('button', { name: 'Open as it was' }).click(),
    ready: (page) => expect(page.getByRole('link', { name: 'Open the copy' })).toBeVisible({ timeout: 60_000 }),
  },
  {
    name: 'search',
    path: ({ board }) => `/history/search?q=${encodeURIComponent(board.title)}`,
    ready: (page, { board }) =>
      expect(
        page.getByRole('article', { name: board.title, exact: true }).getByText('in the latest snapshot').first(),
      ).toBeVisible(),
  },
  {
    name: 'versions',
    path: ({ changed }) => `/versions/dashboard/${changed.uid}`,
    ready: (page) => expect(page.getByRole('link', { name: 'Contents and download' }).first()).toBeVisible(),
  },
  {
    name: 'changes',
    path: () => '/changes',
    ready: (page) => expect(page.getByRole('button', { name: 'Compare with previous' }).first()).toBeVisible(),
  },
  { name: 'compare', path: () => '/compare?to=live', ready: (page, { changed }) => row(changed.title)(page) },
  {
    name: 'difference',
    path: ({ changed }) => `/compare?resource=${resource(changed.uid)}`,
    ready: (page, { changed }) => expect(page.getByText(changed.now).first()).toBeVisible(),
  },
  {
    name: 'restore',
    path: ofFolder,
    ready: (page) => expect(page.getByRole('button', { name: 'Show the plan' })).toBeEnabled(),
  },
  {
    name: 'plan',
    // Overwriting, because of a real Grafana's folder nothing is missing.
    path: (world) => `${ofFolder(world)}&overwrite=yes`,
    act: plan,
    ready: (page) => expect(page.getByRole('table')).toBeVisible(),
  },
  {
    name: 'plan of one',
    path: ({ changed, snapshot }) =>
      `/restore?type=resources&overwrite=yes&snapshot=${snapshot}&resource=${resource(changed.uid)}`,
    act: plan,
    ready: (page, { changed }) =>
      expect(
        page
          .getByRole('region', { name: /^Changes in “/ })
          .getByText(changed.now)
          .first(),
      ).toBeVisible(),
  },
  ...['target', 'schedule', 'scope', 'retention', 'encryption', 'notifications'].map((section) => ({
    name: section === 'target' ? 'settings' : `settings-${section}`,
    path: () => `/settings/${section}`,
    ready: (page: Page) => expect(page.getByRole('button', { name: 'Save' })).toBeVisible(),
  })),
  {
    name: 'readiness',
    path: () => '/readiness',
    ready: (page) => expect(page.getByRole('heading', { name: 'Last complete backup' })).toBeVisible(),
  },
  {
    name: 'configuration',
    path: () => '/plugins/dashkeep-backup-app',
    ready: (page) => expect(page.getByText('The Dashkeep service is connected')).toBeVisible(),
  },
];

/** States that are made up only. */
export const STATES: Shown[] = [
  {
    name: 'deletion',
    path: ({ partialSnapshot }) => `/snapshots/${partialSnapshot}`,
    act: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
    },
    ready: dialog,
  },
  {
    name: 'all installations',
    path: () => '/fleet',
    ready: row('Needs attention'),
  },
  {
    name: 'panels side by side',
    path: () => '/versions/dashboard/checkout-latency',
    act: async (page) => {
      await page.getByRole('button', { name: 'Compare with the previous version' }).click();
      await page.getByRole('tab', { name: 'Panels side by side' }).click();
      await page.getByRole('button', { name: 'Show 1 panel' }).click();
    },
    ready: async (page) => {
      const [before, after] = [page.getByRole('figure').first(), page.getByRole('figure').last()];
      await after.scrollIntoViewIfNeeded();
      await expect(before).toContainText('p95');
      await expect(after).toContainText('p95, all regions');
    },
  },
  {
    name: 'confirmation',
    path: ({ changed, snapshot }) =>
      `/restore?type=resources&overwrite=yes&snapshot=${snapshot}&resource=${resource(changed.uid)}` +
      `&resource=${encodeURIComponent('1/alert-rule-group/checkout-slo')}`,
    act: async (page) => {
      await plan(page);
      await page.getByRole('button', { name: 'Restore now' }).click();
    },
    ready: dialog,
  },
  {
    name: 'outcome',
    path: ofFolder,
    act: async (page) => {
      await plan(page);
      await page.getByRole('button', { name: 'Restore now' }).click();
      await expect(page.getByText(RESTORED)).toBeVisible();
    },
    ready: (page) => expect(page.getByRole('table', { name: 'Results' })).toBeVisible(),
  },
  {
    name: 'send',
    path: ({ folder }) => `/send?type=folder&org=1&uid=${folder}`,
    ready: (page) => expect(page.getByRole('button', { name: 'Show the plan' })).toBeEnabled(),
  },
  {
    name: 'plan for another Grafana',
    path: ({ folder }) => `/send?type=folder&org=1&uid=${folder}`,
    act: (page) => page.getByRole('button', { name: 'Show the plan' }).click(),
    ready: (page) => expect(page.getByRole('button', { name: 'Send now' })).toBeVisible(),
  },
  {
    name: 'check',
    path: () => '/settings/target',
    act: (page) => page.getByRole('button', { name: 'Check' }).click(),
    ready: (page) => expect(page.getByText('The target works')).toBeVisible(),
  },
  {
    name: 'partial',
    path: ({ partialSnapshot }) => `/snapshots/${partialSnapshot}`,
    ready: (page) => expect(page.getByText('1 resource could not be read and is missing here')).toBeVisible(),
  },
  {
    name: 'failed run',
    path: ({ failedRun }) => `/runs/${failedRun}`,
    ready: (page) => expect(page.getByText('The target did not respond: connection refused')).toBeVisible(),
  },
];
