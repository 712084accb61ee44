import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['pkg/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['tests/e2e/**', 'node_modules/**'],
    // The S3 client tells once per process that a later release of it will need Node 22.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Where every tier is required, the tiers share a small machine with each other: a time limit may be missed once. The
    // log says `retry` beside such a test.
    retry: process.env['DASHKEEP_REQUIRE_TIERS'] === '1' ? 1 : 0,
  },
});
