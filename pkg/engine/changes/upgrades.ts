import type { ReadableChange } from '../../contract/api/diff.ts';
import type { ChangeCode } from '../../contract/changes/catalogue.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Kind } from '../../grafana/kinds/kind.ts';
import { canonicalJson, type Json } from '../../lib/json/json.ts';

/** What Grafana does to the form of dashboards and library panels by itself. */
const OF_FORM: ReadonlySet<string> = new Set<ChangeCode>(['migrated', 'converted', 'normalised']);

/** Whether Grafana itself makes this change when it is upgraded: what people see and configure stays the same. */
export function isByUpgrade({ code }: Pick<ReadableChange, 'code'>): boolean {
  return OF_FORM.has(code);
}

/** The bodies of two versions without members that only some versions of Grafana return. */
export function besideDefaults({ withoutDefaults }: Kind, one: Content, other: Content): [one: Json, other: Json] {
  return withoutDefaults === undefined
    ? [one.body, other.body]
    : [withoutDefaults(one, other), withoutDefaults(other, one)];
}

/** Whether two versions differ at most in members that only some versions of Grafana return. */
export function isSameBesideDefaults(kind: Kind, one: Content, other: Content): boolean {
  const [before, after] = besideDefaults(kind, one, other);
  return canonicalJson(before) === canonicalJson(after);
}
