import type { Reason } from '../../../contract/reasons/reason.ts';
import type { ByteBudget } from '../../../grafana/http/byte-budget.ts';
import type { Kind, Listed } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Encoder } from '../../../repository/objects/encode-thread.ts';
import type { ProgressCounter } from '../../progress.ts';
import { sourceOf, storedContent } from '../content.ts';
import { targetOf } from '../target.ts';
import { asListed } from '../live.ts';
import type { PlanRequest, Plan, PlannedItem } from '../types.ts';
import type { ChangeLog } from './change-log.ts';
import type { Leaving } from './leaving.ts';
import type { MissingOwners } from './missing-owners.ts';

/** What belongs to one applying of a plan. */
export interface Applying {
  request: PlanRequest;
  plan: Plan;
  progress: ProgressCounter;
  changeLog: ChangeLog;
  missing: MissingOwners;
  leaving: Leaving;
  /**
   * Items whose live resources this restore deleted before it enabled or disabled an app, with permissions that they
   * get back because the plan does not write these.
   */
  removed: Map<PlannedItem, Content | undefined>;
  /** Large bodies wait for room in it. */
  budget: ByteBudget;
  /** Compares what was read back with what was to be written. */
  encoder: Encoder;
  /** Set when items are written for the second time, because the first attempt failed in passing. */
  isRepeated?: true;
}

/** How the writing of one item went. */
export interface WriteAttempt {
  /** Why it failed. */
  failure?: Reason;
  /** Whether that may be over by now. */
  passing?: boolean;
  /** The uid it has now, where Grafana gave it another one. */
  uid?: string;
  /** The mark that its entry has, when it was written to the letter: then what is live need only have the same. */
  mark?: string;
}

/** Counts a write, unless its failure may pass and it will be sent again. */
export function countFinal({ progress, isRepeated }: Applying, kind: Kind, { failure, passing }: WriteAttempt): void {
  if (isRepeated === true || passing !== true) {
    progress.finished(kind.name, failure === undefined);
  }
}

/** Whether applying writes an item. */
export function isWritten({ action }: Pick<PlannedItem, 'action'>): boolean {
  return action === 'create' || action === 'update';
}

/** What writing an item does to Grafana. */
export function didOf(item: PlannedItem): 'created' | 'updated' {
  return item.live === undefined ? 'created' : 'updated';
}

/** A new resource has nothing that could stay. */
function withoutScope(content: Content): Content {
  const { snapshotOrgs, ...rest } = content;
  return snapshotOrgs === undefined ? content : rest;
}

/** What is written for an item: the stored content, moved and renamed as the plan says; or to the letter. */
export async function wantedContent(
  { request, plan }: Applying,
  { entry, kind, uid, live, aside }: PlannedItem,
): Promise<{ content: Content; toTheLetter: boolean }> {
  if (aside !== undefined) {
    return { content: aside, toTheLetter: true };
  }
  if (entry === undefined) {
    throw new Error(`${kind} ${uid} is to be written, but has no content`);
  }
  const stored = await storedContent(sourceOf(request), entry, request.signal);
  const { content } = plan.mapping.apply(entry, stored);
  return { content: live === undefined ? withoutScope(content) : content, toTheLetter: content === stored };
}

/** How an item is asked for at the target. */
export function wantedAt(item: PlannedItem): Listed {
  const { uid } = targetOf(item);
  return item.entry === undefined ? { uid, title: item.title } : asListed(item.entry, uid);
}
