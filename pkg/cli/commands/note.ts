import { noteSnapshot } from '../../repository/holds/holds.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { askedBy, withBy, withTarget, type AskedBy } from '../options.ts';
import { printLine, printResult } from '../output/output.ts';
import type { CliContext } from '../context.ts';

type Flags = CommonFlags & AskedBy;

/** Registers `dashkeep note`. */
export const registerNote: Register = (program, run) => {
  withBy(withTarget(program.command('note')))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .argument('<text>', "one line that replaces the earlier note; '' removes the note")
    .description('add a note to a snapshot; the note does not protect the snapshot from removal')
    .action(run(note));
};

async function note(context: CliContext, snapshot: string, text: string, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const id = await withClockWarning(context, flags, ({ repository }) =>
    noteSnapshot(repository, snapshot, { note: text, ...askedBy(flags) }, { signal }),
  );
  printResult(context, flags, { snapshot: id, note: text }, () =>
    printLine(context, text === '' ? `note removed: ${id}` : `note written: ${id}`),
  );
  return 0;
}
