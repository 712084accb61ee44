import { reason } from '../../../contract/reasons/catalogue.ts';
import { arrayAt, isJsonObject, stringAt, type JsonObject } from '../../../lib/json/json.ts';
import type { ExportedResource, Exporting } from '../format.ts';

/** The provider never reads the user with this address, so every plan would add it. */
const UNREAD = 'admin@localhost';

/** The arguments of a team. */
export function team({ entry, content }: ExportedResource, { lacks }: Exporting): JsonObject {
  const members = (arrayAt(content.body, 'members') ?? []).filter(isJsonObject).flatMap((one) => {
    const email = stringAt(one, 'email') ?? '';
    return email === '' ? [] : [{ email, permission: one['permission'] }];
  });
  if (members.some(({ email }) => email === UNREAD)) {
    lacks(entry, reason('export-fields', { fields: UNREAD }));
  }
  const emails = (permission: string): string[] =>
    members.filter((one) => one.permission === permission && one.email !== UNREAD).map(({ email }) => email);
  const email = stringAt(content.body, 'email') ?? '';
  return { name: entry.uid, email, members: emails('Member'), admins: emails('Admin') };
}
