import { writeFile } from 'node:fs/promises';
import type { ApplyResult, PlanItem } from '../../contract/plan.ts';
import { planRestore } from '../../engine/restore/plan.ts';
import { restore, restoreOutcome, type Restored } from '../../engine/restore/restore.ts';
import { requireFresh, savePlan } from '../../engine/restore/saved-plan.ts';
import type { Plan, PlannedItem, PlanRequest } from '../../engine/restore/types.ts';
import { recordRun } from '../../engine/run.ts';
import type { Exit, Register } from '../command.ts';
import { withGrafanaInstance, withRepository } from '../open.ts';
import { askedBy, withBy, withGrafana, withKinds, withTarget, type AskedBy } from '../options.ts';
import { orgsOf, restoreWish, type RestoreFlags } from '../restore-request.ts';
import { printable, printJson, printLine, printTable, progressPrinter } from '../output.ts';
import { VERSION, type World } from '../world.ts';

interface Flags extends RestoreFlags, AskedBy {
  json?: boolean;
  savePlan?: string;
  confirm?: string;
  apply?: boolean;
  safetySnapshot: boolean;
}

export const registerRestore: Register = (program, run) => {
  withBy(withKinds(withGrafana(withTarget(program.command('restore')))))
    .argument('[snapshot]', "id, unambiguous start of one, or 'latest'")
    .description('show what a restore would do; with --apply, do it')
    .option('--only <kind/uid>', 'only this resource (may be given again)', collect)
    .option('--folder <uid>', 'this folder with all below it (may be given again)', collect)
    .option('--overwrite', 'also update what is there and differs')
    .option('--include-managed', 'also write what files, Git Sync, Terraform or an operator manage')
    .option('--as-copy', 'under new uids, beside what is there')
    .option('--into-folder <uid>', 'with --as-copy: the folder to put the copies in')
    .option('--into-org <id>', 'with --as-copy: the org to put the copies in')
    .option('--copy-suffix <text>', 'with --as-copy: put behind each title')
    .option('--map-org <old=new>', 'restore what one org held into another (may be given again)', collect)
    .option('--map-datasource <old=new>', 'use this live data source for one of the snapshot', collect)
    .option('--secrets <file>', 'YAML with secrets: kind, uid, field')
    .option('--delete-extra', 'also delete what is live within the selection and not in the snapshot')
    .option('--confirm <text>', 'with --delete-extra: what the plan asks to type')
    .option('--save-plan <file>', 'keep the plan, to apply it later with --plan')
    .option('--plan <file>', 'this saved plan, if what is live has not moved')
    .option('--apply', 'write; without it nothing is sent but reads')
    .option('--no-safety-snapshot', 'do not take a snapshot before writing')
    .action(run(runRestore));
};

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function runRestore(world: World, snapshot: string | undefined, flags: Flags): Promise<Exit> {
  const wish = await restoreWish(world, snapshot, flags);
  const orgs = orgsOf(flags, wish.options);
  const progress = progressPrinter(world, flags.json === true);
  const { plan, restored } = await withRepository(world, flags, false, async (repository) => {
    const manifest = await repository.manifest(wish.snapshot, { signal: world.signal });
    return withGrafanaInstance(world, { ...flags, ...(orgs === undefined ? {} : { orgs }) }, async (instance) => {
      const { selection, options } = wish;
      const request = { ...world, manifest, repository, instance, selection, options, onProgress: progress.report };
      const made = await planRestore(request);
      if (wish.saved !== undefined) {
        requireFresh(wish.saved, request, made);
      }
      if (flags.savePlan !== undefined) {
        await writeFile(flags.savePlan, savePlan(request, made), { mode: 0o600 });
      }
      return {
        plan: made,
        restored: flags.apply === true ? await applyRecorded(world, flags, request, made) : undefined,
      };
    });
  }).finally(progress.end);
  print(world, flags, plan, restored);
  return exitOf(plan, restored);
}

function applyRecorded(world: World, flags: Flags, request: PlanRequest, plan: Plan): Promise<Restored> {
  const { repository } = request;
  const by = askedBy(flags);
  return recordRun({ ...world, repository, kind: 'restore', trigger: 'manual', ...by }, async () =>
    restoreOutcome(
      await restore({
        ...request,
        plan,
        safetySnapshot: flags.safetySnapshot,
        ...(flags.confirm === undefined ? {} : { confirm: flags.confirm }),
        ...by,
        version: VERSION,
        randomness: world.randomness,
      }),
    ),
  );
}

/** Partial when anything that was asked for could not be brought back as it was. */
function exitOf(plan: Plan, restored: Restored | undefined): Exit {
  const blocked = plan.items.some(({ action }) => action === 'blocked');
  const bad = restored?.results.some(({ outcome }) => outcome === 'failed' || outcome === 'differs') ?? false;
  return restored !== undefined && (blocked || bad) ? 3 : 0;
}

function print(world: World, flags: Flags, plan: Plan, restored: Restored | undefined): void {
  if (flags.json === true) {
    printJson(world, {
      snapshot: plan.snapshot,
      plan: plan.items.map(shown),
      missing: plan.missing,
      dataSources: plan.dataSources,
      ...(plan.confirm === undefined ? {} : { confirm: plan.confirm }),
      applied: restored !== undefined,
      results: restored?.results ?? [],
      ...(restored?.safetySnapshot === undefined ? {} : { safetySnapshot: restored.safetySnapshot }),
    });
    return;
  }
  const told = plan.items.filter(({ action }) => action !== 'unchanged');
  if (told.length > 0) {
    printTable(
      world,
      ['action', 'kind', 'uid', 'title', ''],
      told.map(({ action, kind, uid, title, reason }) => [action, kind, uid, title, reason]),
    );
  }
  printLosses(world, plan.items);
  for (const { from, to, by } of plan.dataSources.filter((match) => match.to?.uid !== match.from.uid)) {
    const name = from.name === '' ? from.uid : `${from.name} (${from.uid})`;
    const found = to === undefined ? (by === 'restored' ? 'restored' : 'not here') : `${to.name} (${to.uid}), by ${by}`;
    printLine(world, printable(`data source ${name}: ${found}`));
  }
  if (restored === undefined && plan.confirm !== undefined) {
    printLine(world, printable(`To let it delete, type --confirm '${plan.confirm}'.`));
  }
  if (restored === undefined) {
    printLine(world, `${count(plan.items)}. This was only the plan: nothing was written. Add --apply to do it.`);
    return;
  }
  printResults(world, restored);
}

function shown({ entry: _, live: __, ...item }: PlannedItem): PlanItem {
  return item;
}

function printLosses(world: World, items: PlannedItem[]): void {
  for (const { kind, uid, losses } of items) {
    for (const loss of losses) {
      printLine(world, printable(`note: ${kind} ${uid}: ${loss}`));
    }
  }
}

function count(items: PlannedItem[]): string {
  const counts = new Map<string, number>();
  for (const { action } of items) {
    counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  return [...counts].map(([action, number]) => `${action}: ${number}`).join(', ') || 'nothing to do';
}

function printResults(world: World, { results, safetySnapshot }: Restored): void {
  const bad: ApplyResult[] = results.filter(({ outcome }) => outcome !== 'verified' && outcome !== 'deleted');
  for (const { outcome, kind, uid, reason } of bad) {
    printLine(world, printable(`${outcome}: ${kind} ${uid}: ${reason}`));
  }
  printLine(world, `${results.length - bad.length} of ${results.length} done and verified.`);
  if (safetySnapshot !== undefined) {
    printLine(world, `What was there before is in snapshot ${safetySnapshot}.`);
  }
}
