import { compact } from '../../../contract/compact.ts';
import { numberAt, stringAt } from '../../../lib/json/json.ts';
import { accountOf } from '../../../grafana/accounts.ts';
import { objectsOf } from '../../../grafana/http/pagination/lists.ts';
import type { ReasonCode } from '../../../contract/reasons/catalogue.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import type { Entered, Gave, RunRecord } from '../../../contract/runs.ts';
import type { WantedMembership } from '../../../grafana/kinds/access/user/memberships.ts';
import { MAX_SKEW } from '../../../repository/clocks.ts';
import { restoresSince } from '../../restored-since.ts';
import { thoseHere } from '../exclusive.ts';
import { EarlierRestores } from '../plan/earlier-restores.ts';
import { needsAccount } from '../plan/security.ts';
import { targetOf } from '../target.ts';
import type { Caller, Everything, OrgTarget, PlannedItem, PlanRequest, RestoreOptions } from '../types.ts';
import { homeOf } from './caller.ts';

/** What a restore of everything that did not finish left behind, as far as a trusted key signed its record. */
export type Interrupted = Omit<Everything, 'content' | 'isAlone'>;

/**
 * Finds the organizations that an unfinished restore of the snapshot created, the accounts that joined them, and the
 * roles that accounts have only because a restore did not finish.
 */
export async function findInterrupted(
  request: PlanRequest,
  targets: readonly OrgTarget[],
  caller: Caller,
): Promise<Interrupted> {
  const { id: home } = homeOf(request.instance.orgs);
  const earlier = new EarlierRestores(request);
  const asNew = async (target: OrgTarget): Promise<OrgTarget> => {
    const { org, otherId, ...rest } = target;
    if (org === undefined) {
      return target;
    }
    const ref = { org: home, kind: 'org', uid: org.name } as const;
    const { did, id, open } = (await earlier.cutOff(ref)) ?? {};
    // Someone else may have created one of that name, or given it to theirs, after the restore was cut off.
    const isIts = id === undefined ? open !== true || (await isAloneIn(request, org, caller)) : id === org.id;
    if (did !== 'created' || !isIts) {
      return target;
    }
    const isSure = id !== undefined && (await earlier.isAllDone(ref));
    return { ...rest, ...(isSure ? { org, isSure } : compact({ org, otherId })), isNew: true };
  };
  const joined = new Set<string>();
  for (const { kind, uid } of request.manifest.resources.filter((entry) => entry.kind === 'user')) {
    const written = await earlier.cutOff({ org: home, kind, uid });
    if (written !== undefined && written.open !== true && written.differs !== true) {
      joined.add(uid);
    }
  }
  const known = await Promise.all(targets.map(asNew));
  const entered = await accountsEntered(request);
  const isOwn = (one: Entered): boolean => one.id === caller.id && one.login === caller.login;
  const others = entered.filter((one) => !isOwn(one));
  return { targets: known, joined, others, ...rolesBefore(caller, entered.find(isOwn), known) };
}

/** Accounts with roles that a restore of everything gave them and did not take back; by a trusted record only. */
export async function accountsEntered({
  instance,
  repository,
  signal,
}: Pick<PlanRequest, 'instance' | 'repository' | 'signal'>): Promise<Entered[]> {
  const restores = await thoseHere({ instance, signal }, await restoresSince({ repository, signal }, () => true));
  // Each one goes on with what earlier ones left.
  const last = restores.find(({ record, author }) => record.entered !== undefined && repository.trust.counts(author));
  return last === undefined ? [] : stillThere({ instance, repository, signal }, last.record.entered ?? [], last.record);
}

/** Of accounts in the record of a run, those that are live: not later ones of the same name. */
async function stillThere<One extends Entered>(
  { instance, repository, signal }: Pick<PlanRequest, 'instance' | 'repository' | 'signal'>,
  accounts: readonly One[],
  { started }: Pick<RunRecord, 'started'>,
): Promise<One[]> {
  const { client } = homeOf(instance.orgs);
  const found: One[] = [];
  for (const one of accounts) {
    const live = await accountOf(client, one.login, signal);
    const latest = Date.parse(started) + MAX_SKEW + Math.max(client.clockAhead ?? 0, 0);
    // A later account is that of another Grafana, which had the same target.
    const isLater = !repository.ignoreClock && Date.parse(stringAt(live, 'createdAt') ?? '') > latest;
    if (numberAt(live, 'id') === one.id && !isLater) {
      found.push(one);
    }
  }
  return found;
}

