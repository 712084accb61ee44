import { compact } from '../../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../../contract/errors.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import { SERVER_KINDS } from '../../../contract/kinds.ts';
import { hasRoles, type Entered, type RunRecord, type Touched } from '../../../contract/runs.ts';
import { reason, type ReasonCode } from '../../../contract/reasons/catalogue.ts';
import { because, refusal } from '../../../contract/reasons/reason.ts';
import { timeOfId } from '../../../repository/layout.ts';
import type { StoredRun } from '../../../repository/runs.ts';
import type { Author } from '../../../repository/signing/trust.ts';
import type { StoredManifest } from '../../../repository/snapshots/manifests.ts';
import { assertMember } from '../../../grafana/closed-orgs.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { wroteTo } from '../../../grafana/server-identity.ts';
import { isAmong } from '../app-dashboards.ts';
import { sourceOf } from '../content.ts';
import { grafanaOf, writtenTo } from '../exclusive.ts';
import { accountsEntered, stillGiven } from '../everything/interrupted.ts';
import { planCreatedRemovals } from './created.ts';
import { withDeprived } from './deprived.ts';
import { foreseen, orgsToEnter, withOwn } from './enter.ts';
import { HalfDeleted } from './half-deleted.ts';
import { leaveWhatChanged } from './leave-changed.ts';
import { closeOpenEntries, entriesBroughtBack } from './open-entries.ts';
import { createdOrgs, liveOrgs, newOrgsOf, withKeptAdmins, withoutOpen } from './new-orgs.ts';
import { keyOf } from '../target.ts';
import { deletedWithOwners } from '../plan/owned-resources.ts';
import { planRestore } from '../plan/plan.ts';
import { confirmationFor } from '../plan/confirmation.ts';
import type { Plan, PlannedItem, PlanRequest } from '../types.ts';

/** The ID of a snapshot is exact to a second. That of a run may be later than its start, to follow another clock's. */
const SECOND_MS = 1_000;

/** What undoing needs; snapshot, selection and options follow from the run. */
export type UndoRequest = Omit<PlanRequest, 'manifest' | 'selection' | 'options'>;

/**
 * The way back of a restore, found by reads only: what it overwrote or deleted comes back from its safety snapshot,
 * what it created is deleted, and nothing else is touched. What somebody changed since is left alone, with that reason,
 * and so is what may be half written. Of organizations that its account has to enter, it foresees what may be undone.
 * @param entered - the account that undoes, and its roles before it entered organizations for that
 * @returns the plan, the request to apply it with, and the very snapshot that both were made from: who wrote it has to
 * be asserted before anything is applied, and a second reading may find another file.
 * @throws DK_RUN_UNTRUSTED when no trusted key signed the record; DK_USAGE when the run is no restore, has no safety
 * snapshot, changed nothing, or was of another Grafana; DK_NOT_FOUND when the safety snapshot is gone;
 * DK_GRAFANA_REFUSED as `assertMember`.
 */
