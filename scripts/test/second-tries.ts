/** A longer list is a failure. */
export const MOST_SECOND_TRIES = 3;

/**
 * Test files in which a test that failed may be tried again (`retry` in vitest, `retries` in Playwright), and why. No
 * other test may: one that fails now and then is corrected.
 */
export const SECOND_TRIES: Record<string, string> = {};
