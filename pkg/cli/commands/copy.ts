import { copyRepository, type CopyResult } from '../../repository/snapshots/copy.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { withTarget } from '../options.ts';
import { printJson, printLine } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
}

/** Registers `dashkeep copy`. */
export const registerCopy: Register = (program, run) => {
  withTarget(program.command('copy'))
    .description('copy all snapshots to another target, to encrypt them, remove a recipient or move the repository')
    .argument('<url>', 'target of the copy: s3://bucket/prefix or file:///directory')
    .action(run(runCopy));
};

async function runCopy(context: CliContext, url: string, flags: Flags): Promise<Exit> {
  const { randomness, signal } = context;
  // Recipients are for the copy; what is copied is only read.
  const result = await withSession(context, { ...flags, ageRecipients: undefined }, false, ({ repository: from }) =>
    withSession(context, { ...flags, target: url }, true, ({ repository: to }) =>
      copyRepository(from, to, { randomness, signal }),
    ),
  );
  if (flags.json === true) {
    printJson(context, result);
  } else {
    print(context, result);
  }
  return result.foreign.length + result.different.length === 0 ? 0 : 3;
}

function print(context: CliContext, { copied, present, objects, foreign, different }: CopyResult): void {
  printLine(context, `${copied.length} snapshots copied (${objects} objects), ${present.length} already existed.`);
  if (foreign.length > 0) {
    printLine(context, `${foreign.length} were not copied, because no trusted key signed them: ${foreign.join(', ')}`);
  }
  if (different.length > 0) {
    printLine(
      context,
      `${different.length} were not copied, because the other target has different files with these names: ${different.join(', ')}. ` +
        'Remove that with `dashkeep forget <id>`, then copy again.',
    );
  }
}
