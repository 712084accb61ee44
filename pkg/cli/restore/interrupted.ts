import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { hasChanges, hasRoles, type RunRecord } from '../../contract/runs.ts';
import type { RunFacts } from '../../engine/restore/types.ts';
import { withName } from '../../operations/connection.ts';
import { interruptedRestores, publishedBy } from '../../engine/runs.ts';
import type { Repository } from '../../repository/repository.ts';
import type { CliContext } from '../context.ts';
import type { RunCommands, UndoCommand } from './finish-command.ts';
import { counted, printJson } from '../output/output.ts';
import { printable } from '../output/printable.ts';

/** What there is to say about a restore that did not do everything. */
export interface CutShort {
  run: string;
  /** The restore that it undoes. */
  undoes?: string;
  /**
   * How many resources were written or deleted, and checked, of how many; undefined for a restore that came to its end,
   * which counts each result, and for one of an earlier release.
   */
  written: number | undefined;
  planned: number | undefined;
  /** How many more may have been written: the restore ended before they were read back. */
  unchecked: number;
  /** How many resources it had not planned yet, of organizations that it had yet to join. */
  unplanned?: number;
  /** Each of them, as in the record of the run. */
  touched: RunFacts['touched'];
  safetySnapshot: string | undefined;
  /** Accounts that may still have roles that only the restore needed, with the number of organizations. */
  admins: { login: string; organizations: number }[];
  /** The address of the Grafana that it wrote to, where that is another one than now. */
  grafana?: string;
  /** The connection that the service sent it to, whose repository has the full record. */
  connection?: string;
  /** The command that goes on where it ended. */
  finish: string;
  /** The command that takes it back; undefined without a safety snapshot, unless only roles have to be taken back. */
  undo: string | undefined;
}

/** The same by what the run noted. */
export function cutShort(
  run: string,
  {
    counts,
    planned,
    touched,
    snapshot,
    undoes,
    entered,
    gave,
    connection,
    restore,
  }: RunFacts & Pick<RunRecord, 'restore'>,
  finish: string,
  undo: UndoCommand,
): CutShort {
  const { written = 0, unchecked = 0, unplanned } = counts ?? {};
  // An account that creates an organization is its Admin, also if the restore was killed before Grafana confirmed that.
  const created = (touched ?? []).filter(({ kind, did }) => kind === 'org' && did === 'created').length;
  // Records of earlier releases lack the counts.
  const isUntouched = counts?.['written'] === 0 && unchecked === 0;
  const there = restore === undefined ? undefined : connection;
  const isChanged = snapshot !== undefined && hasChanges({ touched, entered, gave });
  const isUndoable = isUntouched ? hasRoles({ entered }) : isChanged || there !== undefined;
  return {
    run,
    ...compact({ undoes, connection: there }),
    written,
    planned,
    unchecked,
    ...compact({ unplanned }),
    touched,
    safetySnapshot: snapshot,
    admins: (entered ?? [])
      .map(({ login, orgs }) => ({ login, organizations: orgs.length + created }))
      .filter(({ organizations }) => organizations > 0),
    finish,
    undo: isUndoable ? undo(run, connection) : undefined,
  };
}

const CONFIRMS = 'Both ask for confirmation if necessary; without a terminal, use --confirm.';

/** A restore writes permissions one by one, so they count here. */
const amountOf = (planned: number): string =>
  `${counted(planned, 'resource')}${planned === 1 ? '' : ' and permissions'}`;

