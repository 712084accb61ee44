import { drillOutcome, type DrillReport } from '../../engine/drill/report.ts';
import { countingManifest, drill, newestComplete } from '../../engine/drill/drill.ts';
import { recordRun } from '../../engine/run.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withGrafanaInstance, withRepository } from '../open.ts';
import { askedBy, withBy, withGrafana, withTarget, type AskedBy } from '../options.ts';
import { printable, printJson, printLine, progressPrinter } from '../output/output.ts';
import type { World } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  json?: boolean;
}

export const registerDrill: Register = (program, run) => {
  withBy(withGrafana(withTarget(program.command('drill'))))
    .argument('[snapshot]', 'id or unambiguous start of one (default: the newest complete one)')
    .description('restore a snapshot into a scratch org or folder, compare, and remove it again')
    .addHelpText(
      'after',
      `
A server admin (GRAFANA_ADMIN_USER) makes a scratch org and restores everything that an org holds, alert rules paused.
A token makes a scratch folder and restores copies of folders, library panels and dashboards.`,
    )
    .action(run(runDrill));
};

async function runDrill(world: World, snapshot: string | undefined, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(world, flags.json === true);
  const report = await withRepository(world, flags, false, (repository) =>
    withGrafanaInstance(
      world,
      flags,
      (instance) =>
        recordRun({ ...world, repository, kind: 'drill', trigger: 'manual', ...askedBy(flags) }, async (id) => {
          const { signal } = world;
          const manifest =
            snapshot === undefined
              ? await newestComplete(repository, signal)
              : await countingManifest(repository, snapshot, { signal });
          const onProgress = progress.report;
          return drillOutcome(await drill({ ...world, id, manifest, repository, instance, onProgress }));
        }),
      progress.report,
    ),
  ).finally(progress.end);
  if (flags.json === true) {
    printJson(world, report);
  } else {
    print(world, report);
  }
  return drillOutcome(report).status === 'complete' ? 0 : 3;
}

function print(world: World, report: DrillReport): void {
  for (const { kind, uid, reason } of report.differs) {
    printLine(world, printable(`differs: ${kind} ${uid}: ${reason}`));
  }
  for (const { kind, count, reason, problem } of report.skipped) {
    printLine(world, printable(`${problem ? 'not tried' : 'left out'}: ${kind} (${count}): ${reason}`));
  }
  const { snapshot, scratch, checked, verified, leftover } = report;
  const removed = leftover === undefined ? 'which is removed again' : 'which is still there';
  printLine(world, `${verified} of ${checked} resources of ${snapshot} came back as they were.`);
  printLine(world, printable(`Tried out in the scratch ${scratch.type} '${scratch.name}', ${removed}.`));
  if (leftover !== undefined) {
    printLine(world, printable(leftover));
  }
}
