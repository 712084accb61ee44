// `npm test`: every tier that this machine has the tools for, and one line at the end that says how it went. Tiers run in
// three lanes side by side: each waits a lot for itself. What the first one prints is seen as it comes, the others' at
// their end.
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { build, install, run } from './prepare.mjs';

await install();
await build();

const required = process.env.DASHKEEP_REQUIRE_TIERS === '1';
/** How scripts/older-pages.ts says that packages are missing. */
const NOT_INSTALLED = 75;
const reports = 'build/test-reports';
/** The tier with a lane of its own. */
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

/** Runs a tier beside the first lane, and gives that one the processor first; prints what it had to say when it has ended. */
async function aside(label, command, args, env = {}) {
  const log = `${reports}/${label.replace(/\W+/g, '-')}.log`;
  const file = openSync(log, 'w');
  const started = Date.now();
  const code = await run('nice', ['-n', '5', command, ...args], {
    stdio: ['ignore', file, file],
    env: { ...process.env, ...env },
  });
  closeSync(file);
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  console.log(`\n• ${label}, ${minutes} minutes\n${readFileSync(log, 'utf8')}`);
  return code;
}

function readReport(path, read) {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`no report at ${path}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, absent: [] };
  }
}

/** What `vitest run` said in its report. */
function readVitest(report, code) {
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
      .map(({ name }) => name),
  }));
  if (code !== 0 && result.failed === 0) {
    result.failed = 1;
  }
  if (required && result.absent.length > 0) {
    console.error(`skipped although every tier is required: ${result.absent.join(', ')}`);
    result.failed += result.absent.length;
  }
  return result;
}

function vitest(report, ...args) {
  return ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
}

async function unit() {
  console.log('\n• unit, integration, chart and cluster tests');
  const report = `${reports}/vitest.json`;
  const code = await run('npx', vitest(report, '--exclude', `${CONTAINERS}/**`));
  count('unit and integration', readVitest(report, code));
}

/** Mostly waits for a Docker engine. */
async function containers() {
  if (!required && !process.env.DASHKEEP_TEST_DOCKER) {
    notes.push('containers: skipped, no engine is given (tests/support/docker/engine.sh starts one)');
    return;
  }
  const report = `${reports}/containers.json`;
  const code = await aside('containers', 'npx', vitest(report, CONTAINERS));
  count('containers', readVitest(report, code));
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
  const executable = chromium();
  if (!executable) {
    notes.push('browser tests: skipped, no Chromium found (apt-get install chromium, or set CHROMIUM_PATH)');
    failed += required ? 1 : 0;
    return;
  }
  const report = `${reports}/playwright.json`;
  // The app is built already, and others look at dist/ meanwhile.
  const env = { CHROMIUM_PATH: executable, PLAYWRIGHT_JSON_OUTPUT_NAME: resolve(report) };
  const code = await aside('browser tests', 'npx', ['playwright', 'test'], env);
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
    const report = resolve(`${reports}/playwright-${version}.json`);
    const args = ['--import', 'tsx', 'scripts/older-pages.ts', version, ...(required ? [] : ['--installed'])];
    const env = { CHROMIUM_PATH: chromium(), PLAYWRIGHT_JSON_OUTPUT_NAME: report };
    const code = await aside(label, process.execPath, args, env);
    if (code === NOT_INSTALLED) {
      notes.push(`${label}: skipped, its packages are not installed (npm run e2e:older fetches them)`);
    } else {
      count(label, readPlaywright(report, code));
    }
  }
}

async function checks() {
  await check('types', 'npx', ['tsc', '-p', '.']);
  await check('types of the app', 'npx', ['tsc', '-p', 'src']);
  await check('types of the browser tests', 'npx', ['tsc', '-p', 'tests/e2e']);
  await check('types of the preview page', 'npx', ['tsc', '-p', 'tests/support/preview/host']);
  await check('lint', 'npx', ['eslint', '.']);
  await check('format', 'npx', ['prettier', '--check', '--log-level=warn', '.']);
}

await Promise.all([checks().then(unit), browser(), containers()]);

console.log(`\n${notes.join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
