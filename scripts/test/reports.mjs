import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * What vitest's JSON report and its exit code say.
 * @returns counts; `absent`: files of which no test ran; `failures`: the file, the test and its first line of error
 */
export function readVitest(path, code) {
  return failedAtLeastOnce(code, path, (json) => ({
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
    failures: json.testResults.flatMap(({ name: file, message, assertionResults: all }) => [
      ...(all.length === 0 ? [failure(file, 'does not load', message)] : []),
      ...all
        .filter(({ status }) => status === 'failed')
        .map((test) => failure(file, test.fullName, test.failureMessages?.[0])),
    ]),
  }));
}

/** The same for Playwright's. */
export function readPlaywright(path, code) {
  return failedAtLeastOnce(code, path, ({ stats, suites = [] }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    again: stats.flaky,
    absent: [],
    failures: suites
      .flatMap(specsOf)
      .flatMap(({ file, title, tests }) =>
        tests
          .filter(({ status }) => status === 'unexpected')
          .map(({ results }) => failure(file, title, results.at(-1)?.error?.message)),
      ),
  }));
}

function specsOf({ specs = [], suites = [] }) {
  return [...specs, ...suites.flatMap(specsOf)];
}

function failure(file, test, message = '') {
  const [firstLine] = stripVTControlCharacters(message).split('\n');
  return `${relative('.', file)}: ${test}: ${firstLine}`;
}

/** An exit code that is not 0 is a failure, even where the report knows of none or is missing. */
function failedAtLeastOnce(code, path, read) {
  const result = readReport(path, read);
  return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

function readReport(path, read) {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`no report at ${path}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, absent: [], failures: [] };
  }
}
