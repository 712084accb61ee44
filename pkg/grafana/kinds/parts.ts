import { arrayAt, canonicalJson, objectAt, without } from '../../lib/json/json.ts';
import type { Content } from './content.ts';

/** Whether content is other content without some members of a list, such as the rules of a group. */
export function hasOnlySome(content: Content, whole: Content, list: string): boolean {
  const all = new Set(membersOf(whole, list));
  const some = membersOf(content, list);
  return restOf(content, list) === restOf(whole, list) && some.length < all.size && some.every((one) => all.has(one));
}

function membersOf({ body }: Content, list: string): string[] {
  return (arrayAt(body, list) ?? []).map((member) => canonicalJson(member));
}

function restOf({ body, folderUid = '' }: Content, list: string): string {
  return canonicalJson([folderUid, without(objectAt(body) ?? {}, list)]);
}
