/** How old may be, in milliseconds, what a backup takes over although no list shows whether it changed (`Kind.staleAfter`). */
export const ONE_DAY = 24 * 3600 * 1000;
