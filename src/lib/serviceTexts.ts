/** How the service writes something, and what that is in the user's words. */
export type KnownText = [pattern: RegExp, text: (found: string[]) => string];

/** A text of the service in the user's words; undefined when it is not among those that are known. */
export function known(text: string, all: readonly KnownText[]): string | undefined {
  for (const [pattern, translated] of all) {
    const found = pattern.exec(text);
    if (found !== null) {
      return translated(found);
    }
  }
  return undefined;
}
