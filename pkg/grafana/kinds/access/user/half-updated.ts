import { canonicalJson, objectAt, type JsonObject } from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';
import { isMixOf } from '../../parts.ts';
import { membershipsOf } from './memberships.ts';

/**
 * Whether an account is what an interrupted update left: it changes one membership after another, then name and email,
 * and nothing else.
 */
export function isUserBetween(live: Content | undefined, before: Content, after: Content): boolean {
  const old = objectAt(before.body) ?? {};
  const { name = '', email = '' } = objectAt(after.body) ?? {};
  const now = restOf(objectAt(live?.body) ?? {});
  return (
    live !== undefined &&
    [restOf(old), restOf({ ...old, name, email })].includes(now) &&
    isMixOf(membershipsOf(live.body), [membershipsOf(before.body), membershipsOf(after.body)], ({ org }) => org)
  );
}

function restOf(body: JsonObject): string {
  return canonicalJson({ ...body, orgs: [] });
}
