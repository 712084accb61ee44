import { runRepair, runRewrap } from '../../operations/repair.ts';
import { recordRun } from '../../operations/run.ts';
import { RememberedTarget } from '../../repository/signing/remembered-target.ts';
import { isMendable } from '../../repository/verify/problems.ts';
import { repairConfig, type RepairResult } from '../../repository/verify/repair.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import type { CommonFlags } from '../config/settings.ts';
import { openState, sessionIn, withGrafanaSession, withStore } from '../open.ts';
import { withGrafana, withTarget } from '../options.ts';
import { counted, printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { problemLines } from '../output/problems.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  readData?: boolean;
  rewrap?: boolean;
}

/** Registers `dashkeep repair`. */
export const registerRepair: Register = (program, run) => {
  withGrafana(withTarget(program.command('repair')))
    .description('restore damaged or missing objects from Grafana, if the content there is unchanged')
    .option('--read-data', 'also find damaged objects')
    .option('--rewrap', 'only re-encrypt everything for the current recipients (requires an identity)')
    .action(run(repair));
};

async function repair(context: CliContext, flags: Flags): Promise<Exit> {
  if (flags.rewrap === true) {
    return rewrap(context, flags);
  }
  await withStore(context, flags, async (store) => {
    const state = await openState(context, flags);
    const remembered = (await new RememberedTarget(state, store.description).read())?.repository;
    const trustedKeys = new Configuration(context.environment, flags).get('DASHKEEP_TRUSTED_KEYS');
    return repairConfig({ ...context, store, state, trustedKeys, remembered });
  });
  const readData = flags.readData === true;
  const result = await withGrafanaSession(context, flags, false, (session) =>
    recordRun(session, { kind: 'repair', trigger: 'manual', signal: context.signal }, (run) =>
      runRepair(session, { readData }, run),
    ),
  );
  printResult(context, flags, result, () => print(context, result, readData));
  return result.remaining.length === 0 ? 0 : 4;
}

async function rewrap(context: CliContext, flags: Flags): Promise<Exit> {
  const result = await withStore(context, flags, (store) =>
    sessionIn(context, flags, { store, create: false, rewraps: true }, (session) =>
      recordRun(session, { kind: 'repair', trigger: 'manual', signal: context.signal }, (run) =>
        runRewrap(session, run),
      ),
    ),
  );
  printResult(context, flags, result, () => {
    for (const { key, reason } of result.failed) {
      printLine(context, printable(`not changed: ${key}: ${reason}`));
    }
    printLine(context, `${counted(result.rewrapped, 'file')} re-encrypted.`);
  });
  return result.failed.length === 0 ? 0 : 3;
}

function print(context: CliContext, { repaired, remaining }: RepairResult, readData: boolean): void {
  for (const problem of remaining) {
    const state = isMendable(problem) ? 'still damaged' : 'not repaired';
    printLine(context, `${state}: ${problemLines(problem).join('\n')}`);
  }
  const damaged = remaining.filter(isMendable);
  if (damaged.length > 0) {
    printLine(
      context,
      'Grafana no longer has this content. Restore the files from earlier versions in the bucket or from a second copy, or remove these snapshots with `dashkeep forget <id>`.',
    );
  }
  const still = damaged.length > 0 || readData ? `, ${damaged.length} still damaged` : '';
  const unread = readData ? '' : ' Contents were not read: to also find damaged objects, add --read-data.';
  printLine(context, `${repaired.length} repaired${still}.${unread}`);
}
