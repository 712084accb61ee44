import { Option } from 'commander';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { exportSnapshot, FORMATS, type ExportResult, type FormatName } from '../../engine/export/export.ts';
import { groupBy } from '../../lib/group-by.ts';
import type { CliContext } from '../context.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { counted, printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { parseResource } from '../resource.ts';

interface Flags extends CommonFlags {
  as: FormatName;
  snapshot: string;
  org?: string;
  only?: string[];
  folder?: string[];
}

/** Registers `dashkeep export`. */
export const registerExport: Register = (program, run) => {
  withTarget(program.command('export'))
    .argument('<directory>', 'new or empty directory, or one with an earlier export to replace')
    .description('write a snapshot as files for other tools; secrets are left out')
    .addOption(new Option('--as <format>', 'format of the files').choices(Object.keys(FORMATS)).default('json'))
    .option('--snapshot <snapshot>', "ID, unique prefix of an ID, or 'latest'", 'latest')
    .option('--org <id>', 'only this organization')
    .option('--only <kind/uid>', 'only this resource (repeatable)', collect)
    .option('--folder <uid>', 'this folder and everything in it (repeatable)', collect)
    .action(run(runExport));
};

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function runExport(context: CliContext, directory: string, flags: Flags): Promise<Exit> {
  if (directory.trim() === '') {
    throw new DashkeepError('DK_USAGE', 'specify the directory: dashkeep export <directory>');
  }
  const { signal } = context;
  const org = optionalNumber(flags.org, '--org');
  const selection = compact({
    orgs: org === undefined ? undefined : [org],
    only: flags.only?.map(parseResource),
    folders: flags.folder?.map((uid) => ({ uid })),
  });
  const { as, snapshot } = flags;
  const result = await withClockWarning(context, flags, ({ repository }) =>
    exportSnapshot({ repository, snapshot, selection, directory, as, signal }),
  );
  printResult(context, flags, result, () => print(context, result));
  return 0;
}

function print(context: CliContext, { directory, as, snapshot, resources, files, lacks, secrets }: ExportResult): void {
  printLine(
    context,
    `${counted(resources, 'resource')} of ${snapshot} exported as ${as}: ${counted(files, 'file')} in ${directory}`,
  );
  for (const [why, alike] of groupBy(lacks, ({ kind, reason }) => `${kind}: ${reason}`)) {
    const uids = alike.map(({ title, uid }) => title ?? uid).slice(0, NAMED);
    const more = alike.length > uids.length ? ` and ${alike.length - uids.length} more` : '';
    printLine(context, printable(`note: ${why} (${uids.join(', ')}${more})`));
  }
  for (const { variable, kind, uid, field } of secrets) {
    printLine(context, printable(`secret: ${variable} is ${field} of ${kind} ${uid}`));
  }
}

/** How many resources with the same reason a line names. */
const NAMED = 5;
