import { readFileSync } from 'node:fs';

/** What vitest's JSON report and its exit code say. `absent` are files of which no test ran. */
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
  }));
}

/** The same for Playwright's. */
export function readPlaywright(path, code) {
  return failedAtLeastOnce(code, path, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    again: stats.flaky,
    absent: [],
  }));
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
    return { passed: 0, failed: 1, skipped: 0, absent: [] };
  }
}
