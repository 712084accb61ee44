import * as z from 'zod';
import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { KIND_NAMES, NAMEABLE } from '../../../contract/kinds.ts';
import { PlanItem, SecurityChange } from '../../../contract/plan.ts';
import { ReasonData } from '../../../contract/reasons/reason.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { writeContext } from '../context.ts';
import { targetOf } from '../target.ts';
import { EarlierRestores, isHalfMade, isRenewed } from './earlier-restores.ts';
import { changesSecurity, outcomeOf } from './security.ts';
import type { Plan, PlannedItem, PlanRequest, RestoreOptions, Selection } from '../types.ts';

const Selected = z.object({ org: z.int().positive().optional(), uid: z.string() });

/** A plan in a file, to be looked at and applied later. It holds no secret and no body. */
const SavedPlan = z.object({
  format: z.literal('dashkeep-plan-1'),
  made: z.iso.datetime(),
  repository: z.string(),
  grafana: z.string(),
  snapshot: z.string(),
  selection: z.object({
    orgs: z.array(z.int().positive()).readonly().optional(),
    kinds: z.array(z.enum(KIND_NAMES)).readonly().optional(),
    only: z
      .array(Selected.extend({ kind: z.enum(NAMEABLE) }))
      .readonly()
      .optional(),
    folders: z.array(Selected).readonly().optional(),
    also: z
      .array(Selected.extend({ kind: z.enum(KIND_NAMES) }))
      .readonly()
      .optional(),
  }),
  options: z.object({
    overwrite: z.boolean(),
    promote: z.literal(true).optional(),
    includeManaged: z.boolean(),
    deleteExtra: z.boolean().optional(),
    keepSecrets: z.boolean().optional(),
    copy: z
      .object({ folderUid: z.string().optional(), org: z.int().positive().optional(), suffix: z.string().optional() })
      .optional(),
    orgs: z.array(z.tuple([z.int().positive(), z.int().positive()])).optional(),
    dataSources: z.array(z.tuple([z.string(), z.string()])).optional(),
  }),
  confirm: z.string().optional(),
  items: z.array(
    PlanItem.extend({
      object: z.string().optional(),
      live: z.string().optional(),
      // Of plans that an earlier release saved: the plan that is made again says it.
      ...ReasonData.partial().shape,
      security: z.array(SecurityChange).default([]),
    }),
  ),
});

export type SavedPlan = z.infer<typeof SavedPlan>;

