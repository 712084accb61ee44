import { NAMEABLE, type NamedRef } from '../contract/kinds.ts';
import { lettersBetween } from '../engine/versions/near-matches.ts';
import { CommandError } from './command-error.ts';

/** Letters that somebody may mistype in the name of a kind. */
const MISTYPED = 2;

/** `kind/uid`, or `alert-rule/uid`; a uid may itself hold slashes. @throws DK_USAGE */
export function parseResource(text: string): Omit<NamedRef, 'org'> {
  const slash = text.indexOf('/');
  const name = text.slice(0, slash);
  const kind = NAMEABLE.find((one) => one === name);
  const uid = text.slice(slash + 1);
  if (slash < 1 || uid === '' || kind === undefined) {
    const meant = slash > 0 ? NAMEABLE.find((one) => lettersBetween(name, one) <= MISTYPED) : undefined;
    throw new CommandError('DK_USAGE', `'${text}' does not name a resource`, {
      hint:
        meant === undefined || uid === ''
          ? 'Write kind/UID, such as dashboard/abc. `dashkeep show` lists the resources.'
          : `There is no kind '${name.slice(0, 40)}'. Did you mean ${meant}/${uid}?`,
    });
  }
  return { kind, uid };
}
