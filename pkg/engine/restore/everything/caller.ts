import { setMaxListeners } from 'node:events';
import { orgNameOf } from '../../../grafana/orgs.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { numberAt, stringAt, type Json } from '../../../lib/json/json.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import { because } from '../../../contract/reasons/reason.ts';
import type { Entered, Gave } from '../../../contract/runs.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { addToOrg } from '../../../grafana/accounts.ts';
import { GrafanaError } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import { objectsOf } from '../../../grafana/http/pagination/lists.ts';
import { orgsOf, type WantedMembership } from '../../../grafana/kinds/access/user/memberships.ts';
import { resultOf } from '../apply/result.ts';
import { writeContext } from '../context.ts';
import type { Caller, PlannedItem, PlanRequest } from '../types.ts';

/** Grafana keeps what somebody may do in memory for five seconds (user service, GetSignedInUser). */
const ROLE_CACHE_MS = 6_000;

/** Milliseconds to give up memberships in after a restore that failed or was interrupted. */
const LEAVE_WITHIN_MS = 30_000;

/** Asks who is restoring. */
export async function readCaller({ instance, signal }: Pick<PlanRequest, 'instance' | 'signal'>): Promise<Caller> {
  const { client } = homeOf(instance.orgs);
  const path = '/api/user/orgs';
  const [user, orgs] = await Promise.all([
    client.get('/api/user', { signal }),
    client.get(path, { keep: ['orgId', 'name', 'role'], signal }),
  ]);
  const memberships = objectsOf(orgs, path).map((one): WantedMembership => ({
    id: numberAt(one, 'orgId') ?? 0,
    org: orgNameOf(one),
    role: stringAt(one, 'role') ?? '',
  }));
  return { ...identityIn(user), memberships: new Map(memberships.map((one) => [one.id, one])) };
}

/** What the account that restores keeps in organizations that it entered. */
export async function givenIn(request: PlanRequest, entered: readonly Entered[]): Promise<Gave[]> {
  const { memberships } = await readCaller(request);
  return entered.map(({ orgs, ...account }) => ({
    ...account,
    orgs: orgs.flatMap((org) => {
      const given = memberships.get(org.id)?.role;
      return given === undefined ? [] : [{ ...org, given }];
    }),
  }));
}

function identityIn(user: Json): { id: number; login: string } {
  const id = numberAt(user, 'id');
  const login = stringAt(user, 'login');
  if (id === undefined || login === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'GET /api/user: the response names no user');
  }
  return { id, login };
}

/** The organization in which requests about the whole server are made. @throws DK_GRAFANA_ANSWER if there is none */
export function homeOf(orgs: readonly Org[]): Org {
  const [home] = orgs;
  if (home === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'Grafana lists no organization');
  }
  return home;
}

/** Makes the caller an Admin of an organization: Grafana shows nothing of one to those who are not its members. */
export async function join(request: PlanRequest, caller: Caller, org: Org): Promise<void> {
  const { instance, clock, signal } = request;
  const { client } = homeOf(instance.orgs);
  if (!caller.memberships.has(org.id)) {
    await addToOrg(client, org.id, caller, 'Admin', signal);
    return;
  }
  await client.patch(`/api/orgs/${org.id}/users/${caller.id}`, { role: 'Admin' }, { signal });
  await clock.sleep(ROLE_CACHE_MS, signal);
}

/** The signal to leave organizations with, after that of the restore may have been aborted. */
export function leavingSignal(): AbortSignal {
  const signal = AbortSignal.timeout(LEAVE_WITHIN_MS);
  setMaxListeners(0, signal);
  return signal;
}

/**
 * Gives the caller the memberships from before the restore, and in organizations that it created those of `created`.
 * @returns why that is not fully possible: an organization keeps its last admin.
 */
