import type { ApplyResult, PlanItem } from '../../contract/plan.ts';
import { planRestore } from '../../engine/restore/plan.ts';
import { restore, restoreOutcome, type Restored } from '../../engine/restore/restore.ts';
import type { Plan, PlannedItem, PlanRequest } from '../../engine/restore/types.ts';
import { recordRun } from '../../engine/run.ts';
import type { Exit, Register } from '../command.ts';
import { kindsOf, type CommonFlags } from '../config/settings.ts';
import { withGrafanaInstance, withRepository } from '../open.ts';
import { withGrafana, withKinds, withTarget } from '../options.ts';
import { printable, printJson, printLine, printTable, progressPrinter } from '../output.ts';
import { VERSION, type World } from '../world.ts';
import { parseResource } from './cat.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  only?: string[];
  overwrite?: boolean;
  includeManaged?: boolean;
  apply?: boolean;
  safetySnapshot: boolean;
  by?: string;
}

export const registerRestore: Register = (program, run) => {
  withKinds(withGrafana(withTarget(program.command('restore'))))
    .argument('<snapshot>', "id, unambiguous start of one, or 'latest'")
    .description('show what a restore would do; with --apply, do it')
    .option('--only <kind/uid>', 'only this resource (may be given again)', collect)
    .option('--overwrite', 'also update what is there and differs')
    .option('--include-managed', 'also write what files, Git Sync, Terraform or an operator manage')
    .option('--apply', 'write; without it nothing is sent but reads')
    .option('--no-safety-snapshot', 'do not take a snapshot before writing')
    .option('--by <name>', 'who asked, for the record')
    .action(run(runRestore));
};

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function runRestore(world: World, snapshot: string, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(world, flags.json === true);
  const { plan, restored } = await withRepository(world, flags, false, async (repository) => {
    const manifest = await repository.manifest(snapshot, { signal: world.signal });
    return withGrafanaInstance(world, flags, async (instance) => {
      const request: PlanRequest = {
        ...world,
        manifest,
        repository,
        instance,
        selection: selectionOf(flags),
        options: { overwrite: flags.overwrite === true, includeManaged: flags.includeManaged === true },
        onProgress: progress.report,
      };
      const made = await planRestore(request);
      return {
        plan: made,
        restored: flags.apply === true ? await applyRecorded(world, flags, request, made) : undefined,
      };
    });
  }).finally(progress.end);
  print(world, flags, plan, restored);
  return exitOf(plan, restored);
}

function selectionOf(flags: Flags): PlanRequest['selection'] {
  const kinds = kindsOf(flags.kinds);
  return {
    ...(kinds === undefined ? {} : { kinds }),
    ...(flags.only === undefined ? {} : { only: flags.only.map(parseResource) }),
  };
}

function applyRecorded(world: World, flags: Flags, request: PlanRequest, plan: Plan): Promise<Restored> {
  const { repository } = request;
  const by = flags.by === undefined ? {} : { by: flags.by };
  return recordRun({ ...world, repository, kind: 'restore', trigger: 'manual', ...by }, async () =>
    restoreOutcome(
      await restore({
        ...request,
        plan,
        safetySnapshot: flags.safetySnapshot,
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
  const bad: ApplyResult[] = results.filter(({ outcome }) => outcome !== 'verified');
  for (const { outcome, kind, uid, reason } of bad) {
    printLine(world, printable(`${outcome}: ${kind} ${uid}: ${reason}`));
  }
  printLine(world, `${results.length - bad.length} of ${results.length} written and verified.`);
  if (safetySnapshot !== undefined) {
    printLine(world, `What was there before is in snapshot ${safetySnapshot}.`);
  }
}
