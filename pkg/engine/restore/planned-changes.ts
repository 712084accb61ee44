import { isConflict } from '../../contract/reasons/restore/plan.ts';
import type { PlanItem } from '../../contract/plan.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { resourceChanges, type ResourceChanges } from '../changes/changes.ts';
import { placeOf, sourceOf, storedContent } from './content.ts';
import { writeContext } from './context.ts';
import { targetOf } from './target.ts';
import type { Plan, PlannedItem, PlanRequest } from './types.ts';

/** The most resources whose changes are shown: no one reads more in a pull request. */
const MOST = 50;

/** A resource of a plan, and what writing it would change in what is live. */
export interface PlannedChanges extends ResourceChanges {
  item: PlannedItem;
}

/** Whether writing an item would change something live; of a conflict, if it were written nevertheless. */
export function overwrites(item: PlanItem): boolean {
  return item.action === 'update' || isConflict(item);
}

/**
 * What a plan would change in resources that are live, by reading them again; of conflicts, what writing them
 * nevertheless would change. @returns at most 50 resources
 */
export async function plannedChanges(request: PlanRequest, plan: Plan): Promise<PlannedChanges[]> {
  const found: PlannedChanges[] = [];
  for (const item of plan.items.filter(overwrites).slice(0, MOST)) {
    const changes = await changesOf(request, plan, item);
    if (changes !== undefined) {
      found.push({ item, ...changes });
    }
  }
  return found;
}

/** What writing an item of a plan would change, by reading it again; undefined where nothing is live. */
export async function changesOf(
  request: PlanRequest,
  plan: Pick<Plan, 'mapping'>,
  item: PlannedItem,
): Promise<ResourceChanges | undefined> {
  const target = targetOf(item);
  const org = request.instance.orgs.find(({ id }) => id === target.org);
  const { entry } = item;
  if (org === undefined || entry === undefined) {
    return undefined;
  }
  const kind = kindOf(item.kind);
  const context = writeContext(request, org);
  const live = await kind.read(context, { uid: target.uid, title: item.title });
  if (live === undefined) {
    return undefined;
  }
  const stored = await storedContent(sourceOf(request), entry, request.signal);
  const { content } = plan.mapping.apply(entry, stored);
  const wanted = kind.merge?.(content, live) ?? content;
  const from = placeOf(kind, live);
  if (from === placeOf(kind, wanted)) {
    return resourceChanges(kind.name, { body: live.body }, { body: wanted.body });
  }
  const before = from === '' ? '' : ((await kindOf('folder').read(context, { uid: from, title: from }))?.title ?? from);
  return resourceChanges(kind.name, { body: live.body, folder: before }, { body: wanted.body, folder: item.folder });
}
