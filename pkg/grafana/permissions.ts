import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  numberAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../lib/json/json.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { accountDirectoryOf, type AccountDirectory } from './account-directory.ts';
import { GrafanaError, ifFound } from './http/errors.ts';
import { objectsOf } from './http/pagination/lists.ts';
import type { KindContext, Reference } from './kinds/kind.ts';

/** The segment of `/api/access-control/:resource` that the permissions belong to. */
export type Permitted = 'folders' | 'dashboards' | 'datasources';

/** One entry as it is stored: whom by a name that means the same everywhere, and what: View, Edit, Admin, Query. */
interface Entry {
  role?: string;
  team?: string;
  user?: string;
  serviceAccount?: string;
  permission: string;
}

/**
 * A resource's own permissions, `{permissions: [{role|team|user|serviceAccount, permission}]}`, sorted. Entries that
 * are inherited from a folder or that a fixed role gives are not listed.
 * Undefined when the resource does not exist. Grafana says 500 then: `isLive` is asked whether it is that.
 */
export async function readPermissions(
  context: KindContext,
  resource: Permitted,
  uid: string,
  isLive: (() => Promise<boolean>) | undefined,
): Promise<JsonObject | undefined> {
  const entries = await ownEntries(context, resource, uid, isLive);
  if (entries === undefined) {
    return undefined;
  }
  const directory = await accountDirectoryOf(context);
  const permissions = await Promise.all(entries.map((entry) => portable(entry, directory)));
  return { permissions: permissions.sort(byText) as unknown as Json };
}

async function ownEntries(
  context: KindContext,
  resource: Permitted,
  uid: string,
  isLive?: () => Promise<boolean>,
): Promise<JsonObject[] | undefined> {
  const path = `/api/access-control/${resource}/${encodeURIComponent(uid)}`;
  const { grafana, signal } = context;
  let answer: Json | undefined;
  try {
    answer = await ifFound(grafana.get(path, { signal, retry: isLive === undefined ? 'always' : 'never' }));
  } catch (error) {
    if (isLive === undefined) {
      throw error;
    }
    if (error instanceof GrafanaError && error.httpStatus === 500 && !(await isLive())) {
      return undefined;
    }
    answer = await ifFound(grafana.get(path, { signal }));
  }
  return answer === undefined ? undefined : objectsOf(answer, path).filter(isOwn);
}

function isOwn(entry: JsonObject): boolean {
  return entry['isManaged'] === true && entry['isInherited'] !== true && (stringAt(entry, 'permission') ?? '') !== '';
}

async function portable(entry: JsonObject, directory: AccountDirectory): Promise<Entry> {
  const permission = stringAt(entry, 'permission') ?? '';
  const login = stringAt(entry, 'userLogin') ?? '';
  const team = stringAt(entry, 'team') ?? '';
  if (team !== '') {
    return { team, permission };
  }
  if (login === '') {
    return { role: stringAt(entry, 'builtInRole') ?? '', permission };
  }
  if (entry['isServiceAccount'] !== true) {
    return { user: login, permission };
  }
  const account = (await directory.serviceAccounts()).find((candidate) => stringAt(candidate, 'login') === login);
  return { serviceAccount: stringAt(account, 'name') ?? login, permission };
}

