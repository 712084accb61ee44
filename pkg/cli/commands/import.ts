import { Option } from 'commander';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { backupReport } from '../../engine/backup/report.ts';
import { readArchive, READERS, type ArchiveFormat } from '../../engine/import/import.ts';
import { runImport } from '../../operations/backup.ts';
import { recordRun } from '../../operations/run.ts';
import type { CliContext } from '../context.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { withBy, withTarget, type AskedBy } from '../options.ts';
import { causesOf } from '../output/causes.ts';
import { counted, printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';

interface Flags extends CommonFlags, AskedBy {
  format?: ArchiveFormat;
  org?: string;
  input?: string[];
}

/** Registers `dashkeep import`. */
export const registerImport: Register = (program, run) => {
  withBy(withTarget(program.command('import')))
    .argument('<path>', 'archive, directory or file')
    .description(
      'create a snapshot from an export or from another tool’s archive; the snapshot never counts as a backup',
    )
    .addOption(
      new Option('--format <format>', 'format of the archive (default: detected from the file names)').choices(
        Object.keys(READERS),
      ),
    )
    .option('--org <id>', 'organization for an archive that does not specify one (default: 1)')
    .option('--input <name=value>', 'value of a dashboard input, such as DS_PROMETHEUS=<uid> (repeatable)', collect)
    .action(run(importFrom));
};

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function importFrom(context: CliContext, path: string, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const inputs = new Map((flags.input ?? []).map(pair));
  // Before anything is opened: what is damaged must not even create a repository.
  const archive = await readArchive(path, {
    format: flags.format,
    org: optionalNumber(flags.org, '--org') ?? 1,
    inputs,
  });
  const { by } = flags;
  const manifest = await withSession(context, flags, true, (session) =>
    recordRun(session, compact({ kind: 'import' as const, trigger: 'manual', by, signal }), (one) =>
      runImport(session, archive, one),
    ),
  );
  printResult(context, flags, { ...backupReport(manifest), origin: manifest.origin }, () => {
    causesOf(manifest.errors).forEach((line) => printLine(context, printable(`missing: ${line}`)));
    const { id, status, resources } = manifest;
    printLine(
      context,
      `snapshot ${id} is ${status}: ${counted(resources.length, 'resource')}, imported as ${archive.format}`,
    );
    printLine(context, 'The snapshot is on hold and never counts as the latest one. Restore it by its ID.');
  });
  return manifest.status === 'complete' ? 0 : 3;
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new DashkeepError('DK_USAGE', `--input must be name=value, not '${text}'`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
