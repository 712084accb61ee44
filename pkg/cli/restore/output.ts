import { compact } from '../../contract/compact.ts';
import type { ApplyResult, FieldDifference, PlanItem } from '../../contract/plan.ts';
import { isConflict } from '../../contract/reasons/restore/plan.ts';
import type { ReasonCode } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { lackingAccounts } from '../../engine/restore/access/missing-accounts.ts';
import type { Restored, Plan, PlannedItem } from '../../engine/restore/types.ts';
import { keptWider } from '../../engine/restore/plan/planning.ts';
import { bySecurity, securityFirst } from '../../engine/restore/plan/security.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { printAbout, type AboutSnapshot } from './about.ts';
import { countPlan, resultCount } from '../output/counts.ts';
import { counted, printJson, printLine, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { securityLines } from './security-lines.ts';
import type { CliContext } from '../context.ts';

/** The plan, and what became of it; with `json` one document. */
export function printRestore(
  context: CliContext,
  {
    json,
    promote,
    run,
    finish,
    undo,
    overwrite,
    about,
    unkept,
  }: { json?: boolean; promote?: boolean; about?: AboutSnapshot | undefined } & {
    [K in 'run' | 'finish' | 'undo' | 'overwrite' | 'unkept']?: string | undefined;
  },
  plan: Plan,
  restored: Restored | undefined,
): void {
  if (json === true) {
    printJson(
      context,
      compact({
        snapshot: plan.snapshot,
        ...about,
        plan: securityFirst(plan.items).map(shown),
        missing: plan.missing,
        dataSources: plan.dataSources,
        confirm: plan.confirm,
        applied: restored !== undefined,
        results: restored?.results ?? [],
        safetySnapshot: restored?.safetySnapshot,
        run,
        finish,
        undo: restored?.safetySnapshot === undefined ? undefined : undo,
        recordFailure: unkept,
      }),
    );
    return;
  }
  if (about !== undefined) {
    printAbout(context, plan.snapshot, about);
  }
  const { toConfirm, exempt } = bySecurity(plan);
  printSecurity(context, 'Changes to access or data destinations:', toConfirm);
  printSecurity(context, 'No confirmation needed, because yours is the only account:', exempt);
  const everything = plan.everything !== undefined;
  const several = printPlanned(context, plan);
  printLosses(context, plan.items, several);
  if (restored === undefined) {
    printNewOrgs(context, plan.items);
  }
  const became = (uid: string): string => {
    const isIt = (one: { kind: string; uid: string }): boolean => one.kind === 'data-source' && one.uid === uid;
    const action = plan.items.find(isIt)?.action;
    if (action !== 'create' && action !== 'update') {
      return action === 'unchanged' ? 'unchanged' : 'skipped';
    }
    if (restored === undefined) {
      return 'part of this plan';
    }
    const { outcome = 'skipped' } = restored.results.find(isIt) ?? {};
    return outcome === 'verified' || outcome === 'differs' ? 'restored' : outcome;
  };
  // Everything has them in its table.
  const mapped = plan.dataSources.filter(
    (one) => one.to?.uid !== one.from.uid && !(everything && one.by === 'restored'),
  );
  for (const { from, to, by, alreadyMissing } of mapped) {
    const name = from.name === '' ? from.uid : `${from.name} (${from.uid})`;
    const absent =
      alreadyMissing === true ? 'was already missing when the snapshot was created' : 'does not exist here';
    const found = to !== undefined ? `${to.name} (${to.uid}), by ${by}` : by === 'restored' ? became(from.uid) : absent;
    printLine(context, printable(`data source ${name}: ${found}`));
  }
  const supplied = (plan.supplied ?? []).filter(({ action }) => action === 'create' || action === 'update');
  for (const item of supplied) {
    printLine(
      context,
      printable(`secrets supplied for ${item.kind}/${item.uid}${several ? ` (org ${orgOf(item)})` : ''}`),
    );
  }
  if (overwrite !== undefined && restored === undefined) {
    printConflicts(context, plan.items, overwrite, several);
  }
  if (restored === undefined && plan.confirm !== undefined) {
    printLine(context, printable(`To apply this, add --confirm '${plan.confirm}', or type it when asked.`));
  }
  if (restored === undefined) {
    const writes = plan.items.some(({ action }) => action === 'create' || action === 'update' || action === 'delete');
    const next = writes ? ' Add --apply to apply it.' : '';
    printLine(context, `${count(plan.items)}. This was only the plan: nothing was written.${next}`);
    return;
  }
  printResults(context, restored, { items: plan.items, several, undo, finish, everything });
  printNotRestored(context, lackingAccounts(plan.items, { promote }), several);
  if (overwrite !== undefined) {
    printConflicts(context, plan.items, overwrite, several);
  }
  keptWider(plan).forEach((kept) => printLine(context, printable(`warning: ${reasonSentence(kept)}`)));
  if (unkept !== undefined) {
    printUnrecorded(context, unkept, finish);
  }
  if (about?.status === 'partial' || about?.shrunk !== undefined) {
    printAbout(context, plan.snapshot, about);
  }
}

/** Without its record, a run that came to its end looks like one that was killed. */
function printUnrecorded(context: CliContext, why: string, finish = ''): void {
  printLine(context, printable(`The record of this run could not be written: ${why}.`));
  printLine(
    context,
    'The results above are correct, but `dashkeep runs` shows this run as interrupted, or does not list it. When the target is available again, run this command; if Grafana has not changed since, it only writes the record:',
  );
  printLine(context, printable(finish));
}

/** Conflicts, which are not written until someone decides. Those that a restore left unfinished are named. */
function printConflicts(context: CliContext, items: readonly PlannedItem[], overwrite: string, several: boolean): void {
  const conflicts = items.filter(isConflict);
  const unfinished = conflicts.filter(({ code }) => code === ('kept-unfinished' satisfies ReasonCode));
  printNotRestored(context, unfinished, several);
  printLine(
    context,
    printable(`Conflicts: ${counted(conflicts.length, 'resource')} not written. To overwrite them: ${overwrite}`),
  );
}

function printNotRestored(context: CliContext, items: readonly PlannedItem[], several: boolean): void {
  for (const item of items) {
    const where = several ? whereOf(item) : '';
    printLine(context, printable(`not restored: ${item.kind} ${item.uid}${where}: ${item.reason}`));
  }
}

/** Prints a row for each resource that a plan does not leave unchanged. @returns whether rows name organizations */
export function printPlanned(context: CliContext, { items, everything }: Plan): boolean {
  const rows = securityFirst(items).filter(({ action }) => action !== 'unchanged');
  const orgs = new Set(items.filter(({ kind }) => kindOf(kind).declaration.scope === 'org').map(orgOf));
  const several = everything !== undefined || orgs.size > 1;
  if (rows.length > 0) {
    printTable(
      context,
      ['action', ...(several ? ['org'] : []), 'kind', 'uid', 'title', ''],
      rows.map(({ action, kind, uid, title, reason, ...item }) => [
        action,
        ...(several ? [orgOf(item)] : []),
        kind,
        uid,
        title,
        reason,
      ]),
    );
  }
  return several;
}

/** How many resources with the same change a line names: the table below has them all. */
const NAMED = 5;

/** What nobody may overlook is above all else; the same in many resources is one line. */
function printSecurity(context: CliContext, heading: string, changing: readonly PlannedItem[]): void {
  if (changing.length === 0) {
    return;
  }
  printLine(context, heading);
  securityLines(changing, NAMED).forEach((line) => printLine(context, printable(`  ${line}`)));
  printLine(context);
}

/** An organization that is to be created has no id yet. */
function orgOf({ org, targetOrg, newOrg }: Pick<PlannedItem, 'org' | 'targetOrg' | 'newOrg'>): string {
  return newOrg ?? String(targetOrg ?? org);
}

/** The organization, for what belongs to one. */
function whereOf(item: Pick<PlannedItem, 'org' | 'kind' | 'targetOrg' | 'newOrg'>): string {
  return kindOf(item.kind).declaration.scope === 'org' ? ` (org ${orgOf(item)})` : '';
}

function shown({ entry: _, live: __, manager: ___, app: ____, aside: _____, ...item }: PlannedItem): PlanItem {
  return item;
}

function printLosses(context: CliContext, items: PlannedItem[], several: boolean): void {
  for (const item of items) {
    const { kind, uid, losses } = item;
    const where = several ? whereOf(item) : '';
    for (const loss of losses) {
      printLine(context, printable(`note: ${kind} ${uid}${where}: ${loss}`));
    }
  }
}

/** Of an organization that does not exist yet, secrets to enter again are known, and not what its Grafana lacks. */
function printNewOrgs(context: CliContext, items: PlannedItem[]): void {
  const names = new Set(
    items.flatMap(({ newOrg, action }) => (newOrg === undefined || action !== 'create' ? [] : newOrg)),
  );
  for (const name of names) {
    printLine(
      context,
      printable(`note: org ${name}: the result of the restore contains further notes for this organization`),
    );
  }
}

function count(items: PlannedItem[]): string {
  const counts = countPlan(items, ({ action }) => action);
  return counts.map(([action, count, more]) => `${action}: ${count}${more}`).join(', ') || 'nothing to do';
}

function differenceText({ path, wanted, found }: FieldDifference): string {
  return wanted === undefined && found === undefined
    ? `${path}: not shown, because it may be secret`
    : `${path}: expected ${wanted ?? 'no such field'}, found ${found ?? 'no such field'}`;
}

interface ResultOptions {
  items: PlannedItem[];
  /** Whether the plan is of several organizations, which are then named. */
  several: boolean;
  undo: string | undefined;
  finish: string | undefined;
  /** Whether everything was restored. */
  everything: boolean;
}

/** What a restore never changes about an existing account, however often it is repeated. */
const NEVER_CHANGED: ReadonlySet<string> = new Set<ReasonCode>([
  'no-server-admin',
  'stays-server-admin',
  'not-disabled',
]);

function printResults(
  context: CliContext,
  { results, safetySnapshot }: Restored,
  { items, several, undo, finish, everything }: ResultOptions,
): void {
  const isDone = ({ outcome }: ApplyResult): boolean => outcome === 'verified' || outcome === 'deleted';
  const bad: ApplyResult[] = results.filter((result) => !isDone(result));
  const itemOf = ({ org, kind, uid }: ApplyResult): PlannedItem | undefined =>
    items.find((one) => one.org === org && one.kind === kind && one.uid === uid);
  for (const { outcome, reason, differences = [], ...result } of bad) {
    const { kind, uid } = result;
    const item = itemOf({ ...result, outcome, reason }) ?? result;
    const where = several ? whereOf(item) : '';
    printLine(context, printable(`${outcome}: ${kind} ${uid}${where}: ${reason}`));
    differences.forEach((difference) => printLine(context, printable(`  ${differenceText(difference)}`)));
  }
  printLine(context, results.length === 0 ? 'Nothing to write.' : resultCount(results, isDone, items));
  const isFinal = (result: ApplyResult): boolean =>
    result.outcome === 'differs' && itemOf(result)?.lost?.some(({ code }) => NEVER_CHANGED.has(code)) === true;
  if (!bad.every(isFinal) && finish !== undefined) {
    printLine(context, printable(`To retry the rest: ${finish}`));
  }
  if (safetySnapshot !== undefined) {
    const way = undo === undefined ? '' : ` To undo it: ${undo}`;
    printLine(context, printable(`The previous state is in snapshot ${safetySnapshot}.${way}`));
    if (everything && items.some(({ kind, action }) => action === 'create' && (kind === 'org' || kind === 'user'))) {
      printLine(context, 'Created organizations and users are kept, because Dashkeep never deletes them.');
    }
  }
}
