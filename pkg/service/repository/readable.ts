import type { Change, ReadableChange } from '../../contract/api/diff.ts';
import type { KindName } from '../../contract/kinds.ts';

type Value = unknown;
type Fields = ReadableChange['fields'];
type Section = ReadableChange['section'];

/** Lists whose members are things of their own, known by name rather than by place. */
const LISTS: Readonly<Record<string, { section: Section; name: (item: Value, at: number) => string }>> = {
  panels: { section: 'panel', name: (item, at) => text(item, 'title') ?? text(item, 'type') ?? `panel ${at + 1}` },
  targets: { section: 'query', name: (item, at) => text(item, 'refId') ?? String(at + 1) },
  queries: { section: 'query', name: (item, at) => text(item, 'refId') ?? String(at + 1) },
  transformations: { section: 'transformation', name: (item, at) => text(item, 'id') ?? String(at + 1) },
  list: { section: 'variable', name: (item, at) => text(item, 'name') ?? String(at + 1) },
  variables: {
    section: 'variable',
    name: (item, at) => text(item, 'spec', 'name') ?? text(item, 'name') ?? String(at + 1),
  },
  annotations: {
    section: 'annotation',
    name: (item, at) => text(item, 'spec', 'name') ?? text(item, 'name') ?? String(at + 1),
  },
  links: { section: 'link', name: (item, at) => text(item, 'title') ?? String(at + 1) },
  rules: { section: 'rule', name: (item, at) => text(item, 'title') ?? text(item, 'uid') ?? String(at + 1) },
  receivers: { section: 'receiver', name: (item, at) => text(item, 'name') ?? text(item, 'uid') ?? String(at + 1) },
  routes: { section: 'route', name: (item, at) => text(item, 'receiver') ?? String(at + 1) },
  permissions: { section: 'permission', name: (item, at) => holder(item) ?? String(at + 1) },
  items: { section: 'permission', name: (item, at) => holder(item) ?? text(item, 'title') ?? String(at + 1) },
  members: { section: 'member', name: (item, at) => text(item, 'login') ?? text(item, 'email') ?? String(at + 1) },
};

/** Shown at most; a page with more is not read by anybody. */
const MOST_CHANGES = 500;
const MOST_FIELDS = 60;
const MOST_DEPTH = 12;
const MOST_VALUE = 4_000;

/**
 * What changed in words a person uses: panels, queries, variables and rules by name, the rest by field.
 * Takes parsed JSON; pure.
 */
export function readableChanges(
  kind: KindName,
  before: Value,
  after: Value,
): { changes: ReadableChange[]; truncated: boolean } {
  const found: ReadableChange[] = [];
  compare({ found, within: [], section: sectionOf(kind), name: '' }, before, after);
  const fields = found.flatMap((change) => change.fields);
  return {
    changes: found.slice(0, MOST_CHANGES),
    truncated: found.length > MOST_CHANGES || fields.some(({ path }) => path === '…'),
  };
}

interface Place {
  found: ReadableChange[];
  within: string[];
  section: Section;
  name: string;
}

function sectionOf(kind: KindName): Section {
  return kind === 'dashboard' || kind === 'library-panel' ? 'setting' : 'field';
}

/** Compares two things; lists of named things become changes of their own, everything else fields of this one. */
function compare(place: Place, before: Value, after: Value): void {
  const fields: Fields = [];
  const inner: (() => void)[] = [];
  walk(place, fields, inner, [], before, after);
  if (fields.length > 0) {
    place.found.push({
      section: place.section,
      change: 'changed',
      name: place.name,
      within: place.within,
      fields: fields.length > MOST_FIELDS ? [...fields.slice(0, MOST_FIELDS), { path: '…' }] : fields,
    });
  }
  inner.forEach((compareInner) => compareInner());
}

