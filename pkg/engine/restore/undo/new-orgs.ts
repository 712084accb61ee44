import { numberAt, stringAt } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because } from '../../../contract/reasons/reason.ts';
import type { Entered, Touched } from '../../../contract/runs.ts';
import { objectsOf } from '../../../grafana/http/pagination/lists.ts';
import type { Org } from '../../../grafana/instance.ts';
import { homeOf } from '../everything/caller.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';

/** The organizations that a restore created, which stay when it is undone. */
export interface NewOrgs {
  ids: ReadonlySet<number>;
  /** The names of those that keep an account as their last admin, by its login. */
  kept: ReadonlyMap<string, readonly string[]>;
  /** The names of those that an account leaves. */
  leftBy: (login: string) => ReadonlySet<string>;
}

/**
 * Finds the organizations that a restore created, and the accounts that cannot leave them.
 * @param accounts - those that give up their roles after the undo
 */
export async function newOrgsOf(
  request: Pick<PlanRequest, 'instance' | 'signal'>,
  touched: readonly Touched[],
  accounts: readonly Entered[],
): Promise<NewOrgs> {
  const { orgs, serverAdmin } = request.instance;
  // Someone else may have created one that the record names before its creation.
  const certain = createdOrgs(request, withoutOpen(touched));
  const left = serverAdmin ? orgs.filter(({ id }) => certain.has(id)) : [];
  const joined = new Set(touched.flatMap(({ kind, did, uid }) => (kind === 'user' && did === 'updated' ? [uid] : [])));
  const kept = new Map<string, string[]>();
  for (const org of left) {
    const admins = (await adminsOf(request, org)).filter(({ id }) => !accounts.some((one) => one.id === id));
    const [last] = admins.every(({ login }) => joined.has(login)) ? admins : [];
    if (last !== undefined) {
      kept.set(last.login, [...(kept.get(last.login) ?? []), org.name]);
    }
  }
  return {
    ids: createdOrgs(request, touched),
    kept,
    leftBy: (login) => new Set(left.flatMap(({ name }) => (kept.get(login)?.includes(name) === true ? [] : [name]))),
  };
}

/** IDs of the organizations that a restore created, by what its record lists. */
export function createdOrgs(
  { instance: { orgs } }: Pick<PlanRequest, 'instance'>,
  touched: readonly Touched[],
): ReadonlySet<number> {
  const made = touched.filter(({ kind, did }) => kind === 'org' && did === 'created');
  // By its name where the restore was killed before the record had its ID. Someone may have renamed any other.
  const idOf = ({ uid, id }: Touched): number | undefined => id ?? orgs.find(({ name }) => name === uid)?.id;
  return new Set(made.flatMap((one) => idOf(one) ?? []));
}

/** What is certain of what a record lists. */
export function withoutOpen(touched: readonly Touched[]): Touched[] {
  return touched.filter(({ open }) => open !== true);
}

async function adminsOf(
  { instance, signal }: Pick<PlanRequest, 'instance' | 'signal'>,
  { id }: Org,
): Promise<{ id: number | undefined; login: string }[]> {
  const path = `/api/orgs/${id}/users`;
  const answer = await homeOf(instance.orgs).client.get(path, { keep: ['userId', 'login', 'role'], signal });
  return objectsOf(answer, path)
    .filter((one) => stringAt(one, 'role') === 'Admin')
    .map((one) => ({ id: numberAt(one, 'userId'), login: stringAt(one, 'login') ?? '' }))
    .sort((a, b) => (a.login < b.login ? -1 : 1));
}

/** Says of an account with nothing else to undo that it stays where it is the last admin. */
export function keptAsAdmin(item: PlannedItem, { kept }: NewOrgs): PlannedItem {
  const orgs = item.kind === 'user' && item.action === 'unchanged' ? kept.get(item.uid) : undefined;
  return orgs === undefined
    ? item
    : { ...item, action: 'skip', ...because(reason('org-keeps-admin', { orgs: orgs.join(', ') })) };
}
