import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runJobs, type Job } from '../../scripts/test/jobs.ts';
import { Preparation } from '../../scripts/test/preparation.ts';
import { readPlaywright, readVitest, type Result } from '../../scripts/test/reports.ts';
import { temporaryDirectory } from '../support/directories.ts';

const MARKED = new URL('../../scripts/test/marked.ts', import.meta.url).href;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await directory.remove();
});

describe('npm test', () => {
  const job = (name: string, more: Partial<Job> = {}): Job => ({
    name,
    command: [],
    read: () => ({ passed: 1, failed: 0 }),
    ...more,
  });

  /** Lets jobs run side by side. @returns for each start, what ran then */
  async function started(lanes: number, ...jobs: Job[]): Promise<string[]> {
    const running = new Set<string>();
    const seen: string[] = [];
    await runJobs(jobs, lanes, async ({ name }) => {
      running.add(name);
      seen.push([...running].sort().join(' '));
      await sleep(5);
      running.delete(name);
    });
    return seen;
  }

  it('runs as many jobs side by side as it has lanes, and all of them', async () => {
    const wide = job('c', { lanes: 2 });
    expect(await started(2, job('a'), job('b'), wide, job('d'))).toEqual(['a', 'a b', 'c', 'd']);
  });

  it('lets others go before a job whose needs are not ready', async () => {
    const need = new Preparation('need', { start: ['sleep 0.1'] });
    need.begin();
    expect(await started(1, job('late', { needs: [need] }), job('a'), job('b'))).toEqual(['a', 'b', 'late']);
  });

  it('keeps jobs apart that disturb each other, and no others', async () => {
    const jobs = [job('a', { apart: 'one' }), job('b', { apart: 'other' }), job('c', { apart: 'one' })];
    expect(await started(3, ...jobs)).toEqual(['a', 'a c', 'b']);
  });

  it('marks what a program prints, and ends with it although a child of that holds its output open', () => {
    const script = `
      import { startMarked } from ${JSON.stringify(MARKED)};
      const command = ['sh', '-c', 'echo out; echo err >&2; sleep 30 & echo $!; exit 3'];
      process.exit(await startMarked('name', command).ended);`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    expect(lines.slice().sort()).toEqual(expect.arrayContaining(['name | err', 'name | out']));
    const child = lines.find((line) => /^name \| \d+$/.test(line))?.slice('name | '.length);
    // Alive still, so no one has waited for it.
    process.kill(Number(child));
    expect(status).toBe(3);
  });

  it('retries no test', async () => {
    const { stdout } = spawnSync('git', ['grep', '-lwE', 'retry:|retries:', '--', 'tests', '*.config.ts'], {
      encoding: 'utf8',
    });
    const asking = await Promise.all(
      stdout
        .split('\n')
        .filter((file) => /\.(test|spec|config)\.ts$/.test(file))
        .map(async (file) => (/\b(retry|retries): [1-9]\b/.test(await readFile(file, 'utf8')) ? file : undefined)),
    );
    expect(asking.filter(Boolean)).toEqual([]);
  });
});

describe('what tests need', () => {
  it('is made ready one command after the other, and gives its settings', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const start = ['echo one', `echo "A='b c=d'" > "$directory/env"`];
    const server = new Preparation('x', { start });
    server.begin();
    expect(server.settled).toBe(false);
    expect(await server.ready).toBe(true);
    expect(server).toMatchObject({ settled: true, settings: { A: 'b c=d' } });
    expect(log).toHaveBeenCalledWith('x | one');
  });

  it('is not ready when a command fails, and the rest is left out', async () => {
    const path = join(directory.path, 'touched');
    const server = new Preparation('x', { start: ['false', `touch ${path}`] });
    server.begin();
    expect(await server.ready).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it('can wait for another', async () => {
    const path = join(directory.path, 'first');
    const first = new Preparation('first', { start: ['sleep 0.1', `touch ${path}`] });
    const second = new Preparation('second', { after: first, start: [`test -e ${path}`] });
    first.begin();
    second.begin();
    expect(await second.ready).toBe(true);
  });

  it('is ended once, after its last test', async () => {
    const path = join(directory.path, 'ended');
    const server = new Preparation('x', { start: ['true'], stop: `echo "$directory" >> ${path}` });
    server.begin();
    await server.ready;
    await server.end();
    await server.end();
    expect(await readFile(path, 'utf8')).toMatch(/^\S+dashkeep-x-\w+\n$/);
  });
});

describe('a report', () => {
  const file = (name: string, ...statuses: string[]) => ({
    name,
    status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status })),
  });

  async function vitest(
    code: number,
    absentFails: boolean,
    ...testResults: ReturnType<typeof file>[]
  ): Promise<Result> {
    const path = join(directory.path, 'report.json');
    const all = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
    const count = (wanted: string) => all.filter((status) => status === wanted).length;
    const numbers = { numPassedTests: count('passed'), numFailedTests: count('failed'), numTodoTests: 0 };
    await writeFile(path, JSON.stringify({ ...numbers, numPendingTests: count('skipped'), testResults }));
    return readVitest(path, code, absentFails);
  }

  it('counts tests, and a file that does not load as a failure', async () => {
    const result = await vitest(1, false, file('a', 'passed', 'failed'), file('b'));
    expect(result).toMatchObject({ passed: 1, failed: 2 });
  });

  it('counts one failure when only the exit code knows of it', async () => {
    expect(await vitest(1, false, file('a', 'passed'))).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a file of which no test ran as a failure where all that tests need is required', async () => {
    const files = [file('a', 'passed', 'skipped'), file('b', 'skipped', 'skipped')];
    expect(await vitest(0, false, ...files)).toEqual({ passed: 1, failed: 0, skipped: 3, failures: [] });
    const { failed, failures } = await vitest(0, true, ...files);
    expect([failed, failures]).toEqual([1, [expect.stringMatching(/^b: .*skipped/)]]);
  });

  it('names each test that failed, with the first line of its error', async () => {
    const failed = { status: 'failed', fullName: 'adds', failureMessages: ['\u001b[31mnot 3\u001b[39m\n  at x'] };
    const files = [{ ...file('tests/a', 'failed'), assertionResults: [failed] }, file('tests/b')];
    const { failures } = await vitest(1, false, ...files);
    expect(failures).toEqual(['tests/a: adds: not 3', 'tests/b: does not load: ']);
  });

  it('names each browser test that failed', async () => {
    const results = [{ error: { message: 'first' } }, { error: { message: 'second\n  at y' } }];
    const specs = [
      { file: 'a.spec.ts', title: 'opens', tests: [{ status: 'unexpected', results }] },
      { file: 'a.spec.ts', title: 'closes', tests: [{ status: 'flaky', results }] },
    ];
    const path = join(directory.path, 'report.json');
    const stats = { expected: 0, unexpected: 1, flaky: 1, skipped: 0 };
    await writeFile(path, JSON.stringify({ stats, suites: [{ suites: [{ specs }] }] }));
    expect(readPlaywright(path, 1).failures).toEqual(['a.spec.ts: opens: second']);
  });

  it('that is missing is a failure', () => {
    const path = join(directory.path, 'none.json');
    const missing = { passed: 0, failed: 1, failures: [expect.stringContaining('no report')] };
    expect([readVitest(path, 0, false), readPlaywright(path, 0)]).toEqual([missing, missing]);
  });
});
