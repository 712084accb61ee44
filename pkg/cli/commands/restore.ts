import type { Register } from '../command.ts';
import { collect, withBy, withGrafana, withKinds, withTarget } from '../options.ts';
import { restoreCommand } from '../restore/command.ts';
import { withAnswers, withProtected, withSelection } from '../restore/options.ts';

/** Registers `dashkeep restore`. */
export const registerRestore: Register = (program, run) => {
  const command = withBy(withKinds(withGrafana(withTarget(program.command('restore')))))
    .argument('[snapshot]', "ID, unique prefix of an ID, or 'latest'")
    .description('show a restore plan, and apply it with --apply')
    .option('--everything', 'restore all organizations with their resources, and users with their memberships');
  withSelection(command)
    .option(
      '--lost-in <snapshot>',
      "only resources that this later snapshot lacks; with --overwrite, also resources that it contains in an older version or with changes beyond Grafana's own migrations; never silences, dashboard snapshots, or annotations that may have expired",
    )
    .option('--overwrite', 'also overwrite existing resources that differ');
  withProtected(command)
    .option('--as-copy', 'restore as copies with new UIDs, beside the existing resources')
    .option('--into-folder <uid>', 'with --as-copy: folder for the copies')
    .option('--into-org <id>', 'with --as-copy: organization for the copies')
    .option('--copy-suffix <text>', 'with --as-copy: title suffix')
    .option('--map-org <old=new>', 'restore one organization into another (repeatable)', collect);
  withAnswers(command)
    .option('--accept-foreign', 'restore an untrusted snapshot (requires its ID and --confirm)')
    .option('--save-plan <file>', 'save the plan to this file, for --plan')
    .option('--plan <file>', 'apply a saved plan, unless Grafana has changed')
    .option('--undo <run>', 'undo a restore, but keep later changes')
    .option('--apply', 'write to Grafana (otherwise only read)')
    .option('--no-safety-snapshot', 'do not create a safety snapshot before writing')
    .action(run(restoreCommand));
};
