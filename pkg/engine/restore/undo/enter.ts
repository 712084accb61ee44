import { compact } from '../../../contract/compact.ts';
import { reasonOf } from '../../../contract/errors.ts';
import { SERVER_KINDS } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason, sentenceOf } from '../../../contract/reasons/catalogue.ts';
import type { Entered, RunRecord, Touched } from '../../../contract/runs.ts';
import type { Org } from '../../../grafana/instance.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { keepRecord, noteEnd, recordedChanges } from '../apply/recorded-changes.ts';
import { giveUp, join, leavingSignal, readCaller } from '../everything/caller.ts';
import { ForeseenSecurity } from '../everything/foreseen-security.ts';
import { keyOf } from '../target.ts';
import type { ApplyOptions, Plan, PlannedItem, PlanRequest, Restored } from '../types.ts';
import { itemOf, whyItStays } from './created.ts';

/**
 * The organizations that a restore of everything wrote to, and in which the account that undoes it is no Admin: a
 * restore that ends early leaves those that it joined or created.
 */
export async function orgsToEnter(
  asked: Pick<PlanRequest, 'instance' | 'signal'>,
  { entered }: RunRecord,
  touched: readonly Touched[],
): Promise<Org[]> {
  const { orgs, serverAdmin } = asked.instance;
  const within = new Set(touched.filter(({ kind }) => !SERVER_KINDS.has(kind)).map(({ org }) => org));
  if (entered === undefined || !serverAdmin || within.size === 0) {
    return [];
  }
  const { memberships } = await readCaller(asked);
  return orgs.filter(({ id }) => within.has(id) && memberships.get(id)?.role !== 'Admin');
}

/** What an undo may do in organizations that it cannot look into yet. */
export function foreseen(
  { created, back }: { created: readonly Touched[]; back: readonly Touched[] },
  held: ReadonlyMap<string, ManifestEntry>,
): PlannedItem[] {
  const going = new Set(created.filter(({ kind }) => kindOf(kind).remove !== undefined).map(keyOf));
  const removals = created.flatMap((one): PlannedItem[] => {
    const { owner, remove } = kindOf(one.kind);
    if (remove !== undefined) {
      return [itemOf(one, 'delete', reason('undo-unseen'))];
    }
    const goesAlong = owner !== undefined && going.has(keyOf({ ...one, kind: owner }));
    return goesAlong ? [] : [itemOf(one, 'skip', whyItStays(kindOf(one.kind)))];
  });
  const returns = back.flatMap((one): PlannedItem[] => {
    const entry = held.get(keyOf(one));
    const action = one.did === 'deleted' ? 'create' : 'update';
    return entry === undefined ? [] : [{ ...itemOf(one, action, reason('undo-unseen')), title: entry.title, entry }];
  });
  return [...returns, ...removals];
}

/**
 * Undoes a restore from inside its organizations: the account becomes an Admin there after the record says what it was,
 * and what the plan foresaw is planned again. In the end, the account has the roles from before.
 */
export async function undoWithin(
  options: ApplyOptions,
  { orgs, again }: NonNullable<Plan['enters']>,
  apply: (options: ApplyOptions) => Promise<Restored>,
): Promise<Restored> {
  const { plan, note } = options;
  const { id, login, memberships } = await readCaller(options);
  const own: Entered = {
    id,
    login,
    orgs: orgs.map((org) => compact({ id: org.id, role: memberships.get(org.id)?.role })),
  };
  const { accounts = [] } = plan.roles ?? {};
  note?.({ entered: withOwn(accounts, own) });
  await noteEnd(options, recordedChanges(options));
  await keepRecord(options);
  let isLeft = false;
  try {
    for (const org of orgs) {
      await join(options, { id, login, memberships }, org);
    }
    const { request, plan: now } = await again(own);
    const items = new ForeseenSecurity(plan.items).only(now.items, () => false);
    Object.assign(plan, {
      ...now,
      items,
      roles: { created: new Set(), ...now.roles, accounts: withOwn(now.roles?.accounts, own) },
    });
    const restored = await apply({ ...options, options: request.options, selection: request.selection });
    // Then it has taken back this role with the others.
    isLeft = !restored.results.some(({ outcome }) => outcome === 'failed');
    return restored;
  } finally {
    if (!isLeft) {
      await leaveAgain(options, own, accounts);
    }
  }
}

/** After a failure: the next undo enters again. */
async function leaveAgain(options: ApplyOptions, own: Entered, others: readonly Entered[]): Promise<void> {
  const why = await giveUp({ ...options, signal: leavingSignal() }, [own], new Set()).then((kept) => {
    const [reasonKept] = kept.values();
    return reasonKept && sentenceOf(reasonKept);
  }, reasonOf);
  if (why === undefined) {
    options.note?.({ entered: others.filter(({ id, orgs }) => id !== own.id || orgs.length > 0) });
    return;
  }
  options.log.warn(
    { login: own.login, reason: why },
    'the account used for the undo may still be an Admin of organizations; undo the restore again',
  );
}

/** Accounts that give up roles, with the one that undoes. */
export function withOwn(accounts: readonly Entered[] | undefined = [], own: Entered): Entered[] {
  const known = accounts.find(({ id }) => id === own.id)?.orgs ?? [];
  const added = own.orgs.filter(({ id }) => !known.some((one) => one.id === id));
  return [...accounts.filter(({ id }) => id !== own.id), { ...own, orgs: [...known, ...added] }];
}
