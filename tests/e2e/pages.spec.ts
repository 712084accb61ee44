import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, open, settled, test } from './fixtures.ts';

/** With this set, the pictures of README and catalogue are made anew. */
const SHOTS =
  process.env['SCREENSHOTS'] === undefined ? undefined : resolve(import.meta.dirname, '../../src/img/screenshots');

interface Shown {
  name: string;
  path: string;
  /** What one does to get there. */
  act?: (page: Page) => Promise<void>;
  /** What is there when the page is. */
  ready: (page: Page) => Promise<void>;
}

const row = (name: string) => async (page: Page) => {
  await expect(page.getByRole('table').getByText(name).first()).toBeVisible();
};

const FOLDER = '/restore?type=folder&org=1&uid=payments';

async function plan(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeVisible();
}

const PAGES: Shown[] = [
  {
    name: 'overview',
    path: '',
    ready: async (page) => {
      await expect(page.getByRole('heading', { name: 'Everything is safe' })).toBeVisible();
      await expect(page.getByRole('img', { name: /^Duration/ })).toBeVisible();
    },
  },
  { name: 'history', path: '/history', ready: row('Complete') },
  { name: 'runs', path: '/history/runs', ready: row('Failed') },
  { name: 'snapshot', path: '/snapshots/latest', ready: row('Site reliability') },
  {
    name: 'resource',
    path: '/snapshots/latest?resource=1%2Fdashboard%2Fcheckout-latency',
    ready: (page) => expect(page.getByRole('region', { name: 'JSON of Checkout latency' })).toBeVisible(),
  },
  { name: 'compare', path: '/compare', ready: row('Capacity') },
  {
    name: 'difference',
    path: '/compare?resource=1%2Fdashboard%2Fcapacity',
    ready: (page) => expect(page.getByText('Capacity (being edited)')).toBeVisible(),
  },
  {
    name: 'restore',
    path: FOLDER,
    ready: (page) => expect(page.getByRole('button', { name: 'Show the plan' })).toBeEnabled(),
  },
  { name: 'plan', path: FOLDER, act: plan, ready: row('Checkout') },
  ...['target', 'schedule', 'scope', 'retention', 'encryption', 'notifications'].map((section) => ({
    name: section === 'target' ? 'settings' : `settings-${section}`,
    path: `/settings/${section}`,
    ready: (page: Page) => expect(page.getByRole('button', { name: 'Save' })).toBeVisible(),
  })),
];

const THEMES = ['dark', 'light'];
const WIDTHS = [1280, 600];

for (const shown of PAGES) {
  test(`${shown.name} is whole, reachable for all, and silent: dark and light, wide and narrow`, async ({
    page,
    problems,
  }) => {
    for (const theme of THEMES) {
      await open(page, `${shown.path}${shown.path.includes('?') ? '&' : '?'}theme=${theme}`);
      await shown.act?.(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await shown.ready(page);
        await expectAccessible(page);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, 'nothing sticks out sideways').toBeLessThanOrEqual(0);
        if (SHOTS !== undefined && width === 1280) {
          mkdirSync(SHOTS, { recursive: true });
          await page.screenshot({ path: join(SHOTS, `${shown.name}-${theme}.png`) });
        }
      }
    }
    expect(problems).toEqual([]);
  });
}

test('the configuration page is whole, reachable for all, and silent', async ({ page, problems }) => {
  await page.goto('/plugins/dashkeep-backup-app?page=configuration');
  await settled(page);
  await expect(page.getByText('The Dashkeep service is connected')).toBeVisible();
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

test('every page speaks French', async ({ page, problems }) => {
  await open(page, '?lang=fr-FR');
  await expect(page.getByRole('button', { name: 'Sauvegarder maintenant' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Tout est en sécurité' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('little has to come before the first page shows: 60 KiB of the app, gzipped', async ({ page }) => {
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (/\/public\/plugins\/.*\.js/.test(response.url())) {
      scripts.push(response.body());
    }
  });
  await open(page, '');
  await expect(page.getByRole('heading', { name: 'Everything is safe' })).toBeVisible();
  const bodies = await Promise.all(scripts);
  const size = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  expect(bodies.length).toBeGreaterThan(2);
  expect(size).toBeLessThan(60 * 1024);
});