function walk(place: Place, fields: Fields, inner: (() => void)[], path: string[], before: Value, after: Value): void {
  if (same(before, after)) {
    return;
  }
  const list = LISTS[path.at(-1) ?? ''];
  if (list !== undefined && (isNamedList(before) || isNamedList(after))) {
    const place2 = { ...place, within: place.name === '' ? place.within : [...place.within, place.name] };
    inner.push(() => compareLists(place2, list, asList(before), asList(after)));
    return;
  }
  if (isElements(path, before, after)) {
    const place2 = { ...place, within: place.name === '' ? place.within : [...place.within, place.name] };
    inner.push(() => compareElements(place2, asRecord(before), asRecord(after)));
    return;
  }
  if (isRecord(before) && isRecord(after) && path.length < MOST_DEPTH) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk(place, fields, inner, [...path, key], before[key], after[key]);
    }
    return;
  }
  fields.push({ path: path.join('.'), ...side('before', before), ...side('after', after) });
}

function compareLists(
  place: Place,
  list: { section: Section; name: (item: Value, at: number) => string },
  before: Value[],
  after: Value[],
): void {
  const old = named(before, list.name);
  const fresh = named(after, list.name);
  for (const [key, { item, label }] of fresh) {
    const was = old.get(key);
    if (was === undefined) {
      place.found.push(whole(list.section, 'added', label, place.within));
    } else {
      compare({ ...place, section: list.section, name: label }, was.item, item);
    }
  }
  for (const [key, { label }] of old) {
    if (!fresh.has(key)) {
      place.found.push(whole(list.section, 'removed', label, place.within));
    }
  }
}

/** Dashboards of version 2 keep their panels in an object: `elements`, by key. */
function compareElements(place: Place, before: Record<string, Value>, after: Record<string, Value>): void {
  const label = (key: string, item: Value): string => text(item, 'spec', 'title') ?? key;
  for (const [key, item] of Object.entries(after)) {
    if (before[key] === undefined) {
      place.found.push(whole('panel', 'added', label(key, item), place.within));
    } else {
      compare({ ...place, section: 'panel', name: label(key, item) }, before[key], item);
    }
  }
  for (const [key, item] of Object.entries(before)) {
    if (after[key] === undefined) {
      place.found.push(whole('panel', 'removed', label(key, item), place.within));
    }
  }
}

function whole(section: Section, change: Change, name: string, within: string[]): ReadableChange {
  return { section, change, name, within, fields: [] };
}

/** Members by what identifies them best: an id, else the name; repeated ones are told apart by their order. */
function named(
  items: Value[],
  nameOf: (item: Value, at: number) => string,
): Map<string, { item: Value; label: string }> {
  const found = new Map<string, { item: Value; label: string }>();
  items.forEach((item, at) => {
    const label = nameOf(item, at);
    const identity = isRecord(item) ? (item['id'] ?? item['uid']) : undefined;
    const base = typeof identity === 'number' || typeof identity === 'string' ? `#${identity}` : label;
    let key = base;
    for (let n = 2; found.has(key); n++) {
      key = `${base} (${n})`;
    }
    found.set(key, { item, label });
  });
  return found;
}

function side(name: 'before' | 'after', value: Value): Record<string, Value> {
  if (value === undefined) {
    return {};
  }
  const written = JSON.stringify(value);
  return { [name]: written.length > MOST_VALUE ? `${written.slice(0, MOST_VALUE)}…` : value };
}

function same(before: Value, after: Value): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

function isRecord(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asRecord(value: Value): Record<string, Value> {
  return isRecord(value) ? value : {};
}

function asList(value: Value): Value[] {
  return Array.isArray(value) ? value : [];
}

function isNamedList(value: Value): boolean {
  return Array.isArray(value) && value.some(isRecord);
}

function isElements(path: string[], before: Value, after: Value): boolean {
  return path.at(-1) === 'elements' && (isRecord(before) || isRecord(after));
}

function text(item: Value, ...path: string[]): string | undefined {
  const found = path.reduce<Value>((at, key) => (isRecord(at) ? at[key] : undefined), item);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function holder(item: Value): string | undefined {
  return (
    text(item, 'userLogin') ??
    text(item, 'team') ??
    text(item, 'role') ??
    text(item, 'builtInRole') ??
    text(item, 'name')
  );
}
