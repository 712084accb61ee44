import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { forgetPlan, runForget, runForgetOne } from '../../operations/forget.ts';
import { recordRun } from '../../operations/run.ts';
import { isTimedId, timeOfId } from '../../repository/layout.ts';
import { assertDeletable, type ForgetPlan, type ForgetResult } from '../../repository/snapshots/forget.ts';
import {
  assertPolicy,
  explained,
  type RetentionDecision,
  type RetentionPolicy,
} from '../../repository/snapshots/retention.ts';
import type { Exit, Register } from '../command.ts';
import { wholeNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { withTarget } from '../options.ts';
import { askOnTerminal } from '../prompt.ts';
import { printJson, printLine, printResult, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

const RULES = ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'] as const;

interface Flags extends CommonFlags, Partial<Record<(typeof RULES)[number], string>> {
  keepWithin?: string;
  timezone?: string;
  dryRun?: boolean;
  confirm?: string;
  evenNewest?: boolean;
}

/** Registers `dashkeep forget`. */
export const registerForget: Register = (program, run) => {
  withTarget(program.command('forget'))
    .argument('[id]', 'full ID of one snapshot to remove, instead of applying rules')
    .description('remove snapshots by retention rules, or one by its ID; prune then removes their objects')
    .option('--keep-last <n>', 'keep the newest n complete snapshots')
    .option('--keep-hourly <n>', 'keep one snapshot per hour, for the last n hours with snapshots')
    .option('--keep-daily <n>', 'keep one per day')
    .option('--keep-weekly <n>', 'keep one per week')
    .option('--keep-monthly <n>', 'keep one per month')
    .option('--keep-yearly <n>', 'keep one per year')
    .option(
      '--keep-within <age>',
      'for an age such as 30d or 1y6m, keep all snapshots that are at most this much older than the newest complete one',
    )
    .option('--timezone <name>', 'time zone of the rules (default UTC)')
    .option('--confirm <id>', 'with an ID: repeat it to skip the confirmation prompt')
    .option('--even-newest', 'with an ID: allow removing the newest complete snapshot')
    .option('--dry-run', 'only show which snapshots would be removed')
    .action(run(forget));
};

async function forget(context: CliContext, id: string | undefined, flags: Flags): Promise<Exit> {
  if (id !== undefined) {
    return forgetOne(context, id, flags);
  }
  const unused = flags.evenNewest === true ? '--even-newest' : flags.confirm === undefined ? undefined : '--confirm';
  if (unused !== undefined) {
    throw new DashkeepError('DK_USAGE', `${unused} is only for removing one snapshot by its ID: dashkeep forget <id>`);
  }
  const policy = policyOf(flags);
  assertPolicy(policy);
  const { signal } = context;
  const { plan, result } = await withSession(context, flags, false, async (session) =>
    flags.dryRun === true
      ? { plan: await forgetPlan(session, policy, { signal }), result: undefined }
      : recordRun(session, { kind: 'forget', trigger: 'manual', signal }, (run) => runForget(session, policy, run)),
  );
  print(context, flags, plan, result);
  return result !== undefined && result.remaining.length > 0 ? 3 : 0;
}

/** Judges no other snapshot: so none is reported as kept. */
async function forgetOne(context: CliContext, id: string, flags: Flags): Promise<Exit> {
  if (Object.keys(policyOf(flags)).length > 0) {
    throw new DashkeepError('DK_USAGE', 'specify either a snapshot ID or rules');
  }
  if (!isTimedId(id)) {
    throw new DashkeepError(
      'DK_USAGE',
      `forget needs a full snapshot ID, not '${id}'; \`dashkeep snapshots\` lists the IDs`,
    );
  }
  const { signal } = context;
  const evenNewest = flags.evenNewest === true;
  await withSession(context, flags, false, async (session) => {
    await assertDeletable(session.repository, id, { signal, evenNewest });
    if (flags.dryRun === true) {
      return;
    }
    await confirm(context, id, flags);
    await recordRun(session, { kind: 'forget', trigger: 'manual', signal }, (run) =>
      runForgetOne(session, { id, evenNewest }, run),
    );
  });
  const applied = flags.dryRun !== true;
  const forgotten = [{ id, time: timeOfId(id).toISOString(), ...explained([reason('removed-by-id')]) }];
  printResult(context, flags, { kept: [], forgotten, remaining: [], unreadable: [], applied }, () =>
    printLine(context, applied ? `forgotten: ${id}` : `would be removed: ${id}`),
  );
  return 0;
}

/** @throws DK_CONFIRMATION when the ID was not typed again, by option or on the terminal */
async function confirm(context: CliContext, id: string, flags: Flags): Promise<void> {
  const asks = flags.confirm === undefined && flags.json !== true;
  const typed = asks ? await askOnTerminal(context, `Type '${id}' to remove this snapshot: `) : flags.confirm;
  if (typed !== id) {
    throw new DashkeepError('DK_CONFIRMATION', `the removal of ${id} is not confirmed`, {
      advice: reason('confirm-snapshot', { id }),
    });
  }
}

function policyOf(flags: Flags): RetentionPolicy {
  const policy: RetentionPolicy = {};
  for (const rule of RULES) {
    const text = flags[rule];
    if (text !== undefined) {
      policy[rule] = wholeNumber(text, `--${rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, 0);
    }
  }
  return {
    ...policy,
    ...compact({ keepWithin: flags.keepWithin, timeZone: flags.timezone }),
  };
}

function print(context: CliContext, flags: Flags, plan: ForgetPlan, result: ForgetResult | undefined): void {
  const remaining = result?.remaining ?? [];
  const gone = result === undefined ? plan.forgotten : plan.forgotten.filter(({ id }) => result.forgotten.includes(id));
  if (flags.json === true) {
    const { kept, unreadable } = plan;
    printJson(context, { kept, forgotten: gone, remaining, unreadable, applied: result !== undefined });
    return;
  }
  const row = (what: string, { id, time, status, reasons }: RetentionDecision): string[] => [
    what,
    id,
    time,
    status,
    reasons.join(', '),
  ];
  const verb = result === undefined ? 'would be removed' : 'forgotten';
  printTable(
    context,
    ['', 'snapshot', 'time', 'status', 'because'],
    [...plan.kept.map((decision) => row('kept', decision)), ...gone.map((decision) => row(verb, decision))],
  );
  for (const { id, reason } of remaining) {
    printLine(context, printable(`not removed: ${id}: ${reason}`));
  }
}
