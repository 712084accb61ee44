/** Starts Playwright's tests so that tsx compiles what they use (playwright.config.ts). */
export const PLAYWRIGHT = ['node', '--import', 'tsx', 'node_modules/@playwright/test/cli.js', 'test'] as const;
