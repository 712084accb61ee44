import { defineConfig } from '@playwright/test';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { CHROMIUM_ARGS, chromiumPath } from './tests/support/chromium.ts';

/** Set, the tests run on that Grafana instead of the preview page. */
const grafana = process.env['GRAFANA_URL'];

/** What tsx compiles where it is there (scripts/test/playwright.ts): it takes half as long as Playwright's compiler. */
const COMPILED = process.execArgv.includes('tsx') ? ['**/pkg/**', '**/tests/support/**'] : [];

/**
 * Browser tests. On the preview page each has a page and a service of its own, so they may run side by side; on a real
 * Grafana (GRAFANA_URL) they share it and run one after another, each with a login of its own (tests/e2e/support/fixtures.ts).
 */
export default defineConfig<PluginOptions>({
  testDir: 'tests/e2e',
  build: { external: COMPILED },
  outputDir: 'test-results/e2e',
  globalSetup: './tests/e2e/support/setup.ts',
  fullyParallel: grafana === undefined,
  workers: process.env['CI'] || grafana !== undefined ? 1 : 2,
  // These limits only end what hangs: on a busy machine a page may take ten times as long.
  timeout: 540_000,
  expect: { timeout: 60_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? 'test-results/e2e.json' }]],
  use: {
    actionTimeout: 60_000,
    screenshot: 'only-on-failure',
    locale: 'en-US',
    timezoneId: 'Europe/Paris',
    launchOptions: { executablePath: chromiumPath(), args: CHROMIUM_ARGS },
  },
  projects: [grafana === undefined ? { name: 'preview' } : { name: 'grafana', use: { baseURL: grafana } }],
});
