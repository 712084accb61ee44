import type { Step } from './step.ts';

/**
 * Names and types of a JSON value: a type's name, a list with the shape of its items (none when it is empty), or an
 * object with its members by name. A member that not every item of a list has ends in `?`.
 */
export type Shape = string | Shape[] | { [member: string]: Shape };

/** @param maps paths of objects whose member names are data; their shape has the one member `*`. */
export function shapeOf(value: unknown, maps: readonly string[] = [], path = ''): Shape {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? [] : [merge(value.map((item) => shapeOf(item, maps, below(path, '*'))))];
  }
  if (typeof value !== 'object') {
    return typeof value;
  }
  const entries = Object.entries(value).map(([name, member]): [string, Shape] => [
    name,
    shapeOf(member, maps, below(path, maps.includes(path) ? '*' : name)),
  ]);
  if (maps.includes(path)) {
    return entries.length === 0 ? {} : { '*': merge(entries.map(([, shape]) => shape)) };
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** One shape for all items of a list. */
function merge(shapes: Shape[]): Shape {
  const objects = shapes.filter(
    (shape): shape is Record<string, Shape> => typeof shape === 'object' && !Array.isArray(shape),
  );
  const lists = shapes.filter(Array.isArray);
  const names = [...new Set(shapes.filter((shape) => typeof shape === 'string'))].sort();
  const merged: Shape[] = [
    ...(objects.length > 0 ? [mergedObject(objects)] : []),
    ...(lists.length > 0 ? [mergedList(lists)] : []),
    ...(names.length > 0 ? [names.join('|')] : []),
  ];
  const [only] = merged;
  return merged.length === 1 && only !== undefined ? only : { 'one of': merged };
}

function mergedList(lists: Shape[][]): Shape {
  const items = lists.flat();
  return items.length === 0 ? [] : [merge(items)];
}

function mergedObject(objects: Record<string, Shape>[]): Shape {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))].sort();
  const members = names.map((name): [string, Shape] => {
    const shapes = objects.flatMap((object) => object[name] ?? []);
    const present = objects.filter((object) => name in object);
    return [
      present.length < objects.length && !name.endsWith('?') ? `${name}?` : name,
      merge(present.map((object) => object[name] ?? shapes)),
    ];
  });
  return Object.fromEntries(members);
}

/** The values at a path; `*` goes through all items of a list. */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const name of path === '' ? [] : path.split('.')) {
    found = found.flatMap((one) =>
      name === '*' && Array.isArray(one)
        ? one
        : typeof one === 'object' && one !== null && name in one
          ? [Reflect.get(one, name)]
          : [],
    );
  }
  return found;
}

/** What of a response is recorded, by the wishes of its step. */
export function narrowed(value: unknown, { only }: Step): unknown {
  if (only === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).filter(([name]) => only.includes(name)));
}

/** A list in the order that its step asks for. */
export function sorted(value: unknown, { sortBy }: Step): unknown {
  if (sortBy === undefined || !Array.isArray(value)) {
    return value;
  }
  const keyOf = (item: unknown): string => JSON.stringify(sortBy.map((path) => valuesAt(item, path)));
  return value
    .map((item: unknown) => ({ item, key: keyOf(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}