/** The text of a plan for a file. */
export function savePlan(request: PlanRequest, plan: Plan): string {
  const { selection, options } = request;
  const { orgs, dataSources, secrets: _, ...plain } = options;
  const saved: SavedPlan = compact({
    format: 'dashkeep-plan-1',
    made: request.clock.now().toISOString(),
    repository: request.repository.id,
    grafana: request.instance.url,
    snapshot: plan.snapshot,
    selection,
    options: {
      ...plain,
      ...compact({
        orgs: orgs === undefined ? undefined : [...orgs],
        dataSources: dataSources === undefined ? undefined : [...dataSources],
      }),
    },
    confirm: plan.confirm,
    items: plan.items.map(({ entry, ...item }) => ({
      ...item,
      ...compact({ object: entry?.object }),
    })),
  });
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/** @throws DK_USAGE when the text is no saved plan. */
export function parseSavedPlan(text: string): SavedPlan {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  const parsed = SavedPlan.safeParse(document);
  if (!parsed.success) {
    throw new DashkeepError('DK_USAGE', 'this is not a saved plan', {
      advice: reason('save-plan', { command: 'dashkeep restore … --save-plan <file>' }),
    });
  }
  return parsed.data;
}

/** What has to be planned again to apply a saved plan. Secrets are never in it. */
export function requestOf(saved: SavedPlan): { selection: Selection; options: RestoreOptions } {
  const { orgs, dataSources, ...options } = saved.options;
  return {
    selection: saved.selection,
    options: {
      ...options,
      ...compact({
        orgs: orgs === undefined ? undefined : new Map(orgs),
        dataSources: dataSources === undefined ? undefined : new Map(dataSources),
      }),
    },
  };
}

/**
 * Compares a saved plan with one that was just made from the same request. What was applied meanwhile is no difference,
 * so that an apply that was interrupted can be taken up again with the same file.
 * @throws DK_PLAN_STALE naming what has moved.
 */
export async function requireFresh(saved: SavedPlan, request: PlanRequest, plan: Plan): Promise<void> {
  if (saved.repository !== request.repository.id || saved.grafana !== request.instance.url) {
    const what = saved.repository === request.repository.id ? `Grafana at ${saved.grafana}` : 'another repository';
    throw new DashkeepError('DK_PLAN_STALE', `the plan was created for ${what}`);
  }
  const now = new Map(plan.items.map((item) => [keyOf(item), item]));
  const earlier = new EarlierRestores(request);
  const moved: SavedItem[] = [];
  for (const one of saved.items) {
    const item = now.get(keyOf(one));
    if (hasMoved(one, item) && !(item !== undefined && (await isMeanwhileMade(request, earlier, one, item)))) {
      moved.push(one);
    }
  }
  const before = new Set(saved.items.map(keyOf));
  const names = [...moved, ...plan.items.filter((item) => !before.has(keyOf(item)))].map(
    ({ kind, uid }) => `${kind} ${uid}`,
  );
  if (names.length > 0) {
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    throw new DashkeepError(
      'DK_PLAN_STALE',
      `the plan no longer matches Grafana: ${names.slice(0, 5).join(', ')}${more}`,
    );
  }
}

type SavedItem = SavedPlan['items'][number];

function keyOf(item: Pick<PlannedItem, 'org' | 'kind' | 'uid' | 'targetOrg' | 'targetUid'>): string {
  const { org, kind, uid } = targetOf(item);
  return `${item.org}/${item.uid}>${org}/${kind}/${uid}`;
}

function hasMoved(before: SavedItem, now: PlannedItem | undefined): boolean {
  if (now === undefined) {
    return before.action !== 'delete';
  }
  if (changesSecurity(now) && unseenIn(before, now).length > 0) {
    return true;
  }
  if (now.action === 'unchanged' && (before.action === 'create' || before.action === 'update')) {
    return false;
  }
  if (isBrought(before, now)) {
    return false;
  }
  return now.action !== before.action || now.live !== before.live || now.entry?.object !== before.object;
}

function unseenIn(before: SavedItem, now: PlannedItem): SecurityChange[] {
  const seen = new Set(before.security.map(outcomeOf));
  return now.security.filter((change) => !seen.has(outcomeOf(change)));
}

/** Whether its owner was made meanwhile, and brought it. */
function isBrought(before: SavedItem, now: PlannedItem): boolean {
  return kindOf(now.kind).owner !== undefined && before.action === 'create' && now.action === 'update';
}

/**
 * Whether it is still what Grafana gave an owner that was made meanwhile, or what it had not given yet: an apply that
 * was interrupted goes on to what was looked at. What this gives to whom is asked for again.
 */
async function isMeanwhileMade(
  request: PlanRequest,
  earlier: EarlierRestores,
  before: SavedItem,
  now: PlannedItem,
): Promise<boolean> {
  // The same permissions can give something to someone else by now: an account or team that took over a name.
  const isReviewed = unseenIn(before, now).every(({ code }) => code === 'permission');
  if (!isBrought(before, now) || now.entry?.object !== before.object || !isReviewed) {
    return false;
  }
  const { org: id, uid } = targetOf(now);
  const org = request.instance.orgs.find((one) => one.id === id);
  if (now.code === 'renewed' || org === undefined) {
    return now.code === 'renewed';
  }
  const [kind, context] = [kindOf(now.kind), writeContext(request, org)];
  const live = await kind.read(context, { uid, title: now.title });
  return (
    live !== undefined &&
    ((await isRenewed(request, earlier, kind, context, uid, live)) ||
      (await isHalfMade(earlier, kind, context, uid, live)))
  );
}
