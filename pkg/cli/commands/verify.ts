import { DashkeepError } from '../../contract/errors.ts';
import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { recordRun } from '../../operations/run.ts';
import { runVerify } from '../../operations/verify.ts';
import { isMendable, type VerifyProblem } from '../../repository/verify/problems.ts';
import type { VerifyReport } from '../../repository/verify/verify.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { alarmsOf, printWarnings } from '../output/alarms.ts';
import { bytes, counted, printLine, printResult, progressPrinter } from '../output/output.ts';
import { problemLines } from '../output/problems.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  readData?: boolean;
  readDataSubset?: string;
}

/** Registers `dashkeep verify`. */
export const registerVerify: Register = (program, run) => {
  withTarget(program.command('verify'))
    .argument('[snapshot]', "ID, unique prefix of an ID, or 'latest' (default: all snapshots)")
    .description('check that all snapshots (or one snapshot) can be read and that no object is missing')
    .option('--read-data', 'also read each object and compare it with its hash')
    .option('--read-data-subset <percent>', 'read a share of the objects, such as 5%; each run reads a different share')
    .addHelpText(
      'after',
      '\nExit codes: 0 no problems, 2 encrypted with a key that was not provided, 3 no snapshot to verify or a lost key file, 4 other problems.',
    )
    .action(run(verify));
};

async function verify(context: CliContext, snapshot: string | undefined, flags: Flags): Promise<Exit> {
  const readData =
    flags.readDataSubset === undefined ? flags.readData === true : { percent: percentOf(flags.readDataSubset) };
  const progress = progressPrinter(context, flags.json === true);
  const run = { kind: 'verify', trigger: 'manual', signal: context.signal, onProgress: progress.report } as const;
  let alarms: DashkeepError[] = [];
  const report = await withClockWarning(context, flags, (session) =>
    recordRun(session, run, async (one) => {
      const outcome = await runVerify(session, { readData, snapshot }, one);
      alarms = alarmsOf(outcome);
      return outcome;
    }),
  ).finally(progress.end);
  printResult(context, flags, report, () => printReport(context, report));
  printWarnings(context, flags, alarms);
  const { problems, snapshots } = report;
  // What cannot be read without the key is not known to be damaged.
  const { exit } = ERROR_CATALOGUE[problems.every(isOfKey) ? 'DK_IDENTITY_MISSING' : 'DK_INTEGRITY'];
  return problems.length > 0 ? exit : snapshots === 0 || alarms.length > 0 ? 3 : 0;
}

/** @throws DK_USAGE */
function percentOf(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1]);
  if (!(percent > 0 && percent <= 100)) {
    throw new DashkeepError('DK_USAGE', `--read-data-subset must be a percentage such as 5%, not '${text}'`);
  }
  return percent;
}

function printReport(context: CliContext, report: VerifyReport): void {
  report.problems.flatMap(problemLines).forEach((line) => printLine(context, line));
  const depth = report.read > 0 ? `, ${report.read} of them read and hashed` : '';
  printLine(
    context,
    `${counted(report.snapshots, 'snapshot')}, ${counted(report.objects, 'object')} (${bytes(report.bytes)})${depth}: ${verdict(report)}`,
  );
}

function isOfKey({ code }: Pick<VerifyProblem, 'code'>): boolean {
  return code === 'DK_IDENTITY_MISSING';
}

function verdict({ problems, snapshots }: VerifyReport): string {
  if (problems.length === 0) {
    return snapshots === 0 ? 'there is no snapshot to verify.' : 'nothing is missing.';
  }
  const repair = `dashkeep repair${problems.some(({ code }) => code === 'DK_OBJECT_DAMAGED') ? ' --read-data' : ''}`;
  return `${counted(problems.length, 'problem')}.${problems.some(isMendable) ? ` Try \`${repair}\`.` : ''}`;
}