export async function planUndo(
  asked: UndoRequest,
  { record: run, author }: StoredRun,
  entered?: Entered,
): Promise<{ request: PlanRequest; plan: Plan; stored: StoredManifest }> {
  const { snapshot, touched: all, isSafety } = undoable(run);
  if (!asked.repository.trust.counts(author)) {
    throw untrusted(run, author);
  }
  const stored = await storedSnapshot(asked, snapshot, isSafety);
  const { manifest } = stored;
  await assertWroteHere(asked, run, manifest);
  const orgs = entered === undefined ? await orgsToEnter(asked, run, all) : [];
  const isUnseen = (one: Touched): boolean => !SERVER_KINDS.has(one.kind) && orgs.some(({ id }) => id === one.org);
  const unseen = all.filter(isUnseen);
  const recorded = all.filter((one) => !isUnseen(one));
  await assertMember(asked.instance, recorded, asked.signal);
  // A copied record may be older than the run's last one, but it never names what its run did not make.
  const isEarlier = timeOfId(manifest.id).getTime() + SECOND_MS <= Date.parse(run.started);
  if (isSafety && (manifest.trigger !== 'safety' || isEarlier)) {
    throw new DashkeepError('DK_USAGE', `${snapshot} is not the safety snapshot of run ${run.id}`);
  }
  const held = new Map(manifest.resources.map((entry) => [keyOf(entry), entry]));
  // The safety snapshot is what was there, managed or not.
  const { source, ...own } = asked;
  const instance = {
    ...asked.instance,
    orgs: asked.instance.orgs.filter(({ id }) => !orgs.some((one) => one.id === id)),
  };
  const unselected = { ...own, instance, manifest, selection: {}, options: { overwrite: true, includeManaged: true } };
  const from = { ...unselected, ...compact({ source }) };
  const entries = all.some(({ did, open }) => did === 'created' || open === true)
    ? await entriesBroughtBack({ ...from, instance: asked.instance }, run)
    : undefined;
  const closed = await closeOpenEntries(from, recorded, entries);
  const touched = await withDeprived(from, [...closed, ...(await deletedAlong(from, closed))]);
  const known = await accountsWithRoles(asked, run);
  const accounts = entered === undefined ? known : withOwn(known, entered);
  const roles = rolesLeft(asked, run, accounts);
  const newOrgs = await newOrgsOf(asked, touched, accounts);
  // Grafana's defaults are reset where the snapshot has none: in organizations that the restore created, because other
  // resources depend on them, and of kinds that are listed only when changed.
  const isReset = ({ kind, uid, org }: Touched): boolean =>
    kindOf(kind).onlyResets?.(uid) === true && (newOrgs.ids.has(org) || kindOf(kind).omitsDefaults === true);
  const isNew = (one: Touched): boolean =>
    (one.did === 'created' && !newOrgs.isMissing(one)) ||
    (one.did === 'updated' && isReset(one) && !held.has(keyOf(one)));
  const isBack = (one: Touched): boolean => !isNew(one) && !newOrgs.isMissing(one);
  const back = touched.filter(isBack);
  const only = back.filter((one) => held.has(keyOf(one))).map(({ org, kind, uid }) => ({ org, kind, uid }));
  const options = { ...unselected.options, leaves: newOrgs.leftBy };
  const request: PlanRequest = { ...unselected, options, selection: { only, exactly: true } };
  const byKey = new Map(back.map((one) => [keyOf(one), one]));
  const plan = await planRestore(request, (item, ...rest) => leaveWhatChanged(item, byKey.get(keyOf(item)), ...rest));
  const foreseenBack = unseen.filter(isBack);
  const ahead = foreseen({ created: unseen.filter(isNew), back: foreseenBack }, held);
  const lost = [...back, ...foreseenBack]
    .filter((one) => !held.has(keyOf(one)) && !wentWithAnother(one))
    .map((one) => notHeld(one, newOrgs.ids));
  const halfDeleted = new HalfDeleted(request, run);
  const removals = await planCreatedRemovals(request, touched.filter(isNew), entries, halfDeleted, plan.items);
  const withApps = plan.items.filter(({ app }) => app !== undefined);
  const left = removals.filter((item) => !isAmong(item, withApps));
  const found = titled(withKeptAdmins(asked, [...plan.items, ...lost, ...left, ...ahead], newOrgs), entries);
  const items = run.undoes === undefined ? found : found.map(asDoneByUndo);
  const { confirm: _, ...planned } = plan;
  const confirm = confirmationFor(asked, items);
  const isEntered = ahead.some(({ action }) => action !== 'skip');
  const again = (own: Entered) => planUndo(asked, { record: run, author }, own);
  return {
    request: { ...request, instance: asked.instance },
    stored,
    plan: {
      ...planned,
      items,
      undoes: run.id,
      ...compact({ confirm, roles, keptRoles: keptRoles(asked, run), enters: isEntered ? { orgs, again } : undefined }),
    },
  };
}

/**
 * What Grafana may have deleted along with the resources that a process deleted last before it was killed: only a
 * deletion that was confirmed is recorded with all of that.
 */
async function deletedAlong(request: PlanRequest, touched: readonly Touched[]): Promise<Touched[]> {
  const known = new Set(touched.map(keyOf));
  const owners = touched.filter(({ did, open }) => did === 'deleted' && open === true);
  return (await deletedWithOwners(request, owners))
    .filter((entry) => !known.has(keyOf(entry)))
    .map(({ org, kind, uid }) => ({ org, kind, uid, did: 'deleted', open: true }));
}

/** Accounts with roles that a restore of everything left or gave them. Only a server admin can take them back. */
async function accountsWithRoles(asked: UndoRequest, run: RunRecord): Promise<Entered[]> {
  const isKnown = run.entered !== undefined && asked.instance.serverAdmin;
  return isKnown ? [...(await accountsEntered(asked)), ...(await stillGiven(asked, run))] : [];
}

/** The roles that they give up when everything else is undone. */
function rolesLeft(asked: UndoRequest, { touched = [] }: RunRecord, accounts: readonly Entered[]): Plan['roles'] {
  const created = createdOrgs(asked, withoutOpen(touched));
  const isNone = accounts.length === 0 || (created.size === 0 && !hasRoles({ entered: accounts }));
  return isNone ? undefined : { accounts, created };
}

