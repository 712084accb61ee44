// `npm test`: every tier that this machine has the tools for, side by side, and one line at the end that says how it
// went.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { build, install } from './prepare.mjs';
import { apart, inLanes, runMarked } from './test/lanes.mjs';
import { readPlaywright, readVitest } from './test/reports.mjs';
import { isDecided, release, tier } from './test/tiers.mjs';

await install();
await build();

const required = process.env.DASHKEEP_REQUIRE_TIERS === '1';
/** How scripts/older-pages.ts says that packages are missing. */
const NOT_INSTALLED = 75;
/** Tiers that take long to make ready: they run where they are given, or where every tier is required. */
const ON_REQUEST = [
  { name: 'containers', given: 'DASHKEEP_TEST_DOCKER', start: 'docker/engine.sh' },
  { name: 'node', given: 'DASHKEEP_TEST_NODE', start: 'kube/node.sh' },
];
const reports = resolve('build/test-reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;
const notes = [];

function count(label, startedAt, result) {
  passed += result.passed;
  failed += result.failed;
  const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
  const again = result.again ? `, ${result.again} of them at the second try` : '';
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  notes.push(`${label}: ${result.passed} passed${again}, ${result.failed} failed${skipped} (${minutes} min)`);
  notes.push(...(result.failures ?? []).map((failure) => `  failed: ${failure}`));
}

/** A check that is either fine or not. */
async function check(label, command, args) {
  const startedAt = Date.now();
  const ok = (await runMarked(label, command, args)) === 0;
  count(label, startedAt, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
}

async function checks() {
  await check('types', process.execPath, ['scripts/typecheck.mjs']);
  await check('lint', 'npx', ['eslint', '.']);
  await check('format', 'npx', ['prettier', '--check', '--log-level=warn', '.']);
}

async function vitest(label, name, settings, ...args) {
  const startedAt = Date.now();
  const report = `${reports}/${name}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, ...settings };
  const code = await runMarked(name, 'npx', ['vitest', 'run', ...reporters, ...args], { env });
  const result = readVitest(report, code);
  if (required && result.absent.length > 0) {
    console.error(`skipped although every tier is required: ${result.absent.join(', ')}`);
    result.failed += result.absent.length;
  }
  count(label, startedAt, result);
}

/** The settings of a tier. One that could not be made ready is a failure, whatever its tests do without it. */
async function settingsOf(name) {
  const { ready, settings } = await tier(name);
  if (!ready) {
    failed += 1;
    notes.push(`what the tier ${name} needs: could not be had, its lines above say why and what to do`);
  }
  return settings;
}

/** In parts, so that all lanes are busy to the end. */
const UNIT_PARTS = [1, 2, 3];
let cluster;
let unitsLeft = UNIT_PARTS.length;

async function units(part) {
  cluster ??= settingsOf('cluster');
  const label = `unit, integration, chart and cluster tests, part ${part} of ${UNIT_PARTS.length}`;
  const shard = `--shard=${part}/${UNIT_PARTS.length}`;
  const settings = { ...(await cluster), DASHKEEP_TEST_BUILT: '1', DASHKEEP_TEST_DIST: resolve('dist') };
  await vitest(label, `vitest-${part}`, settings, '--project', '* modules', shard);
  unitsLeft -= 1;
  if (unitsLeft === 0) {
    await release('cluster');
  }
}

async function onRequest({ name, given, start }) {
  if (required) {
    await vitest(name, name, await settingsOf(name), '--project', name);
    await release(name);
  } else if (process.env[given]) {
    await vitest(name, name, {}, '--project', name);
  } else {
    notes.push(`${name}: skipped, it needs what tests/support/${start} starts`);
  }
}

/** As in tests/support/chromium.ts. */
function chromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    return named;
  }
  const search = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
  const found = spawnSync('sh', ['-c', search.map((name) => `command -v ${name}`).join(' || ')], { encoding: 'utf8' });
  return found.stdout.trim();
}

/**
 * Each has its own folder for screenshots of what went wrong: Playwright empties it first, and others may run beside.
 */
async function playwright(label, name, command, args) {
  const startedAt = Date.now();
  const report = `${reports}/${name}.json`;
  const env = { ...process.env, CHROMIUM_PATH: chromium(), PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const options = [`--output=test-results/${name}`, ...(availableParallelism() < 4 ? ['--workers=1'] : [])];
  const code = await runMarked(name, command, [...args, ...options], { env });
  if (code === NOT_INSTALLED) {
    notes.push(`${label}: skipped, its packages are not installed (npm run e2e:older fetches them)`);
  } else {
    count(label, startedAt, readPlaywright(report, code));
  }
}

const browser = () => playwright('browser', 'browser', 'npx', ['playwright', 'test']);

/** The same build on pages made from older packages of Grafana. Fetched only when every tier is required. */
function olderPages(version) {
  const args = ['--import', 'tsx', 'scripts/older-pages.ts', version, ...(required ? [] : ['--installed'])];
  return playwright(`pages on Grafana ${version}`, `pages-${version}`, process.execPath, args);
}

/** Chromium gives up every request when an interface of the network comes or goes, as with containers. */
const { browsers, engines } = apart('browsers', 'engines');
const onBrowser = (job) => ({ run: () => browsers.run(job), ready: browsers.free });

// Engines first, because they compute also while nobody uses them; then the longest.
const jobs = [
  ...ON_REQUEST.map((tier) => ({
    run: () => engines.run(() => onRequest(tier)),
    ready: () => isDecided(tier.name) && engines.free(),
  })),
  { run: checks },
  ...UNIT_PARTS.map((part) => ({ run: () => units(part), ready: () => isDecided('cluster') })),
];
if (chromium()) {
  jobs.splice(ON_REQUEST.length, 0, onBrowser(browser));
  const versions = readdirSync('tests/support/preview/older');
  jobs.push(...versions.map((version) => onBrowser(() => olderPages(version))));
} else {
  notes.push('browser tests: skipped, no Chromium found (apt-get install chromium, or set CHROMIUM_PATH)');
  failed += required ? 1 : 0;
}
// One more than processors, because most tests wait now and then.
await inLanes(Math.min(3, availableParallelism() + 1), jobs);

console.log(`\n${notes.join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
