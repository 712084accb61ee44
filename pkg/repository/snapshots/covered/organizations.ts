import { SERVER_KINDS, type KindName } from '../../../contract/kinds.ts';
import type { KindReport, Manifest } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { groupBy } from '../../../lib/group-by.ts';

/** Most organizations that a sentence names. */
const MOST_NAMED = 6;

/** An organization of which nothing was read. */
interface UnreadOrg {
  id: number;
  name: string;
  /** To an account that is not a member. */
  isClosed: boolean;
}

/** Whether a problem is that a whole list could not be read. */
export function isOfList({ uid, count }: Manifest['errors'][number]): boolean {
  return uid === '' && count === undefined;
}

/** Whether a backup is about the kind: a reason that is none of its errors is that this Grafana does not have it. */
export function isAsked(kind: KindName, { reason: why, code }: KindReport, errors: Manifest['errors']): boolean {
  return (
    why === undefined ||
    errors.some((problem) => problem.kind === kind && (problem.code === code || problem.code === 'others-too'))
  );
}

/** Organizations in which every list failed. */
export function unreadOrgs({ orgs, kinds, errors }: Pick<Manifest, 'orgs' | 'kinds' | 'errors'>): UnreadOrg[] {
  const asked = (Object.entries(kinds) as [KindName, KindReport][]).flatMap(([kind, report]) =>
    SERVER_KINDS.has(kind) || !isAsked(kind, report, errors) ? [] : [kind],
  );
  // What a manifest has no room for is counted.
  const failed = errors.filter(
    (one) => (isOfList(one) && one.code !== 'list-hides') || (one.uid === '' && one.code === 'others-too'),
  );
  const byOrg = groupBy(failed, ({ org }) => org);
  return orgs.flatMap(({ id, name }) => {
    const own = byOrg.get(id) ?? [];
    const unlisted = new Set(own.map(({ kind }) => kind));
    const isUnread = own.length > 0 && asked.every((kind) => unlisted.has(kind));
    return isUnread ? [{ id, name, isClosed: own.some(({ code }) => code === 'no-member') }] : [];
  });
}

interface OrgFacts extends Pick<Manifest, 'scope'> {
  unread: readonly UnreadOrg[];
  /** How many exist, at least; undefined where that is not known. */
  known: number | undefined;
  isSafety: boolean;
}

/** How many of the organizations were read, and why not the others. */
export function orgParts(selected: number, { unread, ...facts }: OrgFacts): KnownReason[] {
  const closed = unread.filter(({ isClosed }) => isClosed);
  const failed = unread.filter(({ isClosed }) => !isClosed);
  return [
    ...countedParts(selected - unread.length, selected, facts),
    ...(closed.length === 0 ? [] : [reason('lacks-closed-orgs', { orgs: namesOf(closed) })]),
    ...(failed.length === 0 ? [] : [reason('lacks-failed', { kinds: `org ${namesOf(failed)}` })]),
  ];
}

/**
 * What to do about organizations that no one chose to leave out: those that are known, and those that may exist.
 * Earlier releases did not store who was asked.
 */
export function orgsAdvice(orgs: Manifest['orgs'], scope: Manifest['scope']): KnownReason[] {
  if (scope === undefined || scope.orgs === 'chosen') {
    return [];
  }
  const { others, alsoKnown = [] } = scope;
  if (others !== undefined) {
    return scope.orgs === 'own' && others.length > 0 ? [reason('include-orgs')] : [];
  }
  const ids = orgs.map(({ id }) => id);
  const own = ids.join(',');
  const all = [...ids, ...alsoKnown].sort((a, b) => a - b);
  return scope.orgs === 'own' && alsoKnown.length > 0
    ? [reason('include-given-orgs', { orgs: all.join(','), own })]
    : [reason('confirm-orgs', { own })];
}

function countedParts(
  read: number,
  selected: number,
  { known, scope, isSafety }: Omit<OrgFacts, 'unread'>,
): KnownReason[] {
  if (known === undefined) {
    // Earlier releases did not store who was asked.
    if (scope === undefined) {
      return [reason('covers-counted-orgs', { read: String(read) })];
    }
    if (read < selected) {
      return [reason('covers-least-orgs', { read: String(read), existing: String(selected) })];
    }
    return [read === 1 ? reason('covers-unknown-org') : reason('covers-unknown-orgs', { read: String(read) })];
  }
  const numbers = { read: String(read), existing: String(known) };
  if (scope?.others === undefined) {
    const others = namesOf((scope?.alsoKnown ?? []).map((id) => ({ id, name: '' })));
    return [reason('covers-least-orgs', numbers), reason('lacks-given-orgs', { orgs: others })];
  }
  const orgs = namesOf(scope.others);
  if (orgs === '') {
    return known === 1 && read === 1 ? [] : [reason('covers-every-org', numbers)];
  }
  const code = isSafety ? 'covers-safety-orgs' : scope.orgs === 'own' ? 'covers-own-org' : 'covers-orgs';
  return [reason(code, { ...numbers, orgs })];
}

/** The first ones; where there are many, with their number. */
export function namesOf(orgs: readonly { id: number; name: string }[]): string {
  const named = orgs.slice(0, MOST_NAMED).map(({ id, name }) => (name === '' ? String(id) : `${id} (${name})`));
  return [...named, ...(orgs.length > named.length ? [`… (${orgs.length})`] : [])].join(', ');
}
