import { holdSnapshot } from '../../repository/holds/holds.ts';
import type { Exit, Register } from '../command.ts';
import { endOf } from '../dates.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { askedBy, withBy, withTarget, type AskedBy } from '../options.ts';
import { printLine, printResult } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  note?: string;
  until?: string;
}

/** Registers `dashkeep hold`. */
export const registerHold: Register = (program, run) => {
  withBy(withTarget(program.command('hold')))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .description('keep a snapshot until you release it: retention, forget and prune skip it')
    .option('--note <text>', 'reason for the hold')
    .option('--until <date>', 'last day of the hold (UTC), such as 2027-03-31, or a time in ISO format')
    .action(run(hold));
};

async function hold(context: CliContext, snapshot: string, flags: Flags): Promise<Exit> {
  const { signal, randomness } = context;
  const until = flags.until === undefined ? undefined : endOf(flags.until);
  const request = { note: flags.note ?? '', ...askedBy(flags), until };
  const id = await withClockWarning(context, flags, ({ repository }) =>
    holdSnapshot(repository, snapshot, request, { randomness, signal }),
  );
  printResult(context, flags, { snapshot: id, until: until?.toISOString() ?? null }, () =>
    printLine(context, `on hold: ${id}`),
  );
  return 0;
}
