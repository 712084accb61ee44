import { compact } from '../../../contract/compact.ts';
import { append } from '../../../lib/append.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import type { Touched } from '../../../contract/runs.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { ByteBudget, LARGE_BYTES } from '../../../grafana/http/byte-budget.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Kind, Reference, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf, KINDS } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { ProgressCounter } from '../../progress.ts';
import { waitOutRestarts } from '../../restarts.ts';
import { writeContext } from '../context.ts';
import { importedWithApp } from '../app-dashboards.ts';
import { findUnanswered } from '../mapping/counterparts.ts';
import { targetOf } from '../target.ts';
import { ChangeLog, contentFingerprint, entryFingerprint } from './change-log.ts';
import { expectedWrites, expectedRemovals, WRITES_AT_ONCE } from './expected-writes.ts';
import { failureOf, isConflict, isPassing } from './failures.ts';
import { Leaving } from './leaving.ts';
import { levelsOf } from './levels.ts';
import { MissingOwners } from './missing-owners.ts';
import { started } from './progress.ts';
import { removeAhead } from './remove-ahead.ts';
import { removeExtra } from './remove-extra.ts';
import type { Plan, PlannedItem, PlanRequest } from '../types.ts';
import { verifyAtOnce, verifyKind } from './verify.ts';
import { type Applying, type WriteAttempt, countFinal, didOf, isWritten, wantedAt, wantedContent } from './attempt.ts';

/**
 * Writes what the plan says, kind by kind in the order of their dependencies, reads everything back and compares.
 * A resource that fails does not stop the others. Applied again after an interruption, a new plan goes on where this
 * one ended.
 * @param changeLog - gets what is touched, so that it can be undone whatever the end.
 */
export async function applyPlan(
  asked: PlanRequest,
  plan: Plan,
  changeLog = new ChangeLog(),
  progress = started(new ProgressCounter(asked.clock, asked.onProgress), plan.items),
  leaving = new Leaving(),
): Promise<ApplyResult[]> {
  const results = await applyAllButLeaving(asked, plan, changeLog, progress, leaving);
  return [...results, ...(await applyLeaving(asked, plan, changeLog, progress, leaving))];
}

/** Applies a plan but for the accounts that leave organizations; of these, it returns no result. */
export async function applyAllButLeaving(
  asked: PlanRequest,
  plan: Plan,
  changeLog: ChangeLog,
  progress: ProgressCounter,
  leaving: Leaving,
): Promise<ApplyResult[]> {
  const todo = plan.items.filter(isWritten);
  const request = { ...asked, onWait: (what: string | undefined) => progress.waitingFor(what) };
  waitOutRestarts(request.instance, progress, request.signal);
  const budget = new ByteBudget(LARGE_BYTES);
  const encoder = request.repository.openEncoder();
  const results: ApplyResult[] = [];
  const missing = new MissingOwners();
  try {
    const applying: Applying = {
      ...{ request, plan, progress, changeLog, budget, encoder, missing, leaving },
      removed: new Map(),
    };
    for (const org of request.instance.orgs) {
      for (const kind of KINDS) {
        const planned = todo.filter((item) => targetOf(item).org === org.id && item.kind === kind.name);
        const left = planned.flatMap((item) => missing.leaveOut(item) ?? []);
        left.forEach(() => progress.finished(kind.name, false));
        const items = left.length === 0 ? planned : planned.filter((item) => missing.leaveOut(item) === undefined);
        append(results, left);
        if (items.length > 0) {
          append(results, await removeAhead(applying, org, items));
          await changeLog.intend(await expectedWrites(applying, items));
          const done = await applyKind(applying, org, kind, items);
          missing.note(items, done);
          append(results, done);
        }
      }
    }
  } finally {
    await encoder.close();
  }
  await plan.deferred?.settle(plan);
  const extra = plan.items.filter((item) => item.action === 'delete' && item.app === undefined);
  await changeLog.intend(expectedRemovals(extra));
  return [...results, ...(await removeExtra(request, extra, changeLog, progress))];
}

