/**
 * Adds all of them at the end. `push(...more)` fails where they are more than a call can have as arguments, some 125
 * 000.
 */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) {
    list.push(one);
  }
}
