import { DashkeepError } from '../contract/errors.ts';
import { isKindName, type ResourceRef } from '../contract/kinds.ts';

/** `kind/uid`; a uid may itself hold slashes. @throws DK_USAGE */
export function parseResource(text: string): Omit<ResourceRef, 'org'> {
  const slash = text.indexOf('/');
  const kind = text.slice(0, slash);
  const uid = text.slice(slash + 1);
  if (slash < 1 || uid === '' || !isKindName(kind)) {
    throw new DashkeepError('DK_USAGE', `'${text}' does not name a resource`, {
      hint: 'Write kind/uid, such as dashboard/abc; `dashkeep show` lists them.',
    });
  }
  return { kind, uid };
}
