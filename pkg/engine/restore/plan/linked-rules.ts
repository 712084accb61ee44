import { reason } from '../../../contract/reasons/catalogue.ts';
import { hasCode } from '../../../lib/expected-errors.ts';
import { linkedDashboards } from '../../../grafana/kinds/alerting/alert-rule-group/references.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { sourceOf, storedContent } from '../content.ts';
import { writeContext } from '../context.ts';
import { addLoss } from './dependencies.ts';
import { keyOf, targetOf } from '../target.ts';
import { Existing } from '../mapping/existing.ts';
import type { Planning } from './planning.ts';
import type { MissingDependency, PlannedItem, PlanRequest } from '../types.ts';

const READS_AT_ONCE = 16;
const KIND = 'alert-rule-group';

/**
 * Alert rule groups of the snapshot that are linked to a panel of a planned dashboard, and neither live nor planned:
 * Grafana deletes them with a folder, so who asks for the dashboard alone is offered them. Where kinds are chosen, they
 * are not. Names them in the losses of the dashboards.
 */
export async function missingRules(planning: Planning, items: readonly PlannedItem[]): Promise<MissingDependency[]> {
  const { request, mapping } = planning;
  const { manifest, selection, signal } = request;
  const isPlanned = ({ kind, action, targetUid }: PlannedItem): boolean =>
    kind === 'dashboard' && targetUid === undefined && ['create', 'update', 'unchanged'].includes(action);
  const dashboards = new Map(items.filter(isPlanned).map((item) => [keyOf(item), item]));
  if (dashboards.size === 0 || selection.kinds !== undefined) {
    return [];
  }
  const planned = new Set(items.map(keyOf));
  const candidates = manifest.resources.filter((entry) => entry.kind === KIND && !planned.has(keyOf(entry)));
  const missing: MissingDependency[] = [];
  for (const org of new Set([...dashboards.values()].map((item) => targetOf(item).org))) {
    const isLive = await liveGroups(request, org);
    const gone = candidates.filter((entry) => mapping.orgOf(entry) === org && !isLive(entry.uid));
    const named = await mapConcurrently(READS_AT_ONCE, gone, async (entry) =>
      linkedDashboards(await storedContent(sourceOf(request), entry, signal)),
    );
    // In the order of the snapshot, not in that of the responses.
    gone.forEach((entry, index) => {
      const linked = (named[index] ?? []).flatMap(
        (uid) => dashboards.get(keyOf({ org: entry.org, kind: 'dashboard', uid })) ?? [],
      );
      for (const item of linked) {
        addLoss(item, reason('linked-group', { title: entry.title, resource: `${KIND}/${entry.uid}` }));
      }
      if (linked.length > 0) {
        missing.push({ org: entry.org, kind: KIND, uid: entry.uid, title: entry.title, inSnapshot: true });
      }
    });
  }
  return missing;
}

/** Reports whether a group is live; in an org that cannot be looked into, all count as live. */
async function liveGroups(request: PlanRequest, id: number): Promise<(uid: string) => boolean> {
  const org = request.instance.orgs.find((one) => one.id === id);
  const context = org === undefined ? undefined : writeContext(request, org);
  if (context === undefined || !(await kindOf(KIND).serves(context)).served) {
    return () => true;
  }
  try {
    const live = await new Existing(context).all(KIND);
    return (uid) => live.has(uid);
  } catch (error) {
    if (hasCode('DK_GRAFANA_FORBIDDEN')(error)) {
      return () => true;
    }
    throw error;
  }
}