/** Lines for people. */
export function linesOf({
  run,
  undoes,
  written,
  planned,
  unchecked,
  unplanned,
  touched,
  safetySnapshot,
  admins,
  grafana,
  connection,
  finish,
  undo,
}: CutShort): string[] {
  const isHere = connection === undefined;
  const hasTouchedNone = planned === undefined || (touched?.length === 0 && (written ?? 0) + unchecked === 0);
  const isUntouched = isHere && hasTouchedNone && admins.length === 0;
  // Without a safety snapshot, a restore continues even if its record cannot be written.
  const uncounted = safetySnapshot === undefined && isHere ? 'others' : `${unchecked} more`;
  const more = unchecked === 0 ? '' : `, ${uncounted} may have been written`;
  const to = isHere ? '' : ` to connection ${connection}`;
  const [name, noun] = undoes === undefined ? [`Restore ${run}${to}`, 'restore'] : [`Undo ${run}${to}`, 'undo'];
  const ways = undo === undefined ? 'Finishing it' : 'Finishing or undoing it';
  const state =
    safetySnapshot === undefined
      ? 'There is no snapshot of the previous state.'
      : `The previous state is in snapshot ${safetySnapshot}.`;
  const record = `dashkeep runs ${run} --target <target>/connections/${connection}`;
  const elsewhere = `To see what the ${noun} wrote, and whether it has been finished or undone since: ${record}`;
  const before = isHere ? (isUntouched ? undefined : state) : elsewhere;
  return [
    isUntouched
      ? `${name} ended before it wrote anything to Grafana. There is nothing to undo.`
      : planned === undefined || written === undefined
        ? `${name} is not complete.`
        : `${name} did not finish: ${written} of ${amountOf(planned)} written and checked${more}.`,
    ...(unplanned === undefined || isUntouched
      ? []
      : [
          `The total was not known yet: ${counted(unplanned, 'resource')} of organizations that the ${noun} had to join were not compared.`,
        ]),
    ...(before === undefined ? [] : [before]),
    ...(grafana === undefined ? [] : [`The ${noun} wrote to the Grafana instance at ${grafana}.`]),
    ...admins.map(
      ({ login, organizations }) =>
        `Because of this ${noun}, account ${login} may still be an Admin of ${counted(organizations, 'organization')}. ${ways} revokes this access. However, finishing keeps any role that the snapshot assigns to the account, and an organization always keeps its last Admin.`,
    ),
    `To ${isUntouched ? 'start it again' : 'finish it'}: ${finish}`,
    ...(undo === undefined || isUntouched ? [] : [`To undo it: ${undo}`, CONFIRMS]),
  ].map(printable);
}

/**
 * Says how far a restore came that ends with an error, before the error is printed; not of one that was refused.
 * @param connection - that it went to; the caller of the command names it in the error
 * @returns the error to end with
 */
export function printCutShort(
  context: CliContext,
  { json = false, to: connection }: { json?: boolean; to?: string },
  cut: CutShort,
  cause: unknown,
): DashkeepError {
  const known = asDashkeepError(context.signal.aborted ? context.signal.reason : cause);
  const advice = reason('finish-or-undo');
  const isOpen = known.code === 'DK_INTERRUPTED' && cut.undo !== undefined;
  const error = isOpen ? new DashkeepError(known.code, known.message, { cause, advice }) : known;
  const { code, hint } = error;
  if (code === 'DK_BUSY') {
    return error;
  }
  if (json) {
    const { message } = asDashkeepError(connection === undefined ? error : withName(connection, error));
    printJson(context, { applied: true, ...compact({ ...cut }), error: { code, message, hint } });
  } else {
    context.stderr.write(`${linesOf(cut).join('\n')}\n`);
  }
  return error;
}

/** What a plan found. @throws what planning throws; if it was interrupted, with the advice that nothing was written */
export async function planned<T>({ signal }: Pick<CliContext, 'signal'>, planning: Promise<T>): Promise<T> {
  try {
    return await planning;
  } catch (cause) {
    if (!signal.aborted) {
      throw cause;
    }
    const { code, message } = asDashkeepError(signal.reason);
    throw new DashkeepError(code, message, { cause, advice: reason('nothing-written') });
  }
}

/**
 * Reports each restore that was cut short and neither finished nor undone since, with advice.
 * @param about.undone - the run that the command undoes, which is not reported
 * @param about.url - of the Grafana that the command writes to
 */
export async function warnInterrupted(
  context: CliContext,
  repository: Repository,
  commands: RunCommands,
  { undone, url }: { undone?: string; url?: string } = {},
): Promise<void> {
  for (const run of await interruptedRestores(repository, context)) {
    if (run.id !== undone) {
      // Earlier releases say only where the safety snapshot was taken.
      const { snapshot } = run.grafana === undefined ? run : {};
      const safety = snapshot === undefined ? undefined : await publishedBy(repository, snapshot, context);
      const there = (run.grafana ?? safety?.grafana)?.url;
      const grafana = there === url ? undefined : there;
      context.stderr.write(`${linesOf({ ...cutShortOf(run, commands), ...compact({ grafana }) }).join('\n')}\n`);
    }
  }
}

/** The same of a run by its record. */
export function cutShortOf(
  { id, ...run }: RunFacts & Pick<RunRecord, 'id' | 'restore'>,
  { undo, finish }: RunCommands,
): CutShort {
  // A plan of the service has no command, and an earlier release kept none.
  const { restore, connection, undoes, source } = run;
  const isOfApp = restore !== undefined || connection !== undefined;
  const way = isOfApp ? 'open it in the app, under History' : 'run the same command again';
  const of = source === undefined && isOfApp ? '' : ` (snapshot ${source ?? 'unknown'})`;
  const again = undoes === undefined ? `${way}${of}` : undo(undoes, connection);
  return {
    ...cutShort(id, run, run.finish === undefined ? again : finish(run.finish, connection), undo),
    written: run.counts?.['written'],
  };
}
