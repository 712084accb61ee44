import { releaseSnapshot } from '../../repository/holds/holds.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { askedBy, withBy, withTarget, type AskedBy } from '../options.ts';
import { printJson, printLine } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  json?: boolean;
}

/** Registers `dashkeep release`. */
export const registerRelease: Register = (program, run) => {
  withBy(withTarget(program.command('release')))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .description('end the hold of a snapshot: retention applies to it again')
    .action(run(release));
};

async function release(context: CliContext, snapshot: string, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const id = await withSession(context, flags, false, ({ repository }) =>
    releaseSnapshot(repository, snapshot, { ...askedBy(flags), signal }),
  );
  if (flags.json === true) {
    printJson(context, { snapshot: id });
  } else {
    printLine(context, `released: ${id}`);
  }
  return 0;
}
