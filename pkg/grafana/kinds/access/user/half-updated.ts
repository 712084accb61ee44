import { canonicalJson, objectAt, type JsonObject } from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';
import { isMixOf } from '../../parts.ts';
import { LOWEST_ROLE, membershipsOf, type Membership } from './memberships.ts';

/**
 * Whether an account is what an interrupted update left: it changes one membership after another, then name and email,
 * and nothing else. In an organization that the account leaves, it has the lowest role until the end.
 */
export function isUserBetween(live: Content | undefined, before: Content, after: Content): boolean {
  const old = objectAt(before.body) ?? {};
  const { name = '', email = '' } = objectAt(after.body) ?? {};
  const now = restOf(objectAt(live?.body) ?? {});
  const lists = [membershipsOf(before.body), membershipsOf(after.body)] as const;
  const isLeaving = ({ org, role }: Membership): boolean => {
    const [wasMember, isMember] = lists.map((list) => list.some((one) => one.org === org));
    return role === LOWEST_ROLE && wasMember === true && isMember === false;
  };
  return (
    live !== undefined &&
    [restOf(old), restOf({ ...old, name, email })].includes(now) &&
    isMixOf(membershipsOf(live.body), lists, ({ org }) => org, isLeaving)
  );
}

function restOf(body: JsonObject): string {
  return canonicalJson({ ...body, orgs: [] });
}
