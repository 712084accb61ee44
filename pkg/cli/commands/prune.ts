import { compact } from '../../contract/compact.ts';
import { runPrune } from '../../operations/prune.ts';
import { recordRun } from '../../operations/run.ts';
import { planPrune, type PrunePlan, type PruneResult } from '../../repository/prune/prune.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, counted, printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  dryRun?: boolean;
  removeMostObjects?: boolean;
}

/** Registers `dashkeep prune`. */
export const registerPrune: Register = (program, run) => {
  withTarget(program.command('prune'))
    .description(
      'remove unneeded objects (one run marks them, and a run at least 4 hours later removes them) and old run records',
    )
    .option('--dry-run', 'only show the plan')
    .option('--remove-most-objects', 'continue even if more than half of all objects would be removed')
    .action(run(prune));
};

async function prune(context: CliContext, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const confirmed = flags.removeMostObjects === true;
  const { plan, result } = await withSession(context, flags, false, async (session) =>
    flags.dryRun === true
      ? { plan: await planPrune(session.repository, { signal }), result: undefined }
      : recordRun(session, { kind: 'prune', trigger: 'manual', signal }, (run) =>
          runPrune(session, { confirmed }, run),
        ),
  );
  printResult(
    context,
    flags,
    {
      ...summary(plan),
      applied: result !== undefined,
      ...compact({ result }),
    },
    () => print(context, plan, result),
  );
  return result !== undefined && result.failed.length > 0 ? 3 : 0;
}

function summary(plan: PrunePlan): object {
  const { snapshots, objects, remove, mark, young, runs, leftOvers, needsConfirmation } = plan;
  return { snapshots, objects, remove, mark, young, runs, leftOvers, needsConfirmation };
}

function leftBehind(runs: number, leftOvers: number): string {
  return `${counted(runs, 'old run record')} and ${counted(leftOvers, 'orphaned file')}`;
}

function print(context: CliContext, plan: PrunePlan, result: PruneResult | undefined): void {
  const { objects, young, remove, mark } = plan;
  const needed = objects - young - remove.length - mark.length;
  printLine(
    context,
    `${counted(objects, 'object')} (${bytes(plan.bytes)}), ${needed} of them needed by ${counted(plan.snapshots, 'snapshot')}.`,
  );
  if (young > 0) {
    printLine(context, `Not needed, but younger than 48 hours, so not marked yet: ${young}.`);
  }
  if (result === undefined) {
    printLine(context, `Would remove ${counted(remove.length, 'object')} and mark ${mark.length}.`);
    printLine(context, `Would remove ${leftBehind(plan.runs.length, plan.leftOvers.length)}.`);
    return;
  }
  printLine(
    context,
    `Removed ${counted(result.removed, 'object')} (${bytes(result.removedBytes)}), marked ${result.marked} for a later prune.`,
  );
  if (result.runs + result.leftOvers > 0) {
    printLine(context, `Removed ${leftBehind(result.runs, result.leftOvers)}.`);
  }
  if (result.hidden > 0) {
    const size = bytes(result.hiddenBytes);
    printLine(
      context,
      `The bucket keeps ${counted(result.hidden, 'removed object')} (${size}) as noncurrent versions until a lifecycle rule (NoncurrentVersionExpiration) removes them.`,
    );
  }
  if (result.locked > 0) {
    const size = bytes(result.lockedBytes);
    printLine(
      context,
      `Object lock protects ${counted(result.locked, 'object')} (${size}) until its retention period ends.`,
    );
  }
  for (const { key, reason } of result.failed) {
    printLine(context, printable(`not removed: ${key}: ${reason}`));
  }
}