function byText(a: Entry, b: Entry): number {
  const [left, right] = [a, b].map((entry) => canonicalJson(entry as unknown as Json)) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

function entriesOf(body: Json): Entry[] {
  return (arrayAt(body, 'permissions') ?? []).filter(isJsonObject).map((entry) => ({
    role: stringAt(entry, 'role'),
    team: stringAt(entry, 'team'),
    user: stringAt(entry, 'user'),
    serviceAccount: stringAt(entry, 'serviceAccount'),
    permission: stringAt(entry, 'permission') ?? '',
  }));
}

/** What a write needs: the entry's numeric id here; undefined when nobody here has that name. */
async function subjectOf(entry: Entry, directory: AccountDirectory): Promise<JsonObject | undefined> {
  if (entry.team !== undefined) {
    const teamId = await directory.teamId(entry.team);
    return teamId === undefined ? undefined : { teamId };
  }
  if (entry.role !== undefined) {
    return { builtInRole: entry.role };
  }
  const userId =
    entry.user === undefined
      ? await directory.serviceAccountId(entry.serviceAccount ?? '')
      : await directory.userId(entry.user);
  return userId === undefined ? undefined : { userId };
}

function nameOf(entry: Entry): string {
  if (entry.team !== undefined) {
    return `team ${entry.team}`;
  }
  return entry.user === undefined ? `service account ${entry.serviceAccount ?? ''}` : `user ${entry.user}`;
}

/** The teams and service accounts that the entries name: a restore may bring them back first. */
export function subjectReferences(body: Json): Reference[] {
  return entriesOf(body).flatMap(({ team, serviceAccount }): Reference[] => {
    if (team !== undefined) {
      return [{ kind: 'team', uid: team }];
    }
    return serviceAccount === undefined ? [] : [{ kind: 'service-account', uid: serviceAccount }];
  });
}

/** Which users of the entries this org does not know. */
export async function unknownUsers(context: KindContext, body: Json): Promise<KnownReason[]> {
  return leftOut(
    entriesOf(body).filter(({ user }) => user !== undefined),
    await accountDirectoryOf(context),
  );
}

/** Which entries are left out because this Grafana knows nobody of that name. */
async function leftOut(entries: Entry[], directory: AccountDirectory): Promise<KnownReason[]> {
  const losses: KnownReason[] = [];
  for (const entry of entries) {
    if ((await subjectOf(entry, directory)) === undefined) {
      const { permission, user } = entry;
      const login: Record<string, string> = user === undefined ? {} : { login: user };
      losses.push(reason('permission-lost', { permission, name: nameOf(entry), ...login }));
    }
  }
  return losses;
}

/**
 * Makes a resource's own permissions those of the body; entries that it inherits or that a fixed role gives are never
 * touched. One request: Grafana's bulk call sets the entries it names and leaves the others, an empty permission
 * removes one (resourcepermissions/service.go), so what is too much is named as well.
 * @returns the entries that were left out, by name.
 */
export async function writePermissions(
  context: KindContext,
  resource: Permitted,
  uid: string,
  body: Json,
): Promise<KnownReason[]> {
  const directory = await accountDirectoryOf(context);
  const live = (await ownEntries(context, resource, uid)) ?? [];
  const wanted = new Map<string, JsonObject>();
  for (const entry of entriesOf(body)) {
    const subject = await subjectOf(entry, directory);
    if (subject !== undefined) {
      wanted.set(canonicalJson(subject), { ...subject, permission: entry.permission });
    }
  }
  const present = new Map(live.map((entry) => [canonicalJson(liveSubject(entry)), stringAt(entry, 'permission')]));
  const set = [...wanted].filter(([key, entry]) => present.get(key) !== entry['permission']).map(([, entry]) => entry);
  const removed = live
    .map(liveSubject)
    .filter((subject) => !wanted.has(canonicalJson(subject)))
    .map((subject) => ({ ...subject, permission: '' }));
  if (set.length + removed.length > 0) {
    await context.grafana.post(
      `/api/access-control/${resource}/${encodeURIComponent(uid)}`,
      { permissions: [...set, ...removed] },
      { signal: context.signal },
    );
  }
  return leftOut(entriesOf(body), directory);
}

function liveSubject(entry: JsonObject): JsonObject {
  const teamId = numberAt(entry, 'teamId') ?? 0;
  const userId = numberAt(entry, 'userId') ?? 0;
  if (teamId !== 0) {
    return { teamId };
  }
  return userId === 0 ? { builtInRole: stringAt(entry, 'builtInRole') ?? '' } : { userId };
}
