/**
 * How old may be, in milliseconds, what a backup takes over although no list shows whether it changed
 * (`Kind.staleAfter`). An hour less than a day: a daily backup that starts a second early reads all the same.
 */
export const ABOUT_A_DAY = 23 * 3600 * 1000;
