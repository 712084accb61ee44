/** What is known only when the program runs. */
export const UNKNOWN = ':x';
/** A text that can be more than this comes from data. */
const MOST_TEXTS = 24;

/** Each text of the first list followed by each of the second. */
export function joined(before: string[], after: string[]): string[] {
  return distinct(before.flatMap((left) => after.map((right) => left + right)));
}

/** Without repetitions; too many are not distinguished. */
export function distinct(texts: string[]): string[] {
  const all = [...new Set(texts)];
  return all.length > MOST_TEXTS ? [UNKNOWN] : all;
}

/**
 * A path with `:x` for each segment that is known only at run time, without its query. Version and namespace of an API
 * group count as such.
 */
export function patternOf(path: string): string {
  const segments = path.replace(/\?.*/, '').split('/');
  const isGroup = segments[1] === 'apis' && segments[4] === 'namespaces';
  return segments
    .map((segment, index) =>
      segment.includes(UNKNOWN) || (segment === '' && index > 0) || (isGroup && [3, 5].includes(index))
        ? UNKNOWN
        : segment,
    )
    .join('/');
}
