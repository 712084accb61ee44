// `npm test`: every tier that this machine has the tools for, and one line at the end that says how it went.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { build, install, run } from './prepare.mjs';

await install();
await build();

const required = process.env.DASHKEEP_REQUIRE_TIERS === '1';
/** How scripts/older-pages.ts says that packages are missing. */
const NOT_INSTALLED = 75;
const reports = 'build/test-reports';
/** Runs where a Docker engine is given: its images take longer to build than all else takes to run. */
const CONTAINERS = 'tests/containers';
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;
const notes = [];

function count(label, result) {
  passed += result.passed;
  failed += result.failed;
  notes.push(
    `${label}: ${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`,
  );
}

/** A check that is either fine or not. */
async function check(label, command, args) {
  console.log(`\n• ${label}`);
  const ok = (await run(command, args)) === 0;
  count(label, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
}

function readReport(path, read) {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`no report at ${path}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, absent: [] };
  }
}

async function vitest(label, name, ...args) {
  console.log(`\n• ${label}`);
  const report = `${reports}/${name}.json`;
  const code = await run('npx', [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]);
  const result = readReport(report, (json) => ({
    passed: json.numPassedTests,
    // A file that does not load counts as one failure.
    failed:
      json.numFailedTests +
      json.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
    skipped: json.numPendingTests + json.numTodoTests,
    // A single test may not apply to a server or a user; a whole file without one that ran is a tier that is missing.
    absent: json.testResults
      .filter(({ assertionResults: all }) => all.length > 0 && all.every(({ status }) => status === 'skipped'))
      .map(({ name: file }) => file),
  }));
  if (code !== 0 && result.failed === 0) {
    result.failed = 1;
  }
  if (required && result.absent.length > 0) {
    console.error(`skipped although every tier is required: ${result.absent.join(', ')}`);
    result.failed += result.absent.length;
  }
  count(label, result);
}

async function containers() {
  if (process.env.DASHKEEP_TEST_DOCKER) {
    await vitest('containers', 'containers', CONTAINERS);
  } else {
    notes.push('containers: skipped, no engine is given (tests/support/docker/engine.sh starts one)');
  }
}

function chromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    return named;
  }
  const found = spawnSync(
    'sh',
    ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'],
    { encoding: 'utf8' },
  );
  return found.stdout.trim();
}

async function browser() {
  console.log('\n• browser tests');
  const executable = chromium();
  if (!executable) {
    notes.push('browser tests: skipped, no Chromium found (apt-get install chromium, or set CHROMIUM_PATH)');
    failed += required ? 1 : 0;
    return;
  }
  const report = `${reports}/playwright.json`;
  const code = await run('npm', ['run', '--silent', 'e2e'], {
    env: { ...process.env, CHROMIUM_PATH: executable, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  });
  count('browser', readPlaywright(report, code));
  await olderPages();
}

function readPlaywright(report, code) {
  const result = readReport(report, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
  if (code !== 0 && result.failed === 0) {
    result.failed = 1;
  }
  return result;
}

/** The same build on pages made from older packages of Grafana. Fetched only when every tier is required. */
async function olderPages() {
  for (const version of readdirSync('tests/support/preview/older')) {
    const label = `pages on Grafana ${version}`;
    console.log(`\n• ${label}`);
    const report = resolve(`${reports}/playwright-${version}.json`);
    const args = ['--import', 'tsx', 'scripts/older-pages.ts', version, ...(required ? [] : ['--installed'])];
    const code = await run(process.execPath, args, {
      env: { ...process.env, CHROMIUM_PATH: chromium(), PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    });
    if (code === NOT_INSTALLED) {
      notes.push(`${label}: skipped, its packages are not installed (npm run e2e:older fetches them)`);
    } else {
      count(label, readPlaywright(report, code));
    }
  }
}

await check('types', 'npx', ['tsc', '-p', '.']);
await check('types of the app', 'npx', ['tsc', '-p', 'src']);
await check('types of the browser tests', 'npx', ['tsc', '-p', 'tests/e2e']);
await check('types of the preview page', 'npx', ['tsc', '-p', 'tests/support/preview/host']);
await check('lint', 'npx', ['eslint', '.']);
await check('format', 'npx', ['prettier', '--check', '--log-level=warn', '.']);
await vitest('unit, integration, chart and cluster tests', 'vitest', '--exclude', `${CONTAINERS}/**`);
await browser();
await containers();

console.log(`\n${notes.join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
