import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Result {
  passed: number;
  failed: number;
  skipped?: number;
  /** Each test that failed: its file, its name and the first line of its error. */
  failures?: string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

interface Spec {
  file: string;
  title: string;
  tests: { status: string; results: { error?: { message?: string } }[] }[];
}

interface Suite {
  specs?: Spec[];
  suites?: Suite[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  suites?: Suite[];
}

/**
 * What vitest's JSON report and its exit code say. A file that does not load counts as one failure.
 * @param absentFails - whether a file of which no test ran is a failure: a server that it needs is missing. A single
 *   test may not apply to a server or a user.
 */
export function readVitest(path: string, code: number, absentFails: boolean): Result {
  return failedAtLeastOnce(code, path, ({ testResults, ...report }: VitestReport) => {
    const failures = testResults.flatMap(({ name: file, status, message, assertionResults: all }) => [
      ...(status === 'failed' && all.length === 0 ? [failure(file, 'does not load', message)] : []),
      ...(absentFails && all.length > 0 && all.every((test) => test.status === 'skipped')
        ? [failure(file, 'every test', 'skipped, although all that it needs is required')]
        : []),
      ...all
        .filter((test) => test.status === 'failed')
        .map((test) => failure(file, test.fullName, test.failureMessages?.[0])),
    ]);
    const skipped = report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: failures.length, skipped, failures };
  });
}

/** The same for Playwright's. */
export function readPlaywright(path: string, code: number): Result {
  return failedAtLeastOnce(code, path, ({ stats, suites = [] }: PlaywrightReport) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    failures: suites
      .flatMap(specsOf)
      .flatMap(({ file, title, tests }) =>
        tests
          .filter(({ status }) => status === 'unexpected')
          .map(({ results }) => failure(file, title, results.at(-1)?.error?.message)),
      ),
  }));
}

function specsOf({ specs = [], suites = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)];
}

function failure(file: string, test: string, message = ''): string {
  const [firstLine = ''] = stripVTControlCharacters(message).split('\n');
  return `${relative('.', file)}: ${test}: ${firstLine}`;
}

/** An exit code that is not 0 is a failure, even where the report knows of none or is missing. */
function failedAtLeastOnce<Report>(code: number, path: string, read: (report: Report) => Result): Result {
  try {
    const result = read(JSON.parse(readFileSync(path, 'utf8')) as Report);
    return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`no report at ${path}: ${String(error)}`] };
  }
}
