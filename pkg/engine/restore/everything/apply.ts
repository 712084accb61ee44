import { compact } from '../../../contract/compact.ts';
import { reasonOf } from '../../../contract/errors.ts';
import { append } from '../../../lib/append.ts';
import { arrayAt, isJsonObject, stringAt } from '../../../lib/json/json.ts';
import { byWriteOrder, type KindName } from '../../../contract/kinds.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { ApplyResult, SecurityChange } from '../../../contract/plan.ts';
import { sentenceOf } from '../../../contract/reasons/catalogue.ts';
import { hasRoles, type Entered } from '../../../contract/runs.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { WantedMembership } from '../../../grafana/kinds/access/user/memberships.ts';
import { backup } from '../../backup/backup.ts';
import { ProgressCounter } from '../../progress.ts';
import { applyAllButLeaving, applyLeaving, applyPlan } from '../apply/apply.ts';
import { recount, savingProgress, started } from '../apply/progress.ts';
import { isWritten } from '../apply/attempt.ts';
import { Leaving } from '../apply/leaving.ts';
import { sourceOf, storedContent } from '../content.ts';
import { keyOf, targetOf } from '../target.ts';
import type { ChangeLog } from '../apply/change-log.ts';
import { keepRecord, noteEnd, recordedChanges } from '../apply/recorded-changes.ts';
import { planRestore } from '../plan/plan.ts';
import type { Restored, ApplyOptions, Plan, PlannedItem, PlanRequest, Everything, RunFacts } from '../types.ts';
import { needsAccount, opensNothing, withSecurity } from '../plan/security.ts';
import { asForeseen, givenIn, giveUp, join, keptResult, keptResults, leave, leavingSignal } from './caller.ts';
import { ForeseenSecurity } from './foreseen-security.ts';
import { enteredBy, isEntered, joinedBy, passOverBegun } from './interrupted.ts';
import { writtenBy } from './written.ts';
import { bringOrgs, type Brought } from './orgs.ts';
import { accountsRequest, contentRequest, PARTS } from './requests.ts';

/**
 * Applies a plan of everything after a safety snapshot: organizations, users, what each organization holds, and at the
 * end the memberships of the account that restores, which needs to be an Admin of each organization until then.
 */
export async function restoreEverything(options: ApplyOptions, everything: Everything): Promise<Restored> {
  const { plan, instance } = options;
  const closed = everything.targets.filter(({ org, isOpen }) => org !== undefined && !isOpen);
  const isFinishing = everything.targets.some(({ isNew }) => isNew === true) || isEntered(everything);
  if (!plan.items.some(isWritten) && closed.length === 0 && !isFinishing) {
    options.note?.({ source: plan.snapshot });
    return { results: [] };
  }
  instance.orgs.forEach(({ client }) => client.prioritize());
  const run = new EverythingRun(options, everything);
  try {
    await run.enter(closed.flatMap(({ org }) => org ?? []));
    const snapshot = options.safetySnapshot
      ? await backup({
          ...options,
          ...compact({ onProgress: savingProgress(options.onProgress) }),
          trigger: 'safety',
          plainCopies: false,
          mustRead: writtenBy(plan, closed),
          readsAll: plan.anyLeaves === true,
        })
      : undefined;
    options.note?.(compact({ snapshot: snapshot?.id }));
    const results = withSecurity(await run.apply(snapshot), plan.items);
    return compact({ results, safetySnapshot: snapshot?.id });
  } catch (error) {
    await run.leaveAnyway();
    throw error;
  } finally {
    await noteEnd(options, run.changeLog);
  }
}

/** One restore of everything, from its organizations to the memberships of its account. */
class EverythingRun {
  readonly changeLog: ChangeLog;
  readonly #request: ApplyOptions;
  readonly #plan: Plan;
  readonly #everything: Everything;
  readonly #progress: ProgressCounter;
  readonly #foreseen: ForeseenSecurity;
  #safety: Manifest | undefined;
  #results: ApplyResult[] = [];
  /** Applies what a stage left for the end. */
  #lastOf: () => Promise<ApplyResult[]> = async () => [];
  #brought: Brought = { targets: [], created: [], results: [] };
  /** The account that restores, as the record has it. */
  #noted: Entered[] = [];

  constructor(options: ApplyOptions, everything: Everything) {
    this.changeLog = recordedChanges(options);
    this.#request = options;
    this.#plan = options.plan;
    this.#everything = everything;
    this.#progress = new ProgressCounter(options.clock, options.onProgress);
    this.#foreseen = new ForeseenSecurity(options.plan.items);
  }

