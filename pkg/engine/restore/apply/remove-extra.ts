import { append } from '../../../lib/append.ts';
import { isJsonObject, numberAt } from '../../../lib/json/json.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import type { Touched } from '../../../contract/runs.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { reasonFrom } from '../../../contract/reasons/reason.ts';
import { GrafanaError, isForbidden } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind, KindContext, WriteContext } from '../../../grafana/kinds/kind.ts';
import { goesWith, goingWith, kindOf, KINDS } from '../../../grafana/kinds/registry.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { ProgressCounter } from '../../progress.ts';
import { writeContext } from '../context.ts';
import { targetOf } from '../target.ts';
import { wantedAt } from './attempt.ts';
import { contentFingerprint, isInState, type ChangeLog } from './change-log.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import { resultOf } from './result.ts';

const DELETES_AT_ONCE = 8;
/** Of what is read together: no more, so that little time passes from looking at one to deleting it. */
const DELETED_TOGETHER = 50;

/**
 * Deletes items of a plan, kind by kind in its order, and only what is still as it was when the plan was made.
 * Folders go one after another, for one may lie in the other.
 * @throws DK_GRAFANA_UNAUTHORIZED
 */
export async function removeExtra(
  request: PlanRequest,
  deleting: readonly PlannedItem[],
  changeLog: ChangeLog,
  progress: ProgressCounter,
): Promise<ApplyResult[]> {
  const results: ApplyResult[] = [];
  for (const org of request.instance.orgs) {
    const ofOrg = deleting.filter((item) => targetOf(item).org === org.id);
    for (const name of new Set(ofOrg.map((item) => item.kind))) {
      const kind = kindOf(name);
      const items = ofOrg.filter((item) => item.kind === name);
      const atOnce = kind.writes === 'serial' || name === 'folder' ? 1 : DELETES_AT_ONCE;
      const size = kind.readsTogether === true ? DELETED_TOGETHER : 1;
      const together = Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
        items.slice(at * size, (at + 1) * size),
      );
      const removed = await mapConcurrently(size === 1 ? atOnce : 1, together, async (part) => {
        const removal = { request, kind, org, changeLog };
        const [before, after] = [writeContext(request, org), writeContext(request, org)];
        const attempts = await mapConcurrently(atOnce, part, (item) => remove(removal, before, item));
        return mapConcurrently(atOnce, attempts, async (attempt) => {
          request.signal.throwIfAborted();
          const result = await confirmRemoved(removal, after, attempt);
          progress.finished(name, result.outcome === 'deleted');
          return result;
        });
      });
      append(results, removed.flat());
    }
  }
  return results;
}

interface Removal {
  request: PlanRequest;
  kind: Kind;
  org: Org;
  changeLog: ChangeLog;
}

/** A resource that was deleted, with all that went along, or why it was not. */
interface RemovalAttempt {
  item: PlannedItem;
  gone?: Touched[];
  result?: ApplyResult;
}

/** A first attempt of which Grafana did not say whether it deleted anything. */
interface CutRemoval {
  gone: Touched[];
  live: Content;
}

