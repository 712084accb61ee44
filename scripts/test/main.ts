/*
 * The tests, and what each needs:
 *
 *   npm test                                       what a change can break, in minutes
 *   npm test -- --all [--budget 30m]               everything, in depth, as .ci/run calls it: needs root, and what that
 *                                                  installs
 *   npm run test -- PATH... [--all] [--budget 30m] some files of tests, or folders of them
 *
 * The budget is the time for tests that could go on for ever (tests/support/budget.ts).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumPath } from '../../tests/support/chromium.ts';
import { olderVersions } from '../../tests/support/preview/older.ts';
import { runJobs, type Job } from './jobs.ts';
import { startMarked } from './marked.ts';
import { PLAYWRIGHT } from './playwright.ts';
import { Preparation } from './preparation.ts';
import { readPlaywright, readVitest } from './reports.ts';

const { values, positionals: paths } = parseArgs({
  options: { all: { type: 'boolean', default: false }, budget: { type: 'string' } },
  allowPositionals: true,
});
const { all, budget } = values;
if (budget !== undefined && !/^[1-9]\d*m$/.test(budget)) {
  console.error(`--budget ${budget}: give minutes, such as 30m`);
  process.exit(2);
}
if (all || budget !== undefined) {
  Object.assign(process.env, { DASHKEEP_TEST_DEPTH: 'all', DASHKEEP_TEST_BUDGET: budget ?? '' });
} else {
  // Compressed less (scripts/build-service.mjs).
  process.env['DASHKEEP_TEST_BUILD'] = 'quick';
}

if (paths.length > 0) {
  const browser = paths.filter((path) => /tests\/e2e|\.spec\.ts/.test(path));
  const others = paths.filter((path) => !browser.includes(path));
  const run = (command: string, args: string[]): boolean => spawnSync(command, args, { stdio: 'inherit' }).status === 0;
  const units = others.length === 0 || run('npx', ['vitest', 'run', ...others]);
  const pages = browser.length === 0 || run('npm', ['run', '--silent', 'e2e', '--', ...browser]);
  process.exit(units && pages ? 0 : 1);
}

const service = new Preparation('service', { start: ['node scripts/build-service.mjs'] });
const app = new Preparation('app', { start: ['npm run --silent build:plugin'] });
const cluster = new Preparation('cluster', {
  start: [
    'timeout 40m tests/support/kube/build.sh',
    'timeout 15m tests/support/actionlint.sh',
    'timeout 15m tests/support/schemathesis/install.sh',
    'timeout 15m tests/support/clouds/install.sh',
    'tests/support/ceph-rgw.sh start "$directory"',
  ],
  stop: 'tests/support/ceph-rgw.sh stop "$directory"',
});
const engine = new Preparation('engine', {
  start: ['nice timeout 40m tests/support/docker/build.sh', 'tests/support/docker/engine.sh start "$directory"'],
  stop: 'tests/support/docker/engine.sh stop "$directory"',
});
const node = new Preparation('node', {
  // What the cluster is made of is most of this too.
  after: cluster,
  start: ['nice timeout 40m tests/support/kube/build.sh --node', 'tests/support/kube/node.sh start "$directory"'],
  stop: 'tests/support/kube/node.sh stop "$directory"',
});

const PROCESSORS = availableParallelism();
const REPORTS = resolve('build/test-reports');

/** Something that is either fine or not. */
function check(name: string, ...command: string[]): Job {
  return { name, command, read: (code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }) };
}

/**
 * Tests of some projects in vitest.config.ts, with a worker for each lane, and an additional one if there are several
 * lanes, because most tests wait at times.
 */
function vitest(name: string, projects: string[], more: Partial<Job>, ...options: string[]): Job {
  const report = `${REPORTS}/${name}.json`;
  const { lanes = 1 } = more;
  const workers = `--maxWorkers=${lanes > 1 ? lanes + 1 : 1}`;
  const outputs = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const chosen = projects.map((project) => `--project=${project}`);
  return {
    name,
    command: ['npx', 'vitest', 'run', workers, ...outputs, ...chosen, ...options],
    settings: { DASHKEEP_TEST_BUILT: '1', DASHKEEP_TEST_DIST: resolve('dist') },
    read: (code) => readVitest(report, code, all),
    ...more,
  };
}

