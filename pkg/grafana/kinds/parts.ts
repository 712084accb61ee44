import { isDeepStrictEqual } from 'node:util';
import { arrayAt, canonicalJson, objectAt, without } from '../../lib/json/json.ts';
import type { Content } from './content.ts';

/** Whether content is other content without some members of a list, such as the rules of a group. */
export function hasOnlySome(content: Content, whole: Content, list: string): boolean {
  const all = new Set(membersOf(whole, list));
  const some = membersOf(content, list);
  return restOf(content, list) === restOf(whole, list) && some.length < all.size && some.every((one) => all.has(one));
}

/** Whether body and folder of content are each those of one or the other. */
export function isPartlyMoved(content: Content, before: Content, after: Content): boolean {
  const [bodies, places] = [
    [before, after].map(({ body }) => canonicalJson(body)),
    [before, after].map(({ folderUid }) => folderUid),
  ];
  return bodies.includes(canonicalJson(content.body)) && places.includes(content.folderUid);
}

/**
 * Whether a list has, of each name, what one or the other list has of it. What both have must be there.
 * @param isPassing - whether an update may leave a member for a moment that is in neither list
 */
export function isMixOf<T extends object>(
  list: readonly T[],
  [before, after]: readonly [readonly T[], readonly T[]],
  nameOf: (one: T) => string,
  isPassing: (one: T) => boolean = () => false,
): boolean {
  const find = (all: readonly T[], name: string): T | undefined => all.find((one) => nameOf(one) === name);
  const isIn = (all: readonly T[], one: T): boolean => isDeepStrictEqual(find(all, nameOf(one)), one);
  return (
    list.every((one) => isIn(before, one) || isIn(after, one) || isPassing(one)) &&
    before.every((one) => find(after, nameOf(one)) === undefined || find(list, nameOf(one)) !== undefined)
  );
}

function membersOf({ body }: Content, list: string): string[] {
  return (arrayAt(body, list) ?? []).map((member) => canonicalJson(member));
}

function restOf({ body, folderUid = '' }: Content, list: string): string {
  return canonicalJson([folderUid, without(objectAt(body) ?? {}, list)]);
}