  /** Makes the account an Admin of organizations after the record says what it is there. */
  async enter(orgs: readonly Org[]): Promise<void> {
    const { caller, targets, others } = this.#everything;
    if (orgs.length > 0 || isEntered(this.#everything) || targets.some(({ org }) => org === undefined)) {
      this.#noted = [enteredBy(this.#everything, orgs)];
      this.#request.note?.({ entered: [...this.#noted, ...others] });
      if (hasRoles({ entered: this.#noted })) {
        await noteEnd(this.#request, this.changeLog);
      }
      await keepRecord(this.#request);
    }
    for (const org of orgs) {
      await join(this.#request, caller, org);
    }
  }

  async apply(safety?: Manifest): Promise<ApplyResult[]> {
    const { caller, targets, content } = this.#everything;
    this.#safety = safety;
    started(this.#progress, this.#plan.items);
    Object.assign(this.#plan, { missing: [], dataSources: [] });
    this.#brought = await bringOrgs(this.#request, targets, this.changeLog);
    append(this.#results, this.#brought.results);
    await this.#stageOrgs();
    const newOrgs = joinedBy(this.#everything, this.#brought.created, targets);
    const options = { ...this.#request.options, newOrgs };
    const accounts = accountsRequest({ ...this.#request, options }, ['user']);
    await this.#stage(accounts, (uid) => uid !== caller.login, true);

    const { created } = this.#brought;
    const joined = this.#brought.targets.filter(({ org, isOpen }) => org !== undefined && !isOpen);
    const others = this.#brought.targets.filter(
      (target) =>
        target.isOpen &&
        !created.includes(target) &&
        !targets.some(({ from, isOpen }) => isOpen && from === target.from),
    );
    const [first = [], rest = []] = PARTS;
    // What Grafana put into an organization by itself is nobody's.
    // No entry with supplied secrets can mean the ID that a new organization gets.
    const intoNew = { overwrite: true, secrets: (kind: KindName, uid: string) => options.secrets?.(kind, uid) };
    await this.#stage(contentRequest(this.#request, created, { kinds: first, ...intoNew }));
    await this.#stage(contentRequest(this.#request, [...joined, ...others]));
    append(this.#results, await applyPlan(this.#request, content, this.changeLog, this.#progress));
    this.#note(content);
    await this.#stage(contentRequest(this.#request, created, { kinds: rest, ...intoNew }));
    append(this.#results, await this.#lastOf());
    await this.#finishCaller();
    await this.#finishOthers();
    return this.#results;
  }

  /**
   * What else is known of organizations, such as addresses. Of those that were just created or renamed it is always
   * written.
   */
  async #stageOrgs(): Promise<void> {
    const { results } = this.#brought;
    const brought = new Set(results.filter(({ code }) => code !== 'org-matched').map(({ uid }) => uid));
    const options = { ...this.#request.options, overwrite: true };
    await this.#stage(accountsRequest({ ...this.#request, options }, ['org']), (uid) => brought.has(uid));
    await this.#stage(accountsRequest(this.#request, ['org']), (uid) => !brought.has(uid));
  }

  /** Plans a part as it is now, in place of what the plan foresaw, and applies it. */
  async #stage(request: PlanRequest, takes: (uid: string) => boolean = () => true, leavesLater = false): Promise<void> {
    const { orgs, kinds = [] } = request.selection;
    if (orgs?.length === 0) {
      return;
    }
    const { onProgress: _, ...quietly } = request;
    const onWait = (what: string | undefined): void => this.#progress.waitingFor(what);
    const part = await planRestore({ ...quietly, onWait, deferBodies: true });
    const taken = part.items.filter(({ uid }) => takes(uid));
    await passOverBegun(request, this.#everything, taken);
    part.items = this.#foreseen.only(taken, (item, change) => this.#opensNothing(item, change));
    // First, as the record counts by the items of the plan what is being written.
    this.#replace(part, (item) => kinds.includes(item.kind) && (orgs?.includes(item.org) ?? true) && takes(item.uid));
    recount(this.#progress, this.#plan.items, part.items, this.#results);
    const applied = [request, part, this.changeLog, this.#progress] as const;
    const leaving = new Leaving(this.#safety);
    const results = await (leavesLater ? applyAllButLeaving : applyPlan)(...applied, leaving);
    this.#lastOf = leavesLater ? () => applyLeaving(...applied, leaving) : this.#lastOf;
    const written = new Set(results.map(keyOf));
    this.#results = [...this.#results.filter((result) => !written.has(keyOf(result))), ...results];
    if (orgs !== undefined) {
      this.#note(part);
    }
  }

  /** Puts a part into the plan, in place of what the plan foresaw of it. */
  #replace(part: Plan, isOfPart: (item: PlannedItem) => boolean): void {
    const brought = new Set(this.#brought.results.map(({ uid }) => uid));
    // That an organization was created or renamed is what there is to say about it.
    const kept = this.#plan.items.filter(
      (item) => !isOfPart(item) || (item.kind === 'org' && (brought.has(item.uid) || item.action === 'blocked')),
    );
    const fresh = part.items.filter(({ kind, uid }) => !(kind === 'org' && brought.has(uid)));
    this.#plan.items = [...kept, ...fresh].sort(byWriteOrder);
  }

  /** In what this restore created, no member has anything yet; the account that restores gives up only what it took. */
  #opensNothing(item: PlannedItem, change: SecurityChange): boolean {
    const { kind, uid } = item;
    const { caller, isAlone } = this.#everything;
    const inNew = this.#brought.created.some(({ org }) => org?.id === targetOf(item).org);
    const own = kind === 'user' && uid === caller.login && change.code === 'org-role';
    return (
      (kind !== 'user' && inNew && needsAccount(change)) ||
      (own && this.#entered().has(change.params['org'] ?? '')) ||
      (isAlone && opensNothing(item, change))
    );
  }

  #note({ missing, dataSources }: Plan): void {
    append(this.#plan.missing, missing);
    append(this.#plan.dataSources, dataSources);
  }

  /** The account that restores gets the memberships of the snapshot, or those that it had before. */
  async #finishCaller(): Promise<void> {
    const { caller, left } = this.#everything;
    const isCaller = (uid: string): boolean => uid === caller.login;
    const find = () => this.#plan.items.find(({ kind, uid }) => kind === 'user' && isCaller(uid));
    const foreseen = find();
    const planned = foreseen?.action;
    // A killed restore may have made it what it is.
    const mayStay = left.length > 0 && this.#request.options.overwrite === true;
    const wasRight = planned === 'unchanged' && this.#brought.created.length === 0 && !mayStay;
    // Of what someone has changed, the roles that the restore needs may be as in the snapshot.
    if (!wasRight && planned !== 'skip') {
      await this.#stage(accountsRequest(this.#request, ['user']), isCaller);
    }
    const own = find();
    if (!wasRight && own !== undefined && (own.action === 'update' || own.action === 'unchanged')) {
      append(this.#results, foreseen === undefined ? [] : asForeseen(own, foreseen));
      return this.#request.note?.({ gave: await givenIn(this.#request, this.#noted) });
    }
    const kept = await leave(this.#request, caller, await this.#ownInCreated(), this.#entered());
    if (kept !== undefined) {
      this.#results.push(keptResult(own?.org ?? this.#request.manifest.orgs[0]?.id ?? 1, caller, kept));
    }
  }

  /** The same of accounts that made earlier attempts. The record then says that no one has such roles any more. */
  async #finishOthers(): Promise<void> {
    const { caller, others, targets } = this.#everything;
    const created = new Set(targets.flatMap(({ org, isNew }) => (isNew === true && org ? [org.id] : [])));
    const kept = await giveUp(this.#request, others, created);
    const isDone = this.#results.every(
      ({ kind, uid, outcome }) => kind !== 'user' || uid !== caller.login || outcome === 'verified',
    );
    append(this.#results, keptResults(this.#request.instance.orgs, kept));
    this.#noteLeft([...(isDone ? [] : this.#noted), ...kept.keys()]);
  }

  #noteLeft(entered: readonly Entered[], facts: Pick<RunFacts, 'gave'> = {}): void {
    if (this.#noted.length > 0) {
      this.#request.note?.({ ...facts, entered: [...entered] });
    }
  }

  /** Organizations in which the account has a role only because it restores. */
  #entered(): ReadonlySet<string> {
    const { targets, left } = this.#everything;
    const joined = targets.filter(({ org, isOpen }) => org !== undefined && !isOpen);
    return new Set([...[...this.#brought.created, ...joined].map(({ name }) => name), ...left.map(({ org }) => org)]);
  }

  /** What the snapshot says about the account in organizations that were created. */
  async #ownInCreated(): Promise<WantedMembership[]> {
    const { manifest, signal } = this.#request;
    const { caller, left, targets } = this.#everything;
    const { login } = caller;
    const begun = targets.filter(({ name, isNew }) => isNew === true && left.some(({ org }) => org === name));
    const created = [...this.#brought.created, ...begun];
    const entry = manifest.resources.find(({ kind, uid }) => kind === 'user' && uid === login);
    const { body } = entry === undefined ? { body: {} } : await storedContent(sourceOf(this.#request), entry, signal);
    return (arrayAt(body, 'orgs') ?? []).filter(isJsonObject).flatMap((one) => {
      const made = created.find(({ name }) => name === stringAt(one, 'org'));
      return made?.org === undefined ? [] : [{ id: made.org.id, org: made.name, role: stringAt(one, 'role') ?? '' }];
    });
  }

  /** After a failure: the next restore enters again what it needs. */
  async leaveAnyway(): Promise<void> {
    const signal = leavingSignal();
    const { caller, others } = this.#everything;
    const made = this.changeLog.list().filter(({ kind, did }) => kind === 'org' && did === 'created');
    const entered = new Set([...this.#entered(), ...made.map(({ uid }) => uid)]);
    const why = await this.#ownInCreated()
      .then((own) => leave({ ...this.#request, signal }, caller, own, entered))
      .then((kept) => kept && sentenceOf(kept), reasonOf);
    // Grafana may go on creating the last one. In others, the account may keep the role of the snapshot until an undo.
    if (why === undefined && !made.some(({ open }) => open === true)) {
      this.#noteLeft(others, { gave: this.#noted.map((one) => ({ ...one, orgs: [] })) });
      return;
    }
    this.#request.log.warn(
      compact({ login: caller.login, reason: why }),
      'the account used for the restore may still be an Admin of organizations; run the restore again',
    );
  }
}