async function remove(
  removal: Removal,
  context: WriteContext,
  item: PlannedItem,
  cut?: CutRemoval,
): Promise<RemovalAttempt> {
  const { request, kind, org, changeLog } = removal;
  request.signal.throwIfAborted();
  const { uid } = item;
  let gone = cut?.gone ?? [];
  let live: Content | undefined;
  try {
    live = await kind.read(context, wantedAt(item));
    if (live === undefined && cut !== undefined) {
      return { item, gone };
    }
    if (live === undefined) {
      return { item, result: resultOf(item, 'deleted', reason('gone-before')) };
    }
    const isPart = cut !== undefined && kind.isPartOf?.(live, cut.live) === true;
    if (!isPart && !isInState(request.repository, kind, live, item.live)) {
      return { item, result: resultOf(item, 'failed', reason('changed-since-plan-kept')) };
    }
    if (kind.name === 'folder' && (await isFilled(context, uid))) {
      return { item, result: resultOf(item, 'failed', reason('folder-filled')) };
    }
    const going = await goneWith(context, kind, { org: org.id, kind: kind.name, uid });
    gone = going.filter((one) => !changeLog.hasDeleted(one));
    gone.forEach((one) => changeLog.begin(one));
    await kind.remove?.(context, uid);
    return { item, gone };
  } catch (error) {
    request.signal.throwIfAborted();
    throwIfRefused(error);
    // A restart cuts deletions that were under way. What is still there as planned is deleted again.
    const mayRepeat = cut === undefined && gone.length > 0 && error instanceof GrafanaError && isUnanswered(error);
    if (mayRepeat && live !== undefined) {
      return remove(removal, writeContext(request, org), item, { gone, live });
    }
    return { item, gone, result: resultOf(item, 'failed', reasonFrom(error)) };
  }
}

/** Credentials that Grafana refuses end the restore: everything else would fail with the same refusal. */
function throwIfRefused(error: unknown): void {
  if (error instanceof GrafanaError && error.code === 'DK_GRAFANA_UNAUTHORIZED') {
    throw error;
  }
}

function isUnanswered({ code, httpStatus }: GrafanaError): boolean {
  return code === 'DK_GRAFANA_UNREACHABLE' || httpStatus >= 500;
}

/** Records whether a resource is gone. One that failed and is not as before may have been deleted in part. */
async function confirmRemoved(
  { request, kind, changeLog }: Removal,
  context: WriteContext,
  { item, gone = [], result }: RemovalAttempt,
): Promise<ApplyResult> {
  if (gone.length === 0 && result !== undefined) {
    return result;
  }
  try {
    const live = await kind.read(context, wantedAt(item));
    if (live === undefined || live.pristine === true) {
      gone.forEach((one) => changeLog.put(one));
      return resultOf(item, 'deleted', reason('as-planned'));
    }
    if (contentFingerprint(request.repository, kind, live) === item.live) {
      gone.forEach((one) => changeLog.drop(one));
    }
    return result ?? resultOf(item, 'failed', reason('still-there'));
  } catch (error) {
    request.signal.throwIfAborted();
    throwIfRefused(error);
    return result ?? resultOf(item, 'failed', reasonFrom(error));
  }
}

/** A resource, and all that is deleted together with it, as far as the account may read it. */
async function goneWith(context: WriteContext, kind: Kind, ref: ResourceRef): Promise<Touched[]> {
  const gone = deletedWith(kind, ref);
  try {
    for await (const one of goingWith(context, ref)) {
      gone.push({ org: ref.org, kind: one.kind, uid: one.uid, did: 'deleted' });
    }
  } catch (error) {
    // Then the safety snapshot says that it lacks this kind.
    if (!isForbidden(error)) {
      throw error;
    }
  }
  return gone;
}

/** A resource, and what is deleted together with it under the same uid. */
export function deletedWith(kind: Kind, { org, uid }: ResourceRef): Touched[] {
  const isOwned = goesWith(kind) !== undefined || kind.deletedAlong !== undefined;
  const along = KINDS.filter((other) => goesWith(other) === kind.name);
  return [
    { org, kind: kind.name, uid, did: 'deleted', ...(isOwned ? { alone: true } : {}) },
    ...along.map(({ name }): Touched => ({ org, kind: name, uid, did: 'deleted' })),
  ];
}

/** Grafana deletes a folder with all that is in it, so it must say itself that there is nothing. */
export async function isFilled(context: KindContext, uid: string): Promise<boolean> {
  const path = `/api/folders/${encodeURIComponent(uid)}/counts`;
  const counts = await context.grafana.get(path, { signal: context.signal });
  return !isJsonObject(counts) || Object.keys(counts).some((kind) => numberAt(counts, kind) !== 0);
}
