import { numberAt, stringAt } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, lossesOf } from '../../../contract/reasons/reason.ts';
import type { Entered, Touched } from '../../../contract/runs.ts';
import { objectsOf } from '../../../grafana/http/pagination/lists.ts';
import type { Instance, Org } from '../../../grafana/instance.ts';
import { homeOf } from '../everything/caller.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import { itemOf } from './created.ts';

/** The organizations that a restore created, which stay when it is undone. */
export interface NewOrgs {
  ids: ReadonlySet<number>;
  /** The names of those that keep an account as an Admin, by its login. */
  kept: ReadonlyMap<string, readonly string[]>;
  /** The names of those that an account leaves. */
  leftBy: (login: string) => ReadonlySet<string>;
  /** Whether the restore ended before it created an organization that it had put down. */
  isMissing: (touched: Touched) => boolean;
}

/**
 * Finds the organizations that a restore created, and the accounts that do not leave them.
 * @param accounts - those that give up their roles after the undo
 */
export async function newOrgsOf(
  request: Pick<PlanRequest, 'instance' | 'signal'>,
  touched: readonly Touched[],
  accounts: readonly Entered[],
): Promise<NewOrgs> {
  const { serverAdmin } = request.instance;
  const live = liveOrgs(request.instance);
  // Someone else may have created one that the record names before its creation.
  const certain = createdOrgs(request, withoutOpen(touched));
  const ids = createdOrgs(request, touched);
  const left = serverAdmin ? live.filter(({ id }) => certain.has(id)) : [];
  const joined = new Set(touched.flatMap(({ kind, did, uid }) => (kind === 'user' && did === 'updated' ? [uid] : [])));
  const kept = new Map<string, string[]>();
  for (const org of serverAdmin ? live.filter(({ id }) => ids.has(id)) : []) {
    const admins = await adminsOf(request, org);
    const others = admins.filter(({ id }) => !accounts.some((account) => account.id === id));
    const own = new Set(accounts.filter(({ id }) => admins.some((admin) => admin.id === id)).map(({ login }) => login));
    const [other] = others.every(({ login }) => joined.has(login)) ? others : [];
    const last = others.length === 0 ? [...own].at(-1) : other?.login;
    for (const login of certain.has(org.id) ? (last === undefined ? [] : [last]) : own) {
      kept.set(login, [...(kept.get(login) ?? []), org.name]);
    }
  }
  return {
    ids,
    kept,
    leftBy: (login) => new Set(left.flatMap(({ name }) => (kept.get(login)?.includes(name) === true ? [] : [name]))),
    isMissing: ({ kind, uid, open }) =>
      serverAdmin && kind === 'org' && open === true && !live.some(({ name }) => name === uid),
  };
}

/** All organizations that are known to exist, also those that are out of scope. */
export function liveOrgs({ orgs, scope: { others = [] } }: Instance): readonly Pick<Org, 'id' | 'name'>[] {
  return [...orgs, ...others];
}

/** IDs of the organizations that a restore created, by what its record lists. */
export function createdOrgs(
  { instance }: Pick<PlanRequest, 'instance'>,
  touched: readonly Touched[],
): ReadonlySet<number> {
  const made = touched.filter(({ kind, did }) => kind === 'org' && did === 'created');
  // By its name where the restore was killed before the record had its ID. Someone may have renamed any other.
  const idOf = ({ uid, id }: Touched): number | undefined =>
    id ?? liveOrgs(instance).find(({ name }) => name === uid)?.id;
  return new Set(made.flatMap((one) => idOf(one) ?? []));
}

/** What is certain of what a record lists. */
export function withoutOpen(touched: readonly Touched[]): Touched[] {
  return touched.filter(({ open }) => open !== true);
}

async function adminsOf(
  { instance, signal }: Pick<PlanRequest, 'instance' | 'signal'>,
  { id }: Pick<Org, 'id'>,
): Promise<{ id: number | undefined; login: string }[]> {
  const path = `/api/orgs/${id}/users`;
  const answer = await homeOf(instance.orgs).client.get(path, { keep: ['userId', 'login', 'role'], signal });
  return objectsOf(answer, path)
    .filter((one) => stringAt(one, 'role') === 'Admin')
    .map((one) => ({ id: numberAt(one, 'userId'), login: stringAt(one, 'login') ?? '' }))
    .sort((a, b) => (a.login < b.login ? -1 : 1));
}

/** Says which accounts remain Admins of organizations that the restore created, with what else an undo does to them. */
export function withKeptAdmins(
  { instance }: Pick<PlanRequest, 'instance'>,
  items: readonly PlannedItem[],
  { kept }: NewOrgs,
): PlannedItem[] {
  const { id: org } = homeOf(instance.orgs);
  const whyOf = (orgs: readonly string[]) => reason('org-keeps-admin', { orgs: orgs.join(', ') });
  const said = items.map((item): PlannedItem => {
    const orgs = item.kind === 'user' ? kept.get(item.uid) : undefined;
    if (orgs === undefined) {
      return item;
    }
    const { losses, lost } = lossesOf([whyOf(orgs)]);
    return item.action === 'unchanged'
      ? { ...item, action: 'skip', ...because(whyOf(orgs)) }
      : { ...item, losses: [...item.losses, ...losses], lost: [...(item.lost ?? []), ...lost] };
  });
  const others = [...kept].filter(([login]) => !items.some(({ kind, uid }) => kind === 'user' && uid === login));
  return [...said, ...others.map(([uid, orgs]) => itemOf({ org, kind: 'user', uid }, 'skip', whyOf(orgs)))];
}