/** Applies the rest: accounts leave organizations. */
export async function applyLeaving(
  asked: PlanRequest,
  { deferred: _, ...plan }: Plan,
  changeLog: ChangeLog,
  progress: ProgressCounter,
  leaving: Leaving,
): Promise<ApplyResult[]> {
  const { items } = leaving;
  return items.length === 0
    ? []
    : leaving.finish(asked, changeLog, () =>
        applyAllButLeaving(asked, { ...plan, items }, changeLog, progress, leaving),
      );
}

async function applyKind(applying: Applying, org: Org, kind: Kind, items: PlannedItem[]): Promise<ApplyResult[]> {
  const first = await writeAll(applying, org, kind, items);
  const checked = await verifyKind(applying, org, kind, first.attempts);
  // A restart cuts writes that were under way. What is not there was not made, so it can be sent again.
  const failed = new Set(
    checked.filter(({ outcome }) => outcome === 'failed').map(({ uid, org: from }) => `${from}/${uid}`),
  );
  const lost = [...first.attempts].flatMap(([item, { passing }]) =>
    passing === true && failed.has(`${item.org}/${item.uid}`) ? [item] : [],
  );
  // What failed and is there all the same counts now, and what is sent again counts then.
  const arrived = [...first.attempts].filter(([item, { passing }]) => passing === true && !lost.includes(item));
  arrived.forEach(() => applying.progress.finished(kind.name, true));
  if (lost.length === 0) {
    return [...first.verified, ...checked];
  }
  const context = writeContext(applying.request, org);
  const unanswered = await findUnanswered(applying, kind, context, lost, first.attempts);
  const again = lost.filter((item) => !unanswered.includes(item));
  const second = await writeAll({ ...applying, isRepeated: true }, org, kind, again);
  unanswered.forEach(() => applying.progress.finished(kind.name, true));
  unanswered.forEach((item) => second.attempts.set(item, { uid: first.attempts.get(item)?.uid }));
  const others = checked.filter(
    (result) => !lost.some(({ org: from, uid }) => from === result.org && uid === result.uid),
  );
  return [
    ...first.verified,
    ...others,
    ...second.verified,
    ...(await verifyKind(applying, org, kind, second.attempts)),
  ];
}

/** Writes items in their order. What is read back right away, and is as it should be, is among `verified`. */
async function writeAll(
  applying: Applying,
  org: Org,
  kind: Kind,
  items: PlannedItem[],
): Promise<{ attempts: Map<PlannedItem, WriteAttempt>; verified: ApplyResult[] }> {
  const { request } = applying;
  const attempts = new Map<PlannedItem, WriteAttempt>();
  const results: ApplyResult[] = [];
  // What is missing comes first: an org does not let go of its last admin before there is another one.
  const missingFirst = [...items].sort((a, b) => Number(a.live !== undefined) - Number(b.live !== undefined));
  for (const level of levelsOf(missingFirst)) {
    const context = writeContext(request, org);
    // Repeated together, saves on SQLite meet one another's locks again.
    const isSerial = kind.writes === 'serial' || applying.isRepeated === true;
    await forEachConcurrently(isSerial ? 1 : WRITES_AT_ONCE, level, async (item) => {
      request.signal.throwIfAborted();
      const attempt: WriteAttempt = failedAbove(attempts, item) ?? {};
      attempts.set(item, attempt);
      if (attempt.failure !== undefined) {
        countFinal(applying, kind, attempt);
        return;
      }
      const share = applying.budget.open();
      try {
        await share.received(item.entry?.bytes ?? 0);
        await writeItem(applying, kind, context, item, attempt);
        if (applying.leaving.begin(item)) {
          attempts.delete(item);
          return;
        }
        const verified = await verifyAtOnce(applying, kind, context, item, attempt, share);
        if (verified !== undefined) {
          attempts.delete(item);
          results.push(verified);
        }
      } catch (error) {
        request.signal.throwIfAborted();
        attempt.failure = failureOf(error);
        attempt.passing = isPassing(error, item);
        // What the first attempt left there can still be undone.
        if (isConflict(error) && applying.isRepeated !== true) {
          applying.changeLog.drop(targetOf(item));
        }
      } finally {
        share.close();
      }
      countFinal(applying, kind, attempt);
    });
  }
  return { attempts, verified: results };
}

