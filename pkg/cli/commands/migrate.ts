import { DashkeepError } from '../../contract/errors.ts';
import { isFull, type Manifest } from '../../contract/manifest.ts';
import { runBackup } from '../../operations/backup.ts';
import { recordRun } from '../../operations/run.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { backupChoice } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { askedBy, collect, withBy, withGrafana, withKinds, withTarget } from '../options.ts';
import { printChecks } from '../output/checks.ts';
import { progressPrinter } from '../output/output.ts';
import { assertLatestWanted, narrowerThanBefore } from '../restore/about.ts';
import { checkConnection } from '../restore/check-connection.ts';
import { restoreCommand, type RestoreCommandFlags } from '../restore/command.ts';
import { withAnswers, withProtected, withSelection } from '../restore/options.ts';
import type { CliContext } from '../context.ts';

interface Flags extends RestoreCommandFlags {
  from?: string;
  check?: boolean;
  to: string;
}

/** Registers `dashkeep migrate`. */
export const registerMigrate: Register = (program, run) => {
  const command = withBy(withKinds(withGrafana(withTarget(program.command('migrate')))))
    .description('show a plan to restore into another Grafana instance, and apply it with --apply')
    .requiredOption(
      '--to <connection>',
      'name of the connection to the other Grafana instance (DASHKEEP_CONNECTION_<NAME>_URL)',
    )
    .option('--check', 'only check the connection, with advice for each failed check')
    .option('--from <snapshot>', "ID, unique prefix of an ID, 'latest', or 'live' to create a snapshot first")
    .option('--everything', 'all organizations with their resources, and users with their memberships');
  withSelection(command)
    .option('--overwrite', 'also overwrite existing resources that differ')
    .option(
      '--promote',
      'overwrite only resources that no one has changed since an earlier migration; list the rest as conflicts',
    );
  withProtected(command)
    .option(
      '--mapping <file>',
      'YAML file that maps organizations, data sources, folders, teams, users, contact points and mute timings',
    )
    .option('--new-uids', 'write resources under new UIDs, and update all references to them')
    .option('--pause-rules', 'pause alert rules')
    .option('--map-org <old=new>', 'write one organization into another (repeatable)', collect);
  withAnswers(command)
    .option('--accept-foreign', 'use an untrusted snapshot (requires its ID and --confirm)')
    .option('--undo <run>', 'undo a migration, but keep later changes')
    .option('--markdown', 'print the plan as Markdown, for a pull request')
    .option('--apply', 'write to the other Grafana instance (otherwise only read)')
    .option('--no-safety-snapshot', 'do not create a safety snapshot of the other Grafana instance before writing')
    .action(run(migrate));
};

async function migrate(context: CliContext, flags: Flags): Promise<Exit> {
  if (flags.check === true) {
    const found = await checkConnection(context, flags);
    printChecks(context, flags.json === true, found);
    return found.ok ? 0 : 3;
  }
  // Those of the source; a connection has its own setting for that.
  const { from, orgs: _, ...others } = flags;
  if ((from === undefined) === (flags.undo === undefined)) {
    throw new DashkeepError('DK_USAGE', 'specify a snapshot with --from, or a run with --undo');
  }
  if (from !== 'live') {
    return restoreCommand(context, from, others);
  }
  const made = await liveSnapshot(context, flags);
  const exit = await restoreCommand(context, made.id, others);
  return isFull(made) || exit !== 0 ? exit : 3;
}

/**
 * Creates a snapshot of the source.
 * @throws DK_CONFIRMATION as for the latest snapshot, when everything is sent and it is not all there was
 */
async function liveSnapshot(context: CliContext, { kinds: _, ...flags }: Flags): Promise<Manifest> {
  const progress = progressPrinter(context, flags.json === true);
  const asked = { kind: 'backup', trigger: 'manual', ...askedBy(flags), signal: context.signal } as const;
  const choice = backupChoice(new Configuration(context.environment, flags));
  const run = { ...asked, onProgress: progress.report };
  return withSession(context, flags, true, async (session) => {
    const made = await recordRun(session, run, (one) => runBackup(session, choice, one)).finally(progress.end);
    const named = { ...flags, named: 'latest', selection: {} };
    await assertLatestWanted(context, made, await narrowerThanBefore(context, session.repository, made, named), named);
    return made;
  });
}
