import type { Manifest } from '../../contract/manifest.ts';
import { backup } from '../../engine/backup/backup.ts';
import { isNotAskedFor } from '../../engine/scope.ts';
import { backupOutcome, backupReport } from '../../engine/backup/report.ts';
import { recordRun } from '../../engine/run.ts';
import { withLocksRenewed } from '../../repository/sessions/locks.ts';
import { causesOf } from '../output/causes.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber, yesOrNo } from '../config/environment.ts';
import { kindsOf, type CommonFlags } from '../config/settings.ts';
import { withGrafanaInstance, withRepository } from '../open.ts';
import { askedBy, setting, withBy, withGrafana, withKinds, withTarget, type AskedBy } from '../options.ts';
import { bytes, printable, printJson, printLine, printTable, progressPrinter } from '../output/output.ts';
import { VERSION, type World } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  json?: boolean;
  plainCopies?: string;
  fullReadEvery?: string;
}

export const registerBackup: Register = (program, run) => {
  withBy(withKinds(withGrafana(withTarget(program.command('backup')))))
    .description('take a snapshot of Grafana')
    .addOption(
      setting(
        '--plain-copies <yes|no>',
        'keep grafana-backups/dashboard-<uid>.json (default: when not encrypted)',
        'DASHKEEP_PLAIN_COPIES',
      ),
    )
    .addOption(
      setting(
        '--full-read-every <n>',
        'read every body at least every n-th time (default 12)',
        'DASHKEEP_FULL_READ_EVERY',
      ),
    )
    .action(run(runBackup));
};

async function runBackup(world: World, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(world, flags.json === true);
  const manifest = await withRepository(world, flags, true, (repository) =>
    recordRun({ ...world, repository, kind: 'backup', trigger: 'manual', ...askedBy(flags) }, (id) =>
      withGrafanaInstance(
        world,
        flags,
        async (instance) =>
          withLocksRenewed(
            repository,
            backupOutcome(
              await backup({
                ...world,
                instance,
                repository,
                id,
                trigger: 'manual',
                ...askedBy(flags),
                kinds: kindsOf(flags.kinds),
                plainCopies: copiesWanted(flags, repository.encrypted),
                fullReadEvery: optionalNumber(flags.fullReadEvery, 'DASHKEEP_FULL_READ_EVERY'),
                version: VERSION,
                onProgress: progress.report,
              }),
            ),
            world,
          ),
        progress.report,
      ),
    ).finally(progress.end),
  );
  if (flags.json === true) {
    printJson(world, backupReport(manifest));
  } else {
    printReport(world, manifest);
  }
  return manifest.status === 'complete' ? 0 : 3;
}

function copiesWanted(flags: Flags, encrypted: boolean): boolean {
  return flags.plainCopies === undefined ? !encrypted : yesOrNo(flags.plainCopies, 'DASHKEEP_PLAIN_COPIES');
}

function printReport(world: World, manifest: Manifest): void {
  const rows = Object.entries(manifest.kinds)
    .filter(([, report]) => !isNotAskedFor(report) && (report.listed > 0 || report.reason !== undefined))
    .map(([kind, report]) => [
      kind,
      report.listed,
      report.stored,
      report.reused,
      report.skipped,
      report.failed,
      report.reason ?? '',
    ]);
  printTable(world, ['kind', 'listed', 'stored', 'reused', 'skipped', 'failed', ''], rows);
  const unread = Object.entries(manifest.kinds).flatMap(([kind, { oldestReadAt }]) =>
    oldestReadAt === undefined ? [] : [`${kind} (as of ${oldestReadAt})`],
  );
  if (unread.length > 0) {
    printLine(world, `taken over from earlier snapshots without reading: ${unread.join(', ')}`);
  }
  causesOf(manifest.errors).forEach((line) => printLine(world, printable(`not read: ${line}`)));
  const size = manifest.resources.reduce((sum, entry) => sum + entry.bytes, 0);
  printLine(
    world,
    `snapshot ${manifest.id} is ${manifest.status}: ${manifest.resources.length} resources, ${bytes(size)}`,
  );
}
