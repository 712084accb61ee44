import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import type { DrillReport } from '../../engine/drill/report.ts';
import { drillOutcome, runDrill } from '../../operations/drill.ts';
import { recordRun } from '../../operations/run.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withGrafanaSession } from '../open.ts';
import { askedBy, withBy, withGrafana, withTarget, type AskedBy } from '../options.ts';
import { counted, printLine, printResult, progressPrinter } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

type Flags = CommonFlags & AskedBy;

/** Registers `dashkeep drill`. */
export const registerDrill: Register = (program, run) => {
  withBy(withGrafana(withTarget(program.command('drill'))))
    .argument('[snapshot]', 'ID or unique prefix of an ID (default: the newest full snapshot)')
    .description('test a restore in a temporary organization or folder, compare the result, and clean up')
    .addHelpText(
      'after',
      `
With a server admin (GRAFANA_ADMIN_USER), the command restores into a temporary organization, with alert rules paused.
With a token, the command restores copies of folders, library panels and dashboards into a temporary folder.
The output lists the kinds that the restore test leaves out.`,
    )
    .action(run(drill));
};

async function drill(context: CliContext, snapshot: string | undefined, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(context, flags.json === true);
  const run = {
    kind: 'drill',
    trigger: 'manual',
    ...askedBy(flags),
    signal: context.signal,
    onProgress: progress.report,
  } as const;
  const report = await withGrafanaSession(context, flags, false, (session) =>
    recordRun(session, run, (one) => runDrill(session, { snapshot }, one)),
  ).finally(progress.end);
  printResult(context, flags, report, () => print(context, report));
  return drillOutcome(report).status === 'complete' ? 0 : 3;
}

function print(context: CliContext, report: DrillReport): void {
  const found = [...report.differs, ...report.skipped].filter(({ kind }) => !SERVER_KINDS.has(kind));
  const several = new Set(found.map(({ org }) => org)).size > 1;
  const where = ({ org, kind }: { org: number; kind: KindName }): string =>
    several && !SERVER_KINDS.has(kind) ? `, organization ${org}` : '';
  for (const one of report.differs) {
    printLine(context, printable(`differs: ${one.kind} ${one.uid}${where(one)}: ${one.reason}`));
  }
  for (const one of report.skipped) {
    const how = one.problem ? 'not tried' : 'left out';
    printLine(context, printable(`${how}: ${one.kind} (${one.count})${where(one)}: ${one.reason}`));
  }
  const { snapshot, scratch, checked, verified, leftover } = report;
  const removed = leftover === undefined ? 'now removed' : 'which still exists';
  const tested = `${verified} of ${counted(checked, 'resource')} in ${snapshot}`;
  printLine(context, `Restored exactly: ${tested}. Not tested: ${drillOutcome(report).counts?.['skipped']}.`);
  printLine(context, printable(`Restored into the temporary ${scratch.type} '${scratch.name}', ${removed}.`));
  if (leftover !== undefined) {
    printLine(context, printable(leftover));
  }
}
