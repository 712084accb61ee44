import type { FieldDifference } from '../../../contract/plan.ts';
import { compact } from '../../../contract/compact.ts';
import { canonicalJson, isJsonObject, type Json } from '../../../lib/json/json.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import { leavesOf, same, type Leaf } from '../../changes/leaves.ts';
import { placeOf } from '../content.ts';

/** Named of one resource at most. */
const MOST_FIELDS = 20;

/** Characters of a value that are shown. */
const MOST_VALUE = 200;

/** Names of fields whose values may be secrets. */
const SECRET_NAME =
  /pass|secret|token|credential|authorization|signature|cookie|api[-_]?key|private[-_]?key|access[-_]?key|delete[-_]?key|^key$/i;

const PASSWORD_IN_ADDRESS = /:\/\/[^/\s@]*@/;

/**
 * In which fields a resource that was read back differs from what was to be written. Values of kinds with secrets, and
 * of fields named like one, are left out.
 */
export function differencesBetween(kind: Kind, stored: Content, live: Content): FieldDifference[] {
  const wanted = kind.merge?.(stored, live) ?? stored;
  const leaves = leavesOf(comparableOf(kind, wanted, live), comparableOf(kind, live, wanted));
  const [place, livePlace] = [placeOf(kind, wanted), placeOf(kind, live)];
  if (place !== livePlace && !leaves.some(({ path }) => /^(folder|parent)Uid$/.test(path.join('.')))) {
    leaves.unshift({ path: ['folder'], before: place, after: livePlace });
  }
  return leaves.slice(0, MOST_FIELDS).map((leaf) => differenceOf(kind, leaf));
}

function comparableOf({ comparable }: Kind, { body }: Content, other: Content): Json {
  return comparable?.(body, other.body) ?? body;
}

function differenceOf(kind: Kind, leaf: Leaf): FieldDifference {
  const path = leaf.path.join('.');
  if (kind.hasSecrets === true || mayBeSecret(leaf)) {
    return { path };
  }
  const [before, after] = [leaf.before, leaf.after];
  const lists = Array.isArray(before) && Array.isArray(after);
  return compact({
    path,
    wanted: shown(lists ? lacking(before, after) : before),
    found: shown(lists ? lacking(after, before) : after),
  });
}

function mayBeSecret({ path, before, after }: Leaf): boolean {
  return path.some((name) => SECRET_NAME.test(name)) || [before, after].some(holdsSecret);
}

function holdsSecret(value: Json | undefined): boolean {
  if (typeof value === 'string') {
    return PASSWORD_IN_ADDRESS.test(value);
  }
  if (Array.isArray(value)) {
    return value.some(holdsSecret);
  }
  return (
    isJsonObject(value) && Object.entries(value).some(([name, member]) => SECRET_NAME.test(name) || holdsSecret(member))
  );
}

/** Of two lists, the items that only this one has; the whole list where only their order or number differs. */
function lacking(list: Json[], other: Json[]): Json {
  const own = list.filter((item) => !other.some((one) => same(one, item)));
  return own.length === 0 && other.every((item) => list.some((one) => same(one, item))) ? list : own;
}

function shown(value: Json | undefined): string | undefined {
  if (value === undefined) {
    return undefined;
  }
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE)}…` : text;
}
