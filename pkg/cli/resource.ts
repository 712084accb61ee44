import { DashkeepError } from '../contract/errors.ts';
import { isKindName, KIND_NAMES, type ResourceRef } from '../contract/kinds.ts';
import { lettersBetween } from '../engine/versions/near-matches.ts';

/** Letters that somebody may mistype in the name of a kind. */
const MISTYPED = 2;

/** `kind/uid`; a uid may itself hold slashes. @throws DK_USAGE */
export function parseResource(text: string): Omit<ResourceRef, 'org'> {
  const slash = text.indexOf('/');
  const kind = text.slice(0, slash);
  const uid = text.slice(slash + 1);
  if (slash < 1 || uid === '' || !isKindName(kind)) {
    const meant = slash > 0 ? KIND_NAMES.find((name) => lettersBetween(kind, name) <= MISTYPED) : undefined;
    throw new DashkeepError('DK_USAGE', `'${text}' does not name a resource`, {
      hint:
        meant === undefined || uid === ''
          ? 'Write kind/uid, such as dashboard/abc; `dashkeep show` lists them.'
          : `There is no kind '${kind.slice(0, 40)}'. Did you mean ${meant}/${uid}?`,
    });
  }
  return { kind, uid };
}
