import { Command, CommanderError } from 'commander';
import { asDashkeepError, DashkeepError } from '../contract/errors.ts';
import type { Runner } from './command.ts';
import { Configuration } from './config/configuration.ts';
import { assertKnownNames } from './config/known-names.ts';
import { registerBackup } from './commands/backup.ts';
import { registerBootstrap } from './commands/bootstrap.ts';
import { registerCat } from './commands/cat.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerCopy } from './commands/copy.ts';
import { registerDiff } from './commands/diff.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDrill } from './commands/drill.ts';
import { registerExport } from './commands/export.ts';
import { registerFleet } from './commands/fleet.ts';
import { registerForget } from './commands/forget.ts';
import { registerHold } from './commands/hold.ts';
import { registerImport } from './commands/import.ts';
import { registerKeys } from './commands/keys.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerNote } from './commands/note.ts';
import { registerPrune } from './commands/prune.ts';
import { registerReadiness } from './commands/readiness.ts';
import { registerRecoveryKit } from './commands/recovery-kit.ts';
import { registerRelease } from './commands/release.ts';
import { registerRepair } from './commands/repair.ts';
import { registerRestore } from './commands/restore.ts';
import { registerRuns } from './commands/runs.ts';
import { registerSearch } from './commands/search.ts';
import { registerServe } from './commands/serve.ts';
import { registerShow } from './commands/show.ts';
import { registerSnapshots } from './commands/snapshots.ts';
import { registerTrust } from './commands/trust.ts';
import { registerVerify } from './commands/verify.ts';
import { registerVersions } from './commands/versions.ts';
import { openContext, VERSION, type CliContext } from './context.ts';
import { printable } from './output/printable.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 invalid usage or settings, 3 partial, 4 damaged or untrusted repository, 5 busy or currently unsafe (clocks differ, or pruning is not safe), 130 interrupted.`;

/** Every command with its options; each calls `run` with its action. */
export function buildProgram(run: Runner): Command {
  const program = new Command('dashkeep')
    .description('Back up Grafana to S3, Azure, Google Cloud or a directory, with history, comparison and restore.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(see dashkeep --help)')
    .exitOverride();
  for (const register of [
    registerBackup,
    registerSnapshots,
    registerRuns,
    registerShow,
    registerCat,
    registerDiff,
    registerVersions,
    registerSearch,
    registerRestore,
    registerMigrate,
    registerVerify,
    registerForget,
    registerPrune,
    registerHold,
    registerRelease,
    registerNote,
    registerRepair,
    registerDrill,
    registerCopy,
    registerExport,
    registerImport,
    registerKeys,
    registerTrust,
    registerBootstrap,
    registerServe,
    registerDoctor,
    registerReadiness,
    registerRecoveryKit,
    registerFleet,
    registerCompletion,
  ]) {
    register(program, run);
  }
  for (const command of program.commands) {
    command.exitOverride();
  }
  return program;
}

/** Runs the command line. @returns the exit code. */
export async function main(argv: readonly string[], context: CliContext = openContext()): Promise<number> {
  let exit: number = 0;
  const program = buildProgram((action) => async (...given) => {
    assertKnownNames(context.environment, context.log);
    new Configuration(context.environment).assertValid();
    exit = await action(context, ...given);
  });
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    return reportError(context, error);
  }
}

function reportError(context: CliContext, error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : 2;
  }
  // Whatever broke when the run was interrupted broke because of that; a restore says so itself, with its own advice.
  const isSaid = error instanceof DashkeepError && error.code === 'DK_INTERRUPTED';
  const known = asDashkeepError(context.signal.aborted && !isSaid ? context.signal.reason : error);
  context.stderr.write(`dashkeep: ${printable(known.message)} [${known.code}]\n${printable(known.hint)}\n`);
  if (known.code === 'DK_INTERNAL') {
    context.log.debug({ stack: known.cause instanceof Error ? known.cause.stack : '' }, 'stack');
  }
  return known.exit;
}
