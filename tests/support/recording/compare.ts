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

/** What the product shows of an error; ids are compared by their values. */
const ERROR_MEMBERS = new Set(['message']);
/** What is kept of an error to tell it from others. */
const ERROR_IDS = ['kept messageId', 'kept reason'];

/**
 * Where a simulated recording differs from a real one, in the order of the real one.
 * @param isKnown says whether the product knows a name. A member that only one of the two has, or an error's id, is
 *   compared only when it does: nothing can depend on what no code names.
 */
export function differences(
  recorded: Recording,
  simulated: Recording,
  isKnown: (name: string) => boolean,
): Difference[] {
  return Object.entries(recorded).flatMap(([area, steps]) =>
    Object.entries(steps).flatMap(([name, step]) => {
      const other = simulated[area]?.[name];
      const found = other === undefined ? [['step', 'played', 'not played'] as const] : ofStep(step, other);
      const relevant = found.filter((one) => matters(one, step, isKnown));
      return relevant.map(([at, a, b]) => ({ step: `${area}/${name}`, at, recorded: a, simulated: b }));
    }),
  );
}

function matters([at, recorded, simulated]: Found, { status }: Recorded, isKnown: (name: string) => boolean): boolean {
  if (at === 'status') {
    return /^\d+$/.test(recorded);
  }
  const text = `${recorded} ${simulated}`;
  if (ERROR_IDS.includes(at)) {
    return (text.match(/[\w.-]+/g) ?? []).some((id) => id !== ABSENT && isKnown(id));
  }
  if (at.startsWith('kept ')) {
    return true;
  }
  const name = nameOf(at);
  const isPresence = recorded === ABSENT || simulated === ABSENT;
  return status >= 400 ? ERROR_MEMBERS.has(at) : !isPresence || isKnown(name);
}

/** The last member of a path, without what says that some items lack it. */
function nameOf(at: string): string {
  return /([^.]*?)(\[\])*\??$/.exec(at)?.[1] ?? at;
}

const ABSENT = 'absent';

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
  return value === undefined ? ABSENT : JSON.stringify(value);
}