/** Of what a restore gave to accounts, what no one has changed since. */
export async function stillGiven(
  asked: Pick<PlanRequest, 'instance' | 'repository' | 'signal'>,
  { gave = [], started }: Pick<RunRecord, 'gave' | 'started'>,
): Promise<Entered[]> {
  const found: Entered[] = [];
  for (const one of await stillThere(asked, gave, { started })) {
    const path = `/api/users/${one.id}/orgs`;
    const { client } = homeOf(asked.instance.orgs);
    const roles = objectsOf(await client.get(path, { keep: ['orgId', 'role'], signal: asked.signal }), path);
    const isStill = ({ id, given }: Gave['orgs'][number]): boolean =>
      roles.some((live) => numberAt(live, 'orgId') === id && stringAt(live, 'role') === given);
    found.push({ ...one, orgs: one.orgs.filter(isStill) });
  }
  return found;
}

/** The account that restores with its roles before an unfinished restore, and those that it has because of that. */
function rolesBefore(
  caller: Caller,
  entered: Entered | undefined,
  targets: readonly OrgTarget[],
): Pick<Interrupted, 'caller' | 'left'> {
  const memberships = new Map(caller.memberships);
  const left: WantedMembership[] = [];
  for (const one of caller.memberships.values()) {
    const before = entered?.orgs.find(({ id }) => id === one.id);
    const isNew = targets.some(({ org, isNew: made }) => org?.id === one.id && made === true);
    if (one.role === 'Admin' && (before !== undefined || (entered !== undefined && isNew))) {
      left.push(one);
      memberships.delete(one.id);
      if (before?.role !== undefined) {
        memberships.set(one.id, { ...one, role: before.role });
      }
    }
  }
  return { caller: { ...caller, memberships }, left };
}

/**
 * Leaves out what the unfinished restore would have changed about security without confirmation, in organizations that
 * it created: by what it had not come to or completed, and the role of its account.
 */
export async function passOverBegun(
  request: PlanRequest,
  { caller, targets }: Interrupted,
  items: readonly PlannedItem[],
): Promise<void> {
  const created = targets.filter(({ isNew }) => isNew === true);
  const earlier = new EarlierRestores(request);
  for (const item of created.length === 0 ? [] : items.filter(({ security }) => security.length > 0)) {
    const { kind, uid, action, code } = item;
    const isOwn = kind === 'user' && uid === caller.login;
    const inSure = created.some(({ org, isSure }) => isSure === true && org?.id === targetOf(item).org);
    const isNext = inSure && kind !== 'user';
    const isMissing = isNext && action === 'create' && !(await earlier.hasWritten(targetOf(item)));
    const isHalf = isNext && code === ('unfinished' satisfies ReasonCode) && (await earlier.left(targetOf(item)));
    const isBegun = (change: SecurityChange): boolean =>
      (isOwn && change.code === 'org-role' && created.some(({ name }) => name === change.params['org'])) ||
      ((isMissing || isHalf) && needsAccount(change));
    item.security = item.security.filter((change) => !isBegun(change));
  }
}

/** Whether an organization has no other member than the account that restores, as one that it has just created. */
async function isAloneIn({ instance, signal }: PlanRequest, { id }: Org, caller: Caller): Promise<boolean> {
  const path = `/api/orgs/${id}/users`;
  const members = objectsOf(await homeOf(instance.orgs).client.get(path, { keep: ['userId'], signal }), path);
  return members.every((member) => numberAt(member, 'userId') === caller.id);
}

/**
 * The new organizations that an existing account joins: the account that restores none, and those that joined the ones
 * of an interrupted restore only those that are created now. Someone may have removed them since.
 */
export function joinedBy(
  { caller, joined }: Pick<Everything, 'caller' | 'joined'>,
  created: readonly OrgTarget[],
  targets: readonly OrgTarget[],
): NonNullable<RestoreOptions['newOrgs']> {
  const namesOf = (orgs: readonly OrgTarget[]): ReadonlySet<string> => new Set(orgs.map(({ name }) => name));
  const now = namesOf(created);
  const all = namesOf([...created, ...targets.filter(({ isNew }) => isNew === true)]);
  const none = namesOf([]);
  return (login) => (login === caller.login ? none : joined.has(login) ? now : all);
}

/** Whether accounts have roles of a restore that did not finish. */
export function isEntered({ left, others }: Pick<Everything, 'left' | 'others'>): boolean {
  return left.length > 0 || others.length > 0;
}

/** The roles of the account that restores, in organizations that it enters now and those that it has not left. */
export function enteredBy({ caller, targets, left }: Everything, orgs: readonly Org[]): Entered {
  const isNew = ({ id }: { id: number }): boolean =>
    targets.some((target) => target.isNew === true && target.org?.id === id);
  const before = [...orgs, ...left].filter((one) => !isNew(one));
  return {
    id: caller.id,
    login: caller.login,
    orgs: before.map(({ id }) => compact({ id, role: caller.memberships.get(id)?.role })),
  };
}
