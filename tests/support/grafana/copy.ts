/**
 * A copy of plain objects, lists, maps and sets, with the same references to each other. Everything else, such as
 * bodies of dashboards, is never changed, and stays the same object.
 */
export function copyOf<T>(value: T, copies = new Map<unknown, unknown>()): T {
  const known = copies.get(value);
  if (known !== undefined || typeof value !== 'object' || value === null) {
    return (known ?? value) as T;
  }
  const keep = <C>(copy: C): C => {
    copies.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = keep<unknown[]>([]);
    value.forEach((item) => copy.push(copyOf(item, copies)));
    return copy as T;
  }
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    value.forEach((item, name) => copy.set(name, copyOf(item, copies)));
    return copy as T;
  }
  if (value instanceof Set) {
    const copy = keep(new Set<unknown>());
    value.forEach((item) => copy.add(copyOf(item, copies)));
    return copy as T;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || ('text' in value && typeof value.text === 'function')) {
    return value;
  }
  const copy = keep<Record<string, unknown>>({});
  for (const [name, item] of Object.entries(value)) {
    copy[name] = copyOf(item, copies);
  }
  return copy as T;
}
