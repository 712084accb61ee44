import { Option } from 'commander';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { countsWithPermissions } from '../../contract/counts/run-counts.ts';
import { runLine, type RunLine, type RunRecord } from '../../contract/runs.ts';
import { asTheyAre, continuationOf, interruptedUndoOf, listedRuns, withoutWords } from '../../engine/runs.ts';
import type { Repository } from '../../repository/repository.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { permissionsText } from '../output/counts.ts';
import { printJson, printLine, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { runCommands, type RunCommands } from '../restore/finish-command.ts';
import { cutShortOf, linesOf, warnInterrupted } from '../restore/interrupted.ts';
import { unknownRun } from '../restore/unknown-run.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  limit: string;
}

/** Registers `dashkeep runs`. */
export const registerRuns: Register = (program, run) => {
  withTarget(program.command('runs'))
    .argument('[run]', 'ID of a run to show in full')
    .description('list the runs (backups, restores, …), newest first, or show one')
    .addOption(new Option('--limit <n>', 'maximum number of runs').default('20', '20'))
    .action(run(showRuns));
};

async function showRuns(context: CliContext, id: string | undefined, flags: Flags): Promise<Exit> {
  await withClockWarning(context, flags, async ({ repository }) =>
    id === undefined ? list(context, repository, flags) : showOne(context, repository, id, flags),
  );
  return 0;
}

async function list(context: CliContext, repository: Repository, flags: Flags): Promise<void> {
  const { json, limit } = flags;
  if (!/^[1-9]\d{0,5}$/.test(limit)) {
    throw new DashkeepError('DK_USAGE', `--limit must be a positive number, not '${printable(limit)}'`);
  }
  const runs = await listedRuns(repository, { limit: Number(limit), signal: context.signal, mustOpen: true });
  if (json === true) {
    printJson(context, { runs });
    return;
  }
  if (runs.length === 0) {
    printLine(context, 'There are no runs yet.');
    return;
  }
  printTable(
    context,
    ['run', 'kind', 'status', 'started', 'counts', 'snapshot', 'by'],
    runs.map((line) => [
      line.id,
      kindOf(line),
      line.future === true ? `${line.status}, dated in the future` : line.status,
      line.started,
      countsOf(line),
      line.snapshot ?? '',
      line.by ?? '',
    ]),
  );
  await warnInterrupted(context, repository, runCommands(context, flags));
}

async function showOne(context: CliContext, repository: Repository, id: string, flags: Flags): Promise<void> {
  const stored = await repository.run(id, { signal: context.signal, mustOpen: true });
  if (stored === undefined) {
    throw unknownRun(context, flags, id);
  }
  const [record = stored.record] = await asTheyAre(repository, [stored.record], context);
  const { trusted } = stored.author;
  const later = record.kind === 'restore' ? await continuationOf(repository, record, context) : undefined;
  if (flags.json === true) {
    printJson(context, { ...record, ...compact({ continuedBy: later?.id }), signed: trusted });
    return;
  }
  const newer = record.kind === 'restore' ? await interruptedUndoOf(repository, record, context) : undefined;
  const shown = trusted ? record : withoutWords(record);
  for (const line of textOf(shown, trusted, runCommands(context, flags), { later, newer })) {
    printLine(context, printable(line));
  }
}

/**
 * @param later - the restore that finished or undid this one
 * @param newer - the interrupted undo of this one: only that has a next step
 */
function textOf(
  record: RunRecord,
  signed: boolean,
  commands: RunCommands,
  { later, newer }: Record<'later' | 'newer', RunRecord | undefined>,
): string[] {
  const {
    id,
    kind,
    status,
    started,
    finished,
    by,
    snapshot,
    source,
    connection,
    failure,
    errors,
    touched = [],
  } = record;
  const line = runLine(record);
  // Without a plan, a record of an earlier release may still list what it wrote.
  const isKnown = record.planned !== undefined || touched.length === 0;
  const isUnfinished = kind === 'restore' && isKnown && status !== 'complete' && status !== 'running';
  const isUndoable = kind === 'restore' && status === 'complete' && snapshot !== undefined && later?.undoes !== id;
  const fact = (name: string, value: string | undefined): string[] =>
    value === undefined || value === '' ? [] : [`${name}: ${value}`];
  return [
    `${kindOf(line)} ${id} is ${status}${signed ? '' : ' (its record is not signed by a trusted key)'}`,
    ...fact('started', started),
    ...fact('finished', finished),
    ...fact('by', by),
    ...fact('restored from', source),
    ...fact(kind === 'restore' ? 'previous state' : 'snapshot', snapshot),
    ...fact('counts', countsOf(line)),
    ...fact('failed with', failure === undefined ? undefined : `${failure.message} [${failure.code}]`.trim()),
    ...errors.map((error) => `${error.kind} ${error.uid}: ${error.reason}`),
    ...touched.map((one) => `${one.open === true ? 'possibly ' : ''}${one.did} ${one.kind} ${one.uid}`),
    ...(later?.undoes === id ? fact('undone by', later.id) : isUnfinished ? fact('finished by', later?.id) : []),
    ...(newer === undefined ? [] : linesOf(cutShortOf(newer, commands))),
    ...(isUnfinished && later === undefined && newer === undefined ? linesOf(cutShortOf(record, commands)) : []),
    ...(isUndoable && newer === undefined ? [`To undo it: ${commands.undo(id, connection)}`] : []),
  ];
}

function kindOf({ kind, undoes }: Pick<RunLine, 'kind' | 'undoes'>): string {
  return undoes === undefined ? kind : 'undo';
}

function countsOf({ counts, problems }: RunLine): string {
  const parts = countsWithPermissions(counts).filter(([, count]) => count > 0);
  return [
    ...parts.map(([name, count, permissions]) => `${wordsOf(name)} ${count}${permissionsText(count, permissions)}`),
    ...(problems > 0 ? [`problems ${problems}`] : []),
  ].join(', ');
}

/** The name of a count, such as copiedObjects, in words. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
