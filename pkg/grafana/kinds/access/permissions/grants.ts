import { compact } from '../../../../contract/compact.ts';
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  objectAt,
  parseJson,
  stringAt,
  type Json,
} from '../../../../lib/json/json.ts';
import type { Reference } from '../../kind.ts';
import { ROLES } from '../user/memberships.ts';

/** From the least to the most; a data source has Query where others have View. */
const RANKS: Record<string, number> = { View: 1, Query: 1, Edit: 2, Admin: 3 };
const SUBJECTS = ['role', 'team', 'user', 'serviceAccount'];

/** What one role, team, user or service account is permitted. */
export interface Grant {
  subject: string;
  name: string;
  permission: string;
}

/** The highest permission of each subject, by subject and name. */
export type Grants = ReadonlyMap<string, Grant>;

/** A permission that is higher than the one before; `before` is absent where there was none. */
export interface Gain extends Grant {
  before?: string;
}

/** The grants of a stored or live `{permissions: […]}`. */
export function grantsIn(body: Json): Grants {
  const entries = (arrayAt(body, 'permissions') ?? []).filter(isJsonObject).map((entry): Grant => {
    const subject = SUBJECTS.find((candidate) => stringAt(entry, candidate) !== undefined) ?? 'role';
    return { subject, name: stringAt(entry, subject) ?? '', permission: stringAt(entry, 'permission') ?? '' };
  });
  return highest(entries);
}

/** The kinds of those who can have other names elsewhere. */
const KINDS: Partial<Record<string, Reference['kind']>> = {
  team: 'team',
  user: 'user',
  serviceAccount: 'service-account',
};

/** The same permissions for others; anyone who stands in for several gets the highest. Without a name, none. */
export function renamedSubjects(body: Json, renamed: (reference: Reference) => string): Json {
  const before = [...grantsIn(body).values()];
  const after = before.map((grant): Grant => {
    const kind = KINDS[grant.subject];
    return kind === undefined ? grant : { ...grant, name: renamed({ kind, uid: grant.name }) };
  });
  if (after.every(({ name }, place) => name === before[place]?.name)) {
    return body;
  }
  const entries = [...highest(after.filter(({ name }) => name !== '')).values()].map(({ subject, name, permission }) =>
    canonicalJson({ [subject]: name, permission }),
  );
  return { ...objectAt(body), permissions: entries.sort().map(parseJson) };
}

/** All of them together: Grafana adds permissions up, none takes another away. */
export function joinGrants(...all: readonly Grants[]): Grants {
  return highest(all.flatMap((grants) => [...grants.values()]));
}

function highest(grants: readonly Grant[]): Grants {
  const found = new Map<string, Grant>();
  for (const grant of grants) {
    const key = keyOf(grant);
    if (rankOf(grant.permission) >= rankOf(found.get(key)?.permission)) {
      found.set(key, grant);
    }
  }
  return found;
}

/** Who gets more than before; roles first. What is taken away widens nothing. */
export function gainsBetween(before: Grants, after: Grants): Gain[] {
  return [...after.values()]
    .flatMap((grant): Gain[] => {
      const was = heldBefore(before, grant);
      return rankOf(grant.permission) > rankOf(was) ? [compact({ ...grant, before: was })] : [];
    })
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** What a role is given, each higher role has as well. */
function heldBefore(before: Grants, { subject, name }: Grant): string | undefined {
  const lower = subject === 'role' ? ROLES.slice(0, ROLES.indexOf(name)) : [];
  const held = [name, ...lower].flatMap((one) => before.get(keyOf({ subject, name: one })) ?? []);
  return held.sort((a, b) => rankOf(b.permission) - rankOf(a.permission))[0]?.permission;
}

function placeOf({ subject, name }: Grant): string {
  return `${SUBJECTS.indexOf(subject)} ${subject === 'role' ? ROLES.indexOf(name) : name}`;
}

function keyOf({ subject, name }: Pick<Grant, 'subject' | 'name'>): string {
  return `${subject}/${name}`;
}

/** What is not known counts as the most. */
function rankOf(permission: string | undefined): number {
  return permission === undefined || permission === '' ? 0 : (RANKS[permission] ?? 4);
}