/** The roles that an undo leaves to accounts, because its own is that of no server admin. */
function keptRoles({ instance }: UndoRequest, { entered = [], touched = [] }: RunRecord): Plan['keptRoles'] {
  const created = touched.filter(({ kind, did }) => kind === 'org' && did === 'created').map(({ uid }) => uid);
  const nameOf = (id: number): string => liveOrgs(instance).find((org) => org.id === id)?.name ?? String(id);
  const kept = instance.serverAdmin ? [] : entered;
  const all = kept.map(({ login, orgs }) => ({ login, orgs: [...orgs.map(({ id }) => nameOf(id)), ...created] }));
  const some = all.filter(({ orgs }) => orgs.length > 0);
  return some.length === 0 ? undefined : some;
}

/** A restore that ended before its safety snapshot changed nothing but roles, whatever it was to restore. */
function undoable(run: RunRecord): { snapshot: string; touched: Touched[]; isSafety: boolean } {
  const { kind, touched = [], source, gave = [] } = run;
  const isOfRoles = touched.length === 0 && (hasRoles(run) || hasRoles({ entered: gave }));
  const snapshot = run.snapshot ?? (isOfRoles ? source : undefined);
  if (kind !== 'restore' || snapshot === undefined) {
    throw new DashkeepError('DK_USAGE', 'you can undo only a restore that created a safety snapshot');
  }
  if (touched.length === 0 && !isOfRoles) {
    throw new DashkeepError('DK_USAGE', `run ${run.id} changed nothing in Grafana, so there is nothing to undo`);
  }
  return { snapshot, touched, isSafety: run.snapshot !== undefined };
}

async function storedSnapshot(asked: UndoRequest, id: string, isSafety: boolean): Promise<StoredManifest> {
  try {
    const repository = isSafety ? asked.repository : sourceOf(asked);
    return await repository.stored(id, { signal: asked.signal });
  } catch (error) {
    if (asDashkeepError(error).code === 'DK_NOT_FOUND') {
      throw refusal('DK_NOT_FOUND', reason('safety-snapshot-gone', { snapshot: id }), {
        cause: error,
        advice: reason('restore-earlier'),
      });
    }
    throw error;
  }
}

/**
 * What a restore created in one Grafana may be somebody's in another.
 * @throws DK_USAGE
 */
async function assertWroteHere(asked: UndoRequest, run: RunRecord, safety: Manifest): Promise<void> {
  const there = writtenTo(run, safety);
  if (there !== undefined && !wroteTo(await grafanaOf(asked), there)) {
    throw refusal('DK_USAGE', reason('other-grafana', { run: run.id, url: there.url }));
  }
}

function untrusted({ id, snapshot }: RunRecord, { signer }: Author): DashkeepError {
  const by = signer === undefined ? 'is not signed' : `is signed by ${signer}, which is not trusted here`;
  const command = `dashkeep restore ${snapshot ?? '<id>'} --overwrite`;
  const advice =
    signer === undefined ? undefined : reason('trust-signer', { trust: `dashkeep trust ${signer}`, command });
  return new DashkeepError('DK_RUN_UNTRUSTED', `the record of run ${id} ${by}`, compact({ advice }));
}

/** Most dashboards have no public one, and what was never there is not lost. */
function wentWithAnother({ kind, did }: Touched): boolean {
  return did === 'deleted' && goesWith(kindOf(kind)) !== undefined;
}

function notHeld({ org, kind, uid }: Touched, newOrgs: ReadonlySet<number>): PlannedItem {
  return {
    org,
    kind,
    uid,
    title: uid,
    folder: '',
    ...(kind === 'org'
      ? { action: 'skip', ...because(reason('org-keeps-name')) }
      : newOrgs.has(org)
        ? { action: 'skip', ...because(reason('of-new-org')) }
        : { action: 'blocked', ...because(reason('not-held')) }),
    losses: [],
    security: [],
  };
}

const DONE_BY_UNDO: Readonly<Record<string, ReasonCode>> = {
  created: 'undo-created',
  changed: 'undo-changed',
  deleted: 'undo-deleted',
};

/** Says of what an undo did that it was an undo. */
function asDoneByUndo(item: PlannedItem): PlannedItem {
  const code = DONE_BY_UNDO[item.code];
  return code === undefined ? item : { ...item, ...because({ code, params: {} }) };
}

/**
 * What Grafana no longer has gets its title from the snapshot that was restored. What belongs to something
 * else, as permissions do, has none in Grafana: it gets its owner's.
 */
function titled(items: PlannedItem[], entries: Awaited<ReturnType<typeof entriesBroughtBack>>): PlannedItem[] {
  const titles = new Map(items.map((item) => [keyOf(item), item.title]));
  return items.map((item) => {
    const owner = goesWith(kindOf(item.kind));
    const title =
      entries?.get(keyOf(item))?.title ??
      (owner === undefined ? undefined : titles.get(keyOf({ ...item, kind: owner })));
    return item.title === item.uid && title !== undefined ? { ...item, title } : item;
  });
}
