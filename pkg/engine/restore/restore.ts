import { compact } from '../../contract/compact.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import { append } from '../../lib/append.ts';
import { backup } from '../backup/backup.ts';
import { applyPlan } from './apply/apply.ts';
import { savingProgress } from './apply/progress.ts';
import { isDeletion } from './app-dashboards.ts';
import type { Kind } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import type { ToBeWritten } from '../backup/options.ts';
import { wantedAt } from './apply/attempt.ts';
import { deletedWith } from './apply/remove-extra.ts';
import { targetOf } from './target.ts';
import { restoreEverything } from './everything/apply.ts';
import { Leaving } from './apply/leaving.ts';
import { giveUp, keptResults } from './everything/caller.ts';
import { noteEnd, recordedChanges } from './apply/recorded-changes.ts';
import { exclusively, grafanaOf } from './exclusive.ts';
import { requireConfirmation } from './plan/confirmation.ts';
import { withSecurity } from './plan/security.ts';
import { undoWithin } from './undo/enter.ts';
import type { ApplyOptions, Plan, PlannedItem, Restored } from './types.ts';

/** Of more, a list of everything takes hardly longer. */
const READ_SINGLY = 50;

/**
 * Applies a plan after a safety snapshot. Nothing is written when there is nothing to do, or the snapshot fails.
 * @throws DK_CONFIRMATION when the plan asks for typed words, and others were given; DK_BUSY while another restore
 * writes to the same Grafana.
 */
export async function restore(options: ApplyOptions): Promise<Restored> {
  const { plan } = options;
  const { everything } = plan;
  const grafana = await grafanaOf(options);
  options.note?.({ grafana });
  if (everything !== undefined) {
    requireConfirmation(plan, options.confirm);
    return exclusively(options, grafana, () => restoreEverything(options, everything));
  }
  const { enters } = plan;
  if (enters !== undefined) {
    requireConfirmation(plan, options.confirm);
    return exclusively(options, grafana, () => undoWithin(options, enters, applySafely));
  }
  if (!plan.items.some(({ action }) => action === 'create' || action === 'update' || action === 'delete')) {
    // Then this run ends an interrupted one that had written everything.
    options.note?.({ source: plan.snapshot });
    return plan.roles === undefined
      ? { results: [] }
      : exclusively(options, grafana, async () => ({ results: await takeRolesBack(options) }));
  }
  requireConfirmation(plan, options.confirm);
  return exclusively(options, grafana, () => applySafely(options));
}

async function applySafely(options: ApplyOptions): Promise<Restored> {
  const { plan } = options;
  const safety = options.safetySnapshot
    ? await backup({
        ...options,
        ...compact({ onProgress: savingProgress(options.onProgress) }),
        trigger: 'safety',
        plainCopies: false,
        mustRead: touchedBy(plan),
        ...compact({ touched: overwrittenBy(plan) }),
        creates: plan.items.filter(({ action }) => action === 'create').map(targetOf),
        readsAll: plan.anyLeaves === true,
        deletesNothing: !plan.items.some(isDeletion),
      })
    : undefined;
  const snapshot = safety === undefined ? {} : { snapshot: safety.id };
  options.note?.(snapshot);
  const changeLog = recordedChanges(options);
  // Anyone who restores has lost something that others miss.
  options.instance.orgs.forEach(({ client }) => client.prioritize());
  try {
    const results = await applyPlan(options, plan, changeLog, undefined, new Leaving(safety));
    if (!results.some(({ outcome }) => outcome === 'failed')) {
      append(results, await takeRolesBack(options));
    }
    return compact({ results: withSecurity(results, plan.items), safetySnapshot: safety?.id });
  } finally {
    await noteEnd(options, changeLog);
  }
}

/** Takes back the roles that the undone restore left to accounts, when nothing else needs them any more. */
async function takeRolesBack(options: ApplyOptions): Promise<ApplyResult[]> {
  const { roles } = options.plan;
  if (roles === undefined) {
    return [];
  }
  const kept = await giveUp(options, roles.accounts, roles.created);
  options.note?.({ entered: [...kept.keys()] });
  return keptResults(options.instance.orgs, kept);
}

/**
 * All resources that the plan overwrites or deletes, so that the safety snapshot reads only these. Undefined if that
 * would take as long as a full one, or if other resources may be affected, such as the permissions of a team that is
 * deleted, or of an account that leaves an organization.
 */
function overwrittenBy(plan: Plan): ToBeWritten[] | undefined {
  const kinds = (items: readonly PlannedItem[]): Kind[] => items.map(({ kind }) => kindOf(kind));
  const deleted = plan.items.filter(isDeletion);
  const overwritten = plan.items.filter(({ action }) => action === 'update');
  const singly = kinds([...overwritten, ...deleted]).filter(({ readsTogether }) => readsTogether !== true);
  const isKnown = kinds(deleted).every((kind) => kind.deletable === true || kind.readsTogether === true);
  if (singly.length > READ_SINGLY || !isKnown || plan.anyLeaves === true) {
    return undefined;
  }
  return [
    ...overwritten.map((item) => ({ ...wantedAt(item), ...targetOf(item), isDeleted: false })),
    ...deleted.flatMap((item) =>
      deletedWith(kindOf(item.kind), targetOf(item)).map(({ kind }) => ({
        ...(kind === item.kind ? wantedAt(item) : { uid: targetOf(item).uid, title: item.title }),
        ...{ org: targetOf(item).org, kind, isDeleted: true },
      })),
    ),
  ];
}

/** Reports which resources the plan writes or deletes, including permissions and the like under the same uid. */
function touchedBy(plan: Plan): (org: number, uid: string) => boolean {
  const touched = new Set<string>();
  for (const { action, org, uid, targetOrg = org, targetUid = uid } of plan.items) {
    if (action === 'create' || action === 'update' || action === 'delete') {
      touched.add(`${targetOrg} ${targetUid}`);
    }
  }
  return (org, uid) => touched.has(`${org} ${uid}`);
}
