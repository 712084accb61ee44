import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Test files that replace modules: each needs a fresh set of them. */
const replacing = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('tests', name))
  .filter((path) => /\bvi\.(mock|resetModules)\(/.test(readFileSync(path, 'utf8')));

/** These try servers that take long to make ready, and nothing without them: only `npm test -- --all` runs them. */
const onServers = [
  'tests/kubernetes/{chart,cronjob,election,rotation,service,state,uninstall}.test.ts',
  'tests/service/api/schemathesis.test.ts',
  'tests/storage/clouds/*.test.ts',
];
/**
 * These try such servers beside what is always there, so `npm test -- --all` runs them apart. Otherwise they share
 * processes with the others, which load all modules once.
 */
const alsoOnServers = [
  'tests/engine/real-s3.test.ts',
  'tests/release/actionlint.test.ts',
  'tests/repository/prune/removal.test.ts',
  'tests/storage/s3/conformance.test.ts',
];
const include = ['pkg/**/*.test.ts', 'tests/**/*.test.ts'];
const apart = ['tests/e2e/**', 'tests/containers/**', 'tests/node/**', 'node_modules/**'];
const apartInDepth = process.env['DASHKEEP_TEST_DEPTH'] === 'all' ? alsoOnServers : [];
const exclude = [...apart, ...onServers, ...apartInDepth, ...replacing];
/**
 * Modules as Node imports them. Those of Vitest, which can be replaced, take a tenth more of the processors' time for
 * everything that they do.
 */
const shared = {
  isolate: false,
  experimental: { viteModuleRunner: false, nodeLoader: false },
  execArgv: ['--import', join(import.meta.dirname, 'tests/support/process/native/register.mjs')],
};

export default defineConfig({
  test: {
    // What has not changed is not compiled again: some files of tests then start in half the time.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'build/cache/vitest' },
    // The S3 client tells once per process that a later release of it will need Node 22.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['tests/support/process/no-flushes.ts', 'tests/support/process/no-sockets.ts'],
    // These limits only end what hangs: on a busy machine a test may take ten times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    // Loading the modules again for each file would take a third of the whole time.
    projects: [
      { extends: true, test: { name: 'shared modules', include, exclude, ...shared } },
      { extends: true, test: { name: 'own modules', include: replacing, pool: 'threads' } },
      { extends: true, test: { name: 'on servers', include: onServers, ...shared } },
      { extends: true, test: { name: 'also on servers', include: apartInDepth, ...shared } },
      { extends: true, test: { name: 'containers', include: ['tests/containers/*.test.ts'] } },
      { extends: true, test: { name: 'node', include: ['tests/node/*.test.ts'] } },
    ],
  },
});