export async function leave(
  request: PlanRequest,
  caller: Caller,
  created: readonly WantedMembership[],
  entered: ReadonlySet<string>,
): Promise<KnownReason | undefined> {
  const wanted = new Map([...caller.memberships.values(), ...created].map((one) => [one.id, one]));
  const kept = await setRoles(request, caller, ({ id, org }) => wanted.get(id) ?? (entered.has(org) ? {} : undefined));
  return [...kept.values()][0];
}

/**
 * Gives accounts the roles from before a restore that ended without doing so. A role that someone has changed since
 * stays, and an organization keeps its last admin.
 * @param created - IDs of the organizations that the restore created
 * @returns the accounts that keep a role, and why, if that is in an organization that existed before
 */
export async function giveUp(
  request: PlanRequest,
  accounts: readonly Entered[],
  created: ReadonlySet<number>,
): Promise<ReadonlyMap<Entered, KnownReason | undefined>> {
  const kept = new Map<Entered, KnownReason | undefined>();
  for (const account of accounts) {
    const before = new Map(account.orgs.map((one) => [one.id, one]));
    const own = await setRoles(request, account, ({ id, role }) =>
      role === 'Admin' ? (before.get(id) ?? (created.has(id) ? {} : undefined)) : undefined,
    );
    if (own.size > 0) {
      kept.set(account, [...own].find(([id]) => before.has(id) && !created.has(id))?.[1]);
    }
  }
  return kept;
}

/**
 * Changes the roles of an account, in one organization after another.
 * @param roleIn - its role from now on; none if it leaves, undefined where it stays what it is
 * @returns why a role stays nevertheless, by the ID of the organization: an organization keeps its last admin
 */
async function setRoles(
  request: PlanRequest,
  { id: account }: Pick<Caller, 'id'>,
  roleIn: (one: WantedMembership) => { role?: string | undefined } | undefined,
): Promise<ReadonlyMap<number, KnownReason>> {
  const { signal } = request;
  const home = homeOf(request.instance.orgs);
  const kept = new Map<number, KnownReason>();
  for (const one of (await orgsOf(writeContext(request, home), account)) ?? []) {
    const now = { id: numberAt(one, 'orgId') ?? 0, org: orgNameOf(one), role: stringAt(one, 'role') ?? '' };
    const wanted = roleIn(now);
    if (wanted === undefined || wanted.role === now.role) {
      continue;
    }
    const path = `/api/orgs/${now.id}/users/${account}`;
    try {
      await (wanted.role === undefined
        ? home.client.delete(path, { signal })
        : home.client.patch(path, { role: wanted.role }, { signal }));
    } catch (error) {
      if (!isLastAdmin(error)) {
        throw error;
      }
      kept.set(now.id, roleKept(error));
    }
  }
  return kept;
}

function roleKept({ grafanaMessage: message }: GrafanaError): KnownReason {
  return reason('role-kept', { message });
}

/**
 * Gives the item of the account that restores what the plan said about it: by then, organizations that were created or
 * renamed may have given the account roles. @returns its result, if nothing was left to write
 */
export function asForeseen(own: PlannedItem, foreseen: PlannedItem): ApplyResult[] {
  const { action, reason: why, code, params, security } = foreseen;
  const isGiven = own.action === 'unchanged' && action === 'update';
  Object.assign(own, isGiven ? { action, reason: why, code, params, security } : { security });
  return isGiven ? [resultOf(own, 'verified', reason('as-planned'))] : [];
}

/** The result of a restore after which an account has a role that only the restore needed. */
export function keptResult(org: number, { login }: Pick<Caller, 'login'>, why: KnownReason): ApplyResult {
  return { org, kind: 'user', uid: login, title: login, outcome: 'differs', ...because(why) };
}

/** The same of what `giveUp` left, under the first organization. */
export function keptResults(orgs: readonly Org[], kept: Awaited<ReturnType<typeof giveUp>>): ApplyResult[] {
  const { id } = homeOf(orgs);
  return [...kept].flatMap(([account, why]) => (why === undefined ? [] : [keptResult(id, account, why)]));
}

function isLastAdmin(error: unknown): error is GrafanaError {
  return error instanceof GrafanaError && error.httpStatus === 400;
}
