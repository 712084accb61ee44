import type { Recorded, Recording } from './play.ts';
import type { Shape } from './shape.ts';

/** One place where two recordings differ. */
export interface Difference {
  /** Area and step, as in `folders/create`. */
  step: string;
  /** `status`, `kept <path>` or a path into the shape. */
  at: string;
  recorded: string;
  simulated: string;
}

/** Where a simulated recording differs from a real one, in the order of the real one. */
export function differences(recorded: Recording, simulated: Recording): Difference[] {
  return Object.entries(recorded).flatMap(([area, steps]) =>
    Object.entries(steps).flatMap(([name, step]) => {
      const other = simulated[area]?.[name];
      const found = other === undefined ? [['step', 'played', 'not played'] as const] : ofStep(step, other);
      return found.map(([at, a, b]) => ({ step: `${area}/${name}`, at, recorded: a, simulated: b }));
    }),
  );
}

type Found = readonly [at: string, recorded: string, simulated: string];

/** Of responses with another status nothing else is compared. */
function ofStep(a: Recorded, b: Recorded): Found[] {
  if (a.status !== b.status) {
    return [['status', textOf(a.status), textOf(b.status)]];
  }
  const paths = [...new Set([...Object.keys(a.kept ?? {}), ...Object.keys(b.kept ?? {})])];
  const kept = paths.flatMap((path): Found[] => {
    const [left, right] = [textOf(a.kept?.[path]), textOf(b.kept?.[path])];
    return left === right ? [] : [[`kept ${path}`, left, right]];
  });
  return [...kept, ...ofShape(a.shape ?? 'no body', b.shape ?? 'no body', '')];
}

function ofShape(a: Shape, b: Shape, path: string): Found[] {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a[0] === undefined || b[0] === undefined
      ? a.length === b.length
        ? []
        : [[path, textOf(a), textOf(b)]]
      : ofShape(a[0], b[0], `${path}[]`);
  }
  if (typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && !Array.isArray(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return names.flatMap((name): Found[] => {
      const below = path === '' ? name : `${path}.${name}`;
      const [left, right] = [a[name], b[name]];
      return left !== undefined && right !== undefined
        ? ofShape(left, right, below)
        : [[below, textOf(left), textOf(right)]];
    });
  }
  return a === b ? [] : [[path === '' ? 'body' : path, textOf(a), textOf(b)]];
}

function textOf(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