/**
 * What a folder fails with because the one above it failed, as one whose parent may be there at the second attempt:
 * Grafana 12 would create it all the same, where nobody finds it.
 */
function failedAbove(attempts: ReadonlyMap<PlannedItem, WriteAttempt>, item: PlannedItem): WriteAttempt | undefined {
  const uid = item.kind === 'folder' ? item.entry?.folderUid : undefined;
  const above =
    uid === undefined ? undefined : [...attempts].find(([other]) => other.uid === uid && other.org === item.org);
  if (above === undefined || above[1].failure === undefined) {
    return undefined;
  }
  const [{ title }, { passing }] = above;
  const failure = reason('folder-failed', { title });
  return passing === undefined ? { failure } : { failure, passing };
}

async function writeItem(
  applying: Applying,
  kind: Kind,
  context: WriteContext,
  item: PlannedItem,
  attempt: WriteAttempt,
): Promise<void> {
  const { request, plan, changeLog } = applying;
  const { content: wanted, toTheLetter } = await wantedContent(applying, item);
  const isMissing = item.live === undefined || applying.removed.has(item);
  const live = isMissing ? undefined : await stillLive(applying, kind, context, item);
  const content = applying.leaving.writtenNow(kind, item, wanted, live);
  const target = targetOf(item);
  applying.missing.requireOwner(target.org, kind, content);
  const mark =
    toTheLetter && item.entry !== undefined
      ? entryFingerprint(kind, item.entry)
      : contentFingerprint(request.repository, kind, (live && kind.merge?.(wanted, live)) ?? wanted);
  if (toTheLetter) {
    attempt.mark = mark;
  }
  plan.deferred?.need(item, content);
  const touched: Touched = { ...target, did: didOf(item), mark };
  changeLog.begin(touched);
  const { uid } = target;
  const written = await kind.write?.(context, compact({ uid, content, live })).catch(async (error: unknown) => {
    const imported = isConflict(error) ? await importedWithApp(plan, context, item, isMissing) : undefined;
    if (imported === undefined) {
      throw error;
    }
    return kind.write?.(context, { uid, content, live: imported });
  });
  const permissions = applying.removed.get(item);
  if (permissions !== undefined) {
    const { name, write } = kindOf('dashboard-permissions');
    await write?.(context, { uid, content: permissions });
    changeLog.broughtBack({ ...target, kind: name });
  }
  if (written !== undefined && written.uid !== target.uid) {
    attempt.uid = written.uid;
    changeLog.drop(target);
    changeLog.begin({ ...touched, uid: written.uid });
  }
}

/** What is to be replaced must be what the plan was made about. */
async function stillLive(
  { plan, request, leaving }: Applying,
  kind: Kind,
  context: WriteContext,
  item: PlannedItem,
): Promise<Content | undefined> {
  const live = await kind.read(context, wantedAt(item));
  const isPlanned = (now: Content): boolean => contentFingerprint(request.repository, kind, now) === item.live;
  const isExpected = (now: Content): boolean =>
    isPlanned(now) || isPlanned(asBefore(plan, kind, now)) || leaving.isBegun(kind, item, now);
  if (live === undefined || !isExpected(live)) {
    throw refusal('DK_GRAFANA_CONFLICT', reason('changed-since-plan'));
  }
  return live;
}

/** What is live, without what this restore has changed about it by writing something else. */
function asBefore(plan: Plan, kind: Kind, live: Content): Content {
  const isWritten = (reference: Reference): boolean =>
    plan.items.some(
      (item) =>
        (item.action === 'create' || item.action === 'update') &&
        item.kind === reference.kind &&
        targetOf(item).uid === reference.uid,
    );
  return kind.before === undefined ? live : { ...live, body: kind.before(live.body, isWritten) };
}
