import { addToOrg } from '../../grafana/accounts.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { append } from '../../lib/append.ts';
import { arrayAt, numberAt, objectAt, stringAt, type Json } from '../../lib/json/json.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isScratchOrg, listOrgs as allOrgs } from '../../grafana/orgs.ts';
import { GrafanaError, isGrafanaError } from '../../grafana/http/errors.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** API keys of other makers are none of our business. */
const TOKEN_PREFIX = 'dashkeep-';
const ACCOUNTS_PAGE = 1000;
/** A service that runs uses its token twice a minute, and Grafana notes that every five minutes (api_key.go). */
const AT_WORK_MS = 15 * 60_000;

/** What owns a token: a service account, or nothing but the org before Grafana 9. */
export type TokenOwner = { kind: 'service-account'; id: number } | { kind: 'api-key' };

/** A token as Grafana lists it. */
export interface KnownToken {
  id: number;
  name: string;
  created: Date | undefined;
  lastUsed: Date | undefined;
  hasExpired: boolean;
}

export interface MintedToken {
  id: number;
  name: string;
  key: string;
}

/** A new token with an end. Its name carries what makes it unique. @throws DK_GRAFANA_ANSWER without a key */
export async function mintToken(
  grafana: GrafanaClient,
  owner: TokenOwner,
  options: { suffix: string; secondsToLive: number; signal: AbortSignal },
): Promise<MintedToken> {
  const { suffix, secondsToLive, signal } = options;
  const name = TOKEN_PREFIX + suffix;
  const answer =
    owner.kind === 'service-account'
      ? await grafana.post(`/api/serviceaccounts/${owner.id}/tokens`, { name, secondsToLive }, { signal })
      : await grafana.post('/api/auth/keys', { name, role: 'Admin', secondsToLive }, { signal });
  const key = stringAt(answer, 'key');
  const id = numberAt(answer, 'id');
  if (key === undefined || !isWellFormed(key)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'Grafana created a token, but its response contains no usable key');
  }
  return { id: id ?? 0, name, key };
}

/** All service accounts of the organization. */
export async function listAccounts(grafana: GrafanaClient, signal: AbortSignal): Promise<Json[]> {
  const all: Json[] = [];
  for (let page = 1; ; page++) {
    const query = { perpage: ACCOUNTS_PAGE, page };
    const accounts =
      arrayAt(await grafana.get('/api/serviceaccounts/search', { query, signal }), 'serviceAccounts') ?? [];
    append(all, accounts);
    if (accounts.length < ACCOUNTS_PAGE) {
      return all;
    }
  }
}

/** All tokens of an owner; of API keys those that have our names. */
export async function tokensOf(grafana: GrafanaClient, owner: TokenOwner, signal: AbortSignal): Promise<KnownToken[]> {
  const answer = await grafana.get(tokensPath(owner), { signal });
  return (Array.isArray(answer) ? answer : []).flatMap((token) => {
    const [id, name = ''] = [numberAt(token, 'id'), stringAt(token, 'name')];
    const counts = owner.kind === 'service-account' || name.startsWith(TOKEN_PREFIX);
    const [created, lastUsed] = [dateAt(token, 'created'), dateAt(token, 'lastUsedAt')];
    const hasExpired = objectAt(token)?.['hasExpired'] === true;
    return id === undefined || !counts ? [] : [{ id, name, created, lastUsed, hasExpired }];
  });
}

function dateAt(token: Json, name: string): Date | undefined {
  const text = stringAt(token, name);
  return text === undefined ? undefined : new Date(text);
}

/** Whether a service works with a token now. */
export function isAtWork({ lastUsed }: KnownToken, now: Date): boolean {
  return lastUsed !== undefined && now.getTime() - lastUsed.getTime() < AT_WORK_MS;
}

/** Whether a token is one that a Dashkeep made and that no one uses any more, however new it is. */
export function isLeftOver(token: KnownToken, now: Date): boolean {
  const isNew = token.created === undefined || now.getTime() - token.created.getTime() < AT_WORK_MS;
  return token.name.startsWith(TOKEN_PREFIX) && (token.hasExpired || !(isNew || isAtWork(token, now)));
}

