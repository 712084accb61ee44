import { releaseSnapshot } from '../../repository/holds/holds.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { askedBy, withBy, withTarget, type AskedBy } from '../options.ts';
import { printLine, printResult } from '../output/output.ts';
import type { CliContext } from '../context.ts';

type Flags = CommonFlags & AskedBy;

/** Registers `dashkeep release`. */
export const registerRelease: Register = (program, run) => {
  withBy(withTarget(program.command('release')))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .description('end the hold on a snapshot, so that retention applies to it again')
    .action(run(release));
};

async function release(context: CliContext, snapshot: string, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const id = await withSession(context, flags, false, ({ repository }) =>
    releaseSnapshot(repository, snapshot, { ...askedBy(flags), signal }),
  );
  printResult(context, flags, { snapshot: id }, () => printLine(context, `released: ${id}`));
  return 0;
}
