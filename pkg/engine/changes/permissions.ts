import type { ReadableChange } from '../../contract/api/diff.ts';
import { arrayAt, isJsonObject, stringAt, without, type JsonObject } from '../../lib/json/json.ts';
import { fieldChanges } from './fields.ts';
import { change } from './change.ts';

/** Whom an entry names, and what people call that. */
const SUBJECTS = { role: 'role', team: 'team', user: 'user', serviceAccount: 'service account' };

/** Who got or lost what. */
export function permissionChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [entriesOf(before), entriesOf(after)];
  return [
    ...compared(old, fresh).map(({ subject: { type, name }, before: was, after: is }) =>
      was === ''
        ? change('permission-added', { type, name, after: is })
        : is === ''
          ? change('permission-removed', { type, name, before: was })
          : change('permission-changed', { type, name, before: was, after: is }),
    ),
    ...fieldChanges(without(before, 'permissions'), without(after, 'permissions')),
  ];
}

/** Who joined or left a team, and who is its admin. */
export function teamChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [membersOf(before), membersOf(after)];
  return [
    ...compared(old, fresh).map(({ subject: { name: member }, before: was, after: is }) =>
      was === ''
        ? change('member-added', { member, after: is })
        : is === ''
          ? change('member-removed', { member, before: was })
          : change('member-changed', { member, before: was, after: is }),
    ),
    ...fieldChanges(without(before, 'members'), without(after, 'members')),
  ];
}

interface Subject {
  type: string;
  name: string;
}
type Entries = Map<string, { subject: Subject; permission: string }>;

function entriesOf(body: JsonObject): Entries {
  const entries = (arrayAt(body, 'permissions') ?? []).filter(isJsonObject).map((entry) => {
    const [key, type] = Object.entries(SUBJECTS).find(([member]) => stringAt(entry, member) !== undefined) ?? ['', ''];
    return { subject: { type, name: stringAt(entry, key) ?? '' }, permission: stringAt(entry, 'permission') ?? '' };
  });
  return byKey(entries);
}

function membersOf(body: JsonObject): Entries {
  const members = (arrayAt(body, 'members') ?? []).filter(isJsonObject).map((member) => ({
    subject: { type: 'user', name: stringAt(member, 'login') || (stringAt(member, 'email') ?? '') },
    permission: stringAt(member, 'permission') ?? 'Member',
  }));
  return byKey(members);
}

/** Several entries of one subject are named together. */
function byKey(entries: readonly { subject: Subject; permission: string }[]): Entries {
  const found: Entries = new Map();
  for (const entry of entries) {
    const key = `${entry.subject.type} ${entry.subject.name}`;
    const known = found.get(key);
    const permission = known === undefined ? entry.permission : `${known.permission}, ${entry.permission}`;
    found.set(key, { ...entry, permission });
  }
  return found;
}

function compared(before: Entries, after: Entries): { subject: Subject; before: string; after: string }[] {
  const all: Entries = new Map([...before, ...after]);
  return [...all]
    .map(([key, { subject }]) => ({
      subject,
      before: before.get(key)?.permission ?? '',
      after: after.get(key)?.permission ?? '',
    }))
    .filter(({ before: was, after: is }) => was !== is);
}