/** Deletes an owner's tokens but those to keep, anyone who made them. Returns the names of those that went. */
export async function deleteOtherTokens(
  grafana: GrafanaClient,
  owner: TokenOwner,
  keep: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string[]> {
  const others = (await tokensOf(grafana, owner, signal)).filter(({ name }) => !keep.has(name));
  for (const { id } of others) {
    await grafana.delete(`${tokensPath(owner)}/${id}`, { signal }).catch(valueIf(isAbsent, undefined));
  }
  return others.map(({ name }) => name);
}

function tokensPath(owner: TokenOwner): string {
  return owner.kind === 'service-account' ? `/api/serviceaccounts/${owner.id}/tokens` : '/api/auth/keys';
}

/**
 * What a stored text must look like to be sent at all; error pages, `null` and half lines have been stored as tokens.
 */
export function isWellFormed(token: string): boolean {
  return /^[A-Za-z0-9_\-+/=.]{20,500}$/.test(token);
}

/** The org that a token acts in; undefined when Grafana refuses it, or has taken its account's rights away. */
export async function orgOfToken(grafana: GrafanaClient, signal: AbortSignal): Promise<number | undefined> {
  const isRefused = hasCode('DK_GRAFANA_UNAUTHORIZED', 'DK_GRAFANA_FORBIDDEN');
  return numberAt(await grafana.get('/api/org', { signal }).catch(valueIf(isRefused, undefined)), 'id');
}

/** What every Grafana reports as permissions of an Admin, and no backup can do without. */
const NEEDED = [
  'alert.provisioning:read',
  'dashboards:read',
  'datasources:read',
  'folders:read',
  'org.users:read',
  'serviceaccounts:read',
  'teams:read',
];

/** What a backup needs and a token does not permit; undefined where it lacks nothing or Grafana does not say. */
export async function lackingOf(grafana: GrafanaClient, signal: AbortSignal): Promise<string[] | undefined> {
  const granted = await grafana
    .get('/api/access-control/user/permissions', { signal })
    .catch(valueIf(isGrafanaError, undefined));
  const lacking = granted === undefined ? [] : NEEDED.filter((action) => arrayAt(granted, action) === undefined);
  return lacking.length === 0 ? undefined : lacking;
}

/**
 * Every org, or the admin's own; the home organization first.
 * @param all - every one; with those that are known to be no temporary ones
 * @throws DK_GRAFANA_ANSWER if there is none
 */
export async function orgsOfAdmin(
  grafana: GrafanaClient,
  all: { lasting: ReadonlySet<number> } | undefined,
  signal: AbortSignal,
): Promise<number[]> {
  const home = numberAt(await grafana.get('/api/org', { signal }), 'id');
  if (home === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'GET /api/org: the response names no organization');
  }
  const ids = all === undefined ? [] : [...(await listOrgs(grafana, all.lasting, signal)).keys()];
  return [home, ...ids.filter((id) => id !== home).sort((a, b) => a - b)];
}

/**
 * Names of all organizations by id; takes a server admin.
 * @param lasting - those that were there before: none of them is temporary, whatever its Admins name it
 */
export async function listOrgs(
  grafana: GrafanaClient,
  lasting: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<Map<number, string>> {
  const orgs = await allOrgs(grafana, signal);
  const named = orgs.map((org): [number, string] => [numberAt(org, 'id') ?? 0, stringAt(org, 'name') ?? '']);
  return new Map(named.filter(([id, name]) => lasting.has(id) || !isScratchOrg(name)));
}

/**
 * A server admin acts only in orgs that it is a member of. Makes it one where it isn't.
 * @returns how to undo that; undefined when it was a member before.
 */
export async function joinOrg(
  admin: GrafanaClient,
  org: number,
  signal: AbortSignal,
): Promise<(() => Promise<void>) | undefined> {
  const user = await admin.get('/api/user', { signal });
  const [id, login] = [numberAt(user, 'id'), stringAt(user, 'login')];
  const mine = await admin.get('/api/user/orgs', { keep: ['orgId'], signal });
  if (
    id === undefined ||
    login === undefined ||
    (Array.isArray(mine) && mine.some((one) => numberAt(one, 'orgId') === org))
  ) {
    return undefined;
  }
  await addToOrg(admin, org, { id, login }, 'Admin', signal);
  return async () => {
    // Grafana keeps the last admin of an org; then it stays a member.
    await admin.delete(`/api/orgs/${org}/users/${id}`, { signal }).catch(() => undefined);
  };
}

/** @returns whether Grafana responded that something does not exist */
export function isAbsent(error: unknown): boolean {
  return error instanceof GrafanaError && [404, 405, 410].includes(error.httpStatus);
}
