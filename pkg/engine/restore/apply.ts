import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import type { Org } from '../../grafana/instance.ts';
import type { Content, Kind, Listed, Reference, Written } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { mapPool } from '../pool.ts';
import { ProgressCounter } from '../progress.ts';
import { fingerprint, isRestored, storedContent } from './content.ts';
import { targetOf } from './dependencies.ts';
import { asListed, visitLive } from './live.ts';
import { removeExtra } from './remove-extra.ts';
import { writeContext } from './context.ts';
import type { Plan, PlannedItem, PlanRequest } from './types.ts';

const WRITES_AT_ONCE = 8;

/**
 * Writes what the plan says, kind by kind in the order of their dependencies, reads everything back and compares.
 * A resource that fails does not stop the others. Applied again after an interruption, a new plan goes on where this
 * one ended.
 */
export async function applyPlan(request: PlanRequest, plan: Plan): Promise<ApplyResult[]> {
  const todo = plan.items.filter(({ action }) => action === 'create' || action === 'update');
  const progress = new ProgressCounter(request.clock, request.onProgress);
  progress.phase('restoring');
  progress.total(todo.length);
  const results: ApplyResult[] = [];
  for (const org of request.instance.orgs) {
    for (const kind of KINDS) {
      const items = todo.filter((item) => targetOf(item).org === org.id && item.kind === kind.name);
      if (items.length > 0) {
        results.push(...(await applyKind({ request, plan, progress }, org, kind, items)));
      }
    }
  }
  return [...results, ...(await removeExtra(request, plan))];
}

/** What belongs to one applying of a plan. */
interface Applying {
  request: PlanRequest;
  plan: Plan;
  progress: ProgressCounter;
}

async function applyKind(applying: Applying, org: Org, kind: Kind, items: PlannedItem[]): Promise<ApplyResult[]> {
  const { request, progress } = applying;
  const failures = new Map<string, string>();
  const written = new Map<string, Written>();
  // What is missing comes first: an org does not let go of its last admin before there is another one.
  const missingFirst = [...items].sort((a, b) => Number(a.live !== undefined) - Number(b.live !== undefined));
  for (const level of levelsOf(missingFirst)) {
    const context = writeContext(request, org);
    await mapPool(level, kind.writes === 'serial' ? 1 : WRITES_AT_ONCE, async (item) => {
      request.signal.throwIfAborted();
      try {
        const done = await writeItem(applying, kind, context, item);
        if (done !== undefined) {
          written.set(targetOf(item).uid, done);
        }
      } catch (error) {
        request.signal.throwIfAborted();
        failures.set(targetOf(item).uid, failureOf(error));
      }
      progress.finished(kind.name, !failures.has(targetOf(item).uid));
    });
  }
  return verifyKind(applying, org, kind, items, { failures, written });
}

/** What ends the whole restore: a repository that cannot be read. All else is the failure of one resource. */
function failureOf(error: unknown): string {
  if (error instanceof DashkeepError && !error.code.startsWith('DK_GRAFANA_')) {
    throw error;
  }
  return reasonOf(error);
}

async function writeItem(
  applying: Applying,
  kind: Kind,
  context: ReturnType<typeof writeContext>,
  item: PlannedItem,
): Promise<Written | undefined> {
  const content = await wantedContent(applying, item);
  const live = item.live === undefined ? undefined : await stillLive(applying, kind, context, item);
  return kind.write?.(context, { uid: targetOf(item).uid, content, ...(live === undefined ? {} : { live }) });
}

/** What is written for an item: the stored content, moved and renamed as the plan says. */
async function wantedContent({ request, plan }: Applying, { entry, kind, uid }: PlannedItem): Promise<Content> {
  if (entry === undefined) {
    throw new Error(`${kind} ${uid} is to be written, but made of nothing`);
  }
  return plan.translation.apply(entry, await storedContent(request.repository, entry, request.signal)).content;
}

/** How an item is asked for at the target. */
function wantedAt(item: PlannedItem): Listed {
  const { uid } = targetOf(item);
  return item.entry === undefined ? { uid, title: item.title } : { ...asListed(item.entry), uid };
}

/** What is to be replaced must be what the plan was made about. */
async function stillLive(
  { plan }: Applying,
  kind: Kind,
  context: ReturnType<typeof writeContext>,
  item: PlannedItem,
): Promise<Content | undefined> {
  const live = await kind.read(context, wantedAt(item));
  if (live === undefined || ![live, asBefore(plan, kind, live)].some((now) => fingerprint(kind, now) === item.live)) {
    throw new DashkeepError('DK_GRAFANA_CONFLICT', 'somebody changed it since the plan was made; plan again');
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

/** Resources of the same kind that lie in one another (folders) go level by level, parents first. */
export function levelsOf(items: PlannedItem[]): PlannedItem[][] {
  const byUid = new Map(items.map((item) => [item.uid, item]));
  const levels: PlannedItem[][] = [];
  for (const item of items) {
    const depth = depthOf(item, byUid);
    (levels[depth] ??= []).push(item);
  }
  return levels.filter((level) => level !== undefined);
}

function depthOf(item: PlannedItem, byUid: ReadonlyMap<string, PlannedItem>): number {
  const seen = new Set<string>();
  let parent = item.kind === 'folder' ? item.entry?.folderUid : undefined;
  while (parent !== undefined && !seen.has(parent) && byUid.has(parent)) {
    seen.add(parent);
    parent = byUid.get(parent)?.entry?.folderUid;
  }
  return seen.size;
}

/** Reads back what was written. A write whose answer was lost may have worked: what is there decides. */
async function verifyKind(
  applying: Applying,
  org: Org,
  kind: Kind,
  items: PlannedItem[],
  outcome: { failures: ReadonlyMap<string, string>; written: ReadonlyMap<string, Written> },
): Promise<ApplyResult[]> {
  const context = writeContext(applying.request, org);
  // Where Grafana hands out its own uid, what was written is to be found under that one.
  const uidNow = (item: PlannedItem): string => outcome.written.get(targetOf(item).uid)?.uid ?? targetOf(item).uid;
  const byUid = new Map(items.map((item) => [uidNow(item), item]));
  const results: ApplyResult[] = [];
  const wanted = items.map((item) => ({ ...wantedAt(item), uid: uidNow(item) }));
  await visitLive(kind, context, wanted, async (uid, live) => {
    const item = byUid.get(uid);
    if (item === undefined) {
      return;
    }
    const planned = targetOf(item).uid;
    const failure = outcome.failures.get(planned);
    if (live !== undefined && isRestored(kind, await wantedContent(applying, item), live)) {
      results.push(
        resultOf(
          item,
          'verified',
          failure === undefined ? newUid(planned, uid) : 'is there, although Grafana reported a failure',
        ),
      );
    } else if (failure !== undefined) {
      results.push(resultOf(item, 'failed', failure));
    } else {
      results.push(
        resultOf(item, 'differs', live === undefined ? 'was written and is not there' : 'is there and differs'),
      );
    }
  });
  return results;
}

function newUid(planned: string, now: string): string {
  return planned === now ? '' : `Grafana gave it another uid: ${now}`;
}

function resultOf(item: PlannedItem, outcome: ApplyResult['outcome'], reason: string): ApplyResult {
  const { org, kind, uid, title } = item;
  return { org, kind, uid, title, outcome, reason };
}
