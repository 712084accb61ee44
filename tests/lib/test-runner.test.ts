import { spawnSync } from 'node:child_process';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../support/directories.ts';

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  absent: string[];
  failures: string[];
}

interface Runner {
  inLanes(lanes: number, jobs: { run: () => Promise<void>; ready?: () => boolean }[]): Promise<void>;
  apart(
    first: string,
    second: string,
  ): Record<string, { free: () => boolean; run: (job: () => Promise<void>) => Promise<void> }>;
  readVitest(path: string, code: number): Result;
  readPlaywright(path: string, code: number): Result;
  tier(name: string): Promise<{ ready: boolean; settings: Record<string, string> }>;
  release(name: string): Promise<void>;
}

const SCRIPTS = new URL('../../scripts/test/', import.meta.url);
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

/** A part of what `npm test` runs; plain JavaScript, because it starts before anything is installed. */
async function load<Name extends keyof Runner>(file: string, name: Name): Promise<Runner[Name]> {
  const module = (await import(new URL(file, SCRIPTS).href)) as Runner;
  return module[name];
}

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await directory.remove();
});

describe('npm test', () => {
  it('runs as many jobs side by side as it has lanes, and all of them', async () => {
    const inLanes = await load('lanes.mjs', 'inLanes');
    const started: number[] = [];
    let [running, most] = [0, 0];
    const run = (number: number) => async () => {
      started.push(number);
      running += 1;
      most = Math.max(most, running);
      await sleep(number);
      running -= 1;
    };
    await inLanes(
      2,
      [1, 2, 3, 4, 5].map((number) => ({ run: run(number) })),
    );
    expect(started).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('lets others go before a job that is not ready, and starts it when nothing else is left', async () => {
    const inLanes = await load('lanes.mjs', 'inLanes');
    const started: string[] = [];
    const job = (name: string, ready?: () => boolean) => ({
      run: async () => void started.push(name),
      ...(ready === undefined ? {} : { ready }),
    });
    const afterB = () => started.includes('b');
    await inLanes(1, [job('never', () => false), job('a'), job('after b', afterB), job('b'), job('c')]);
    expect(started).toEqual(['a', 'b', 'after b', 'c', 'never']);
  });

  it('keeps jobs apart that disturb each other, and no others', async () => {
    const { one, other } = (await load('lanes.mjs', 'apart'))('one', 'other');
    const running = new Set<string>();
    const seen: string[] = [];
    const job = (name: string) => async () => {
      running.add(name);
      seen.push([...running].sort().join(' '));
      await sleep(20);
      running.delete(name);
    };
    const all = [one?.run(job('a')), other?.run(job('b')), one?.run(job('c'))];
    expect([one?.free(), other?.free()]).toEqual([true, false]);
    await Promise.all(all);
    expect(seen).toEqual(['a', 'a c', 'b']);
    expect(one?.free()).toBe(true);
  });

  it('marks what a program prints, and ends with it although a child of that holds its output open', () => {
    const script = `
      import { runMarked } from ${JSON.stringify(new URL('lanes.mjs', SCRIPTS).href)};
      process.exit(await runMarked('name', 'sh', ['-c', 'echo out; echo err >&2; sleep 30 & echo $!; exit 3']));`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    expect(lines.slice().sort()).toEqual(expect.arrayContaining(['name | err', 'name | out']));
    const child = lines.find((line) => /^name \| \d+$/.test(line))?.slice('name | '.length);
    // Alive still, so nobody has waited for it.
    process.kill(Number(child));
    expect(status).toBe(3);
  });
});

describe('a report', () => {
  const file = (name: string, ...statuses: string[]) => ({
    name,
    status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status })),
  });

  async function vitest(code: number, ...testResults: ReturnType<typeof file>[]): Promise<Result> {
    const path = join(directory.path, 'report.json');
    const all = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
    const count = (wanted: string) => all.filter((status) => status === wanted).length;
    const numbers = { numPassedTests: count('passed'), numFailedTests: count('failed'), numTodoTests: 0 };
    await writeFile(path, JSON.stringify({ ...numbers, numPendingTests: count('skipped'), testResults }));
    const readVitest = await load('reports.mjs', 'readVitest');
    return readVitest(path, code);
  }

  it('counts tests, and a file that does not load as a failure', async () => {
    expect(await vitest(1, file('a', 'passed', 'failed'), file('b'))).toMatchObject({ passed: 1, failed: 2 });
  });

  it('counts one failure when only the exit code knows of it', async () => {
    expect(await vitest(1, file('a', 'passed'))).toMatchObject({ passed: 1, failed: 1 });
  });

  it('names files of which no test ran', async () => {
    const result = await vitest(0, file('a', 'passed', 'skipped'), file('b', 'skipped', 'skipped'));
    expect(result).toEqual({ passed: 1, failed: 0, skipped: 3, absent: ['b'], failures: [] });
  });

  it('names each test that failed, with the first line of its error', async () => {
    const failed = { status: 'failed', fullName: 'adds', failureMessages: ['\u001b[31mnot 3\u001b[39m\n  at x'] };
    const { failures } = await vitest(1, { ...file('tests/a', 'failed'), assertionResults: [failed] }, file('tests/b'));
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
    const readPlaywright = await load('reports.mjs', 'readPlaywright');
    expect(readPlaywright(path, 1).failures).toEqual(['a.spec.ts: opens: second']);
  });

  it.each(['readVitest', 'readPlaywright'] as const)('that is missing is a failure: %s', async (name) => {
    vi.spyOn(console, 'error').mockReturnValue();
    const read = await load('reports.mjs', name);
    expect(read(join(directory.path, 'none.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('a tier that is made ready meanwhile', () => {
  async function tier(): Promise<Runner['tier']> {
    vi.stubEnv('DASHKEEP_TEST_TIERS', directory.path);
    vi.resetModules();
    return load('tiers.mjs', 'tier');
  }

  async function end(code: string): Promise<void> {
    await writeFile(join(directory.path, 'part'), `${code}\n`);
    await rename(join(directory.path, 'part'), join(directory.path, 'x.done'));
  }

  it('is waited for, what it says is shown, and its settings are taken', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const waiting = (await tier())('x');
    await writeFile(join(directory.path, 'x.log'), 'one\ntwo\n');
    await writeFile(join(directory.path, 'x.env'), "A=b=c\nB='d e'\n");
    await end('0');
    expect(await waiting).toEqual({ ready: true, settings: { A: 'b=c', B: 'd e' } });
    expect(log).toHaveBeenCalledWith('x | one\nx | two');
  });

  it('is not ready when it could not be made so', async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    await writeFile(join(directory.path, 'x.log'), 'no network\n');
    await end('1');
    expect(await (await tier())('x')).toEqual({ ready: false, settings: {} });
  });

  it('is no longer needed after its last test, and .ci/run ends it then', async () => {
    await tier();
    let over = false;
    const released = (await load('tiers.mjs', 'release'))('x').then(() => (over = true));
    await sleep(100);
    expect(await readdir(directory.path)).toEqual(['x.used']);
    expect(over).toBe(false);
    await writeFile(join(directory.path, 'x.ended'), '');
    await released;
  });

  it('is ready where nobody was asked to see to it', async () => {
    vi.stubEnv('DASHKEEP_TEST_TIERS', undefined);
    vi.resetModules();
    expect(await (await load('tiers.mjs', 'tier'))('x')).toEqual({ ready: true, settings: {} });
  });
});