/** Browser tests. Playwright empties the folder for screenshots first, so each has its own. */
function playwright(name: string, ...command: string[]): Job {
  const report = `${REPORTS}/${name}.json`;
  return {
    name,
    command: [...command, '--workers=1', `--output=test-results/${name}`],
    settings: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    read: (code) => readPlaywright(report, code),
    needs: [app],
    apart: 'browser',
  };
}

const CHECKS = [
  check('types', 'node', 'scripts/typecheck.mjs'),
  check('lint', 'npm', 'run', '--silent', 'lint:code'),
  check('format', 'npm', 'run', '--silent', 'lint:format'),
];
const QUICK: Job[] = [
  ...CHECKS,
  // Each page once, and what matters most: in one lane, so it has to begin early.
  playwright('browser', ...PLAYWRIGHT, '--grep=@quick'),
  vitest('units', ['* modules'], { needs: [service, app], lanes: PROCESSORS }),
];
const DEEP: Job[] = [
  // Engines first, because they compute also while no one uses them. Chromium gives up every request when an interface
  // of the network comes or goes, as with containers.
  vitest('containers', ['containers'], { needs: [service, app, engine], apart: 'engine' }),
  vitest('node', ['node'], { needs: [service, app, node], apart: 'engine' }),
  playwright('browser', ...PLAYWRIGHT),
  ...olderVersions().map((version) =>
    playwright(`pages-${version}`, 'node', '--import', 'tsx', 'scripts/older-pages.ts', version),
  ),
  vitest('on-servers', ['*on servers'], { needs: [service, app, cluster] }),
  // In parts, so that all lanes are busy to the end.
  ...['1/3', '2/3', '3/3'].map((part) =>
    vitest(`units-${part[0]}`, ['* modules'], { needs: [service, app] }, `--shard=${part}`),
  ),
  ...CHECKS,
];

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const jobs = (all ? DEEP : QUICK).filter(({ apart }) => apart !== 'browser' || all || chromiumPath());
const needed = new Set(jobs);
const notes = jobs.length < QUICK.length ? ['browser: skipped, no Chromium found (apt-get install chromium)'] : [];
let [passed, failed] = [0, 0];

async function run(job: Job): Promise<void> {
  const startedAt = Date.now();
  const { name, command, needs = [] } = job;
  if ((await Promise.all(needs.map(({ ready }) => ready))).includes(false)) {
    failed += 1;
    notes.push(`${name}: not run, what it needs could not be had: the lines above say why and what to do`);
  } else {
    const env = Object.assign({}, process.env, job.settings, ...needs.map(({ settings }) => settings));
    const result = job.read(await startMarked(name, command, { env }).ended);
    passed += result.passed;
    failed += result.failed;
    const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
    const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
    notes.push(`${name}: ${result.passed} passed, ${result.failed} failed${skipped} (${minutes} min)`);
    notes.push(...(result.failures ?? []).map((failure) => `  failed: ${failure}`));
  }
  needed.delete(job);
  const stillNeeded = [...needed].flatMap((other) => other.needs ?? []);
  await Promise.all(needs.filter((need) => !stillNeeded.includes(need)).map((need) => need.end()));
}

// A seed left from an earlier failure would be all that is tried.
delete process.env['DASHKEEP_TEST_SEED'];
process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
if (all) {
  // What cannot be tried then fails, instead of being skipped.
  process.env['DASHKEEP_REQUIRE_TIERS'] = '1';
}
const wanted = new Set(jobs.flatMap(({ needs = [] }) => needs));
[service, app, cluster, engine, node].filter((one) => wanted.has(one)).forEach((one) => one.begin());
// One lane more than processors, because most tests wait now and then.
await runJobs(jobs, PROCESSORS + 1, run);

console.log(`\n${notes.join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
