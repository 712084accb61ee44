/**
 * @returns a copy without the members that are undefined: they are absent, also for `in`, `Object.keys` and spreading.
 * A getter becomes the value that it has now.
 */
export function compact<T extends object>(members: T): T {
  const kept: Partial<T> = {};
  for (const name of Object.keys(members) as (keyof T)[]) {
    if (members[name] !== undefined) {
      kept[name] = members[name];
    }
  }
  return kept as T;
}
