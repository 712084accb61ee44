import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import type { Org } from '../../grafana/instance.ts';
import type { Content, Kind } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { mapPool } from '../pool.ts';
import { ProgressCounter } from '../progress.ts';
import { fingerprint, isRestored, storedContent } from './content.ts';
import { asListed, visitLive } from './live.ts';
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
      const items = todo.filter((item) => item.org === org.id && item.kind === kind.name);
      if (items.length > 0) {
        results.push(...(await applyKind(request, org, kind, items, progress)));
      }
    }
  }
  return results;
}

async function applyKind(
  request: PlanRequest,
  org: Org,
  kind: Kind,
  items: PlannedItem[],
  progress: ProgressCounter,
): Promise<ApplyResult[]> {
  const failures = new Map<string, string>();
  for (const level of levelsOf(items)) {
    const context = writeContext(request, org);
    await mapPool(level, kind.writes === 'serial' ? 1 : WRITES_AT_ONCE, async (item) => {
      request.signal.throwIfAborted();
      try {
        await writeItem(request, kind, context, item);
      } catch (error) {
        request.signal.throwIfAborted();
        failures.set(item.uid, failureOf(error));
      }
      progress.finished(kind.name, !failures.has(item.uid));
    });
  }
  return verifyKind(request, org, kind, items, failures);
}

/** What ends the whole restore: a repository that cannot be read. All else is the failure of one resource. */
function failureOf(error: unknown): string {
  if (error instanceof DashkeepError && !error.code.startsWith('DK_GRAFANA_')) {
    throw error;
  }
  return reasonOf(error);
}

async function writeItem(
  request: PlanRequest,
  kind: Kind,
  context: ReturnType<typeof writeContext>,
  item: PlannedItem,
): Promise<void> {
  const content = await storedContent(request.repository, item.entry, request.signal);
  const live = item.live === undefined ? undefined : await stillLive(kind, context, item);
  await kind.write?.(context, { uid: item.uid, content, ...(live === undefined ? {} : { live }) });
}

/** What is to be replaced must be what the plan was made about. */
async function stillLive(
  kind: Kind,
  context: ReturnType<typeof writeContext>,
  item: PlannedItem,
): Promise<Content | undefined> {
  const live = await kind.read(context, asListed(item.entry));
  if (live === undefined || fingerprint(live) !== item.live) {
    throw new DashkeepError('DK_GRAFANA_CONFLICT', 'somebody changed it since the plan was made; plan again');
  }
  return live;
}

/** Resources of the same kind that lie in one another (folders) go level by level, parents first. */
function levelsOf(items: PlannedItem[]): PlannedItem[][] {
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
  let parent = item.kind === 'folder' ? item.entry.folderUid : undefined;
  while (parent !== undefined && !seen.has(parent) && byUid.has(parent)) {
    seen.add(parent);
    parent = byUid.get(parent)?.entry.folderUid;
  }
  return seen.size;
}

/** Reads back what was written. A write whose answer was lost may have worked: what is there decides. */
async function verifyKind(
  request: PlanRequest,
  org: Org,
  kind: Kind,
  items: PlannedItem[],
  failures: ReadonlyMap<string, string>,
): Promise<ApplyResult[]> {
  const context = writeContext(request, org);
  const byUid = new Map(items.map((item) => [item.uid, item]));
  const results: ApplyResult[] = [];
  await visitLive(
    kind,
    context,
    items.map(({ entry }) => asListed(entry)),
    async (uid, live) => {
      const item = byUid.get(uid);
      if (item === undefined) {
        return;
      }
      const failure = failures.get(uid);
      const stored = await storedContent(request.repository, item.entry, request.signal);
      if (live !== undefined && isRestored(kind, stored, live)) {
        results.push(
          resultOf(item, 'verified', failure === undefined ? '' : 'is there, although Grafana reported a failure'),
        );
      } else if (failure !== undefined) {
        results.push(resultOf(item, 'failed', failure));
      } else {
        results.push(
          resultOf(item, 'differs', live === undefined ? 'was written and is not there' : 'is there and differs'),
        );
      }
    },
  );
  return results;
}

function resultOf(item: PlannedItem, outcome: ApplyResult['outcome'], reason: string): ApplyResult {
  const { org, kind, uid, title } = item;
  return { org, kind, uid, title, outcome, reason };
}
