import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode } from '../contract/errors.ts';
import { ERROR_CATALOGUE } from '../contract/errors/catalogue.ts';
import { SERVER_KINDS } from '../contract/kinds.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { ReasonCode } from '../contract/reasons/catalogue.ts';
import { hasChanges, hasRoles, type RunLine, type RunRecord, type Touched } from '../contract/runs.ts';
import { mayShareGrafana } from '../grafana/server-identity.ts';
import type { Abortable } from '../lib/abortable.ts';
import { sharedTime, type TimePorts } from '../repository/clocks.ts';
import { compactTime } from '../repository/layout.ts';
import { restoresAtWork } from '../repository/sessions/restores.ts';
import type { Repository } from '../repository/repository.ts';
import type { RunRead } from '../repository/runs.ts';
import { isLater } from '../repository/snapshots/future.ts';
import { countsByOrg, countsOf } from './backup/report.ts';

/** What looking at runs needs of a repository. */
type Runs = Pick<Repository, 'runs' | 'sessions'>;

/** A run in a list; `future` where a clock that was ahead dated it later than now. */
export type ListedRun = RunLine & { future?: true };

/**
 * As many of the newest runs, without those from the future, which follow them: dated by a clock that was ahead, they
 * would hide the runs of today.
 * @throws DK_IDENTITY_MISSING with `mustOpen`, when it can read none of them
 */
export async function listedRuns(
  repository: Runs & TimePorts,
  { limit, ...calls }: RunRead & { limit: number },
): Promise<ListedRun[]> {
  const { signal } = calls;
  const now = await sharedTime(repository, { signal });
  const runs = await repository.runs({ limit, now, ...calls });
  const current = await asTheyAre(repository, runs, { signal });
  return current.map((run) => (isLater(run.id, now) ? { ...run, future: true } : run));
}

/** Runs in their order, and apart from them those that are dated later than now. */
export function withoutFuture<Run extends Pick<RunLine, 'id'>>(
  runs: readonly Run[],
  now: Date,
): { others: Run[]; future: Run[] } {
  const isFuture = ({ id }: Pick<RunLine, 'id'>): boolean => isLater(id, now);
  return { others: runs.filter((run) => !isFuture(run)), future: runs.filter(isFuture) };
}

/**
 * Runs that were read; a restore whose process was killed is interrupted, whatever its record says. Restores that go on
 * have a session; without one, nothing is asked.
 */
export async function asTheyAre<Run extends Pick<RunLine, 'id' | 'kind' | 'status'>>(
  { sessions }: Pick<Repository, 'sessions'>,
  runs: readonly Run[],
  calls: Abortable,
): Promise<Run[]> {
  if (!runs.some(isOpen)) {
    return [...runs];
  }
  const atWork = new Set((await restoresAtWork(sessions, undefined, calls)).map(({ id }) => id));
  return runs.map((run) => (isOpen(run) && !atWork.has(run.id) ? { ...run, status: 'interrupted' } : run));
}

/**
 * Writes the record of a run, as a journal knows it. What a restore touched, no journal knows: that comes from the
 * record that the run itself kept, if a trusted key signed it. If that says how it ended, it stays.
 * @returns the record that is kept now
 */
export async function writeEnd(
  repository: Pick<Repository, 'run' | 'writeRun' | 'trust' | 'stored'>,
  record: RunRecord,
): Promise<RunRecord> {
  const isShort = record.kind === 'restore' && record.touched === undefined;
  const kept = isShort || record.status === 'interrupted' ? await repository.run(record.id) : undefined;
  const isKnown = kept?.record.kind === record.kind && repository.trust.counts(kept.author);
  if (isKnown && kept.record.finished !== undefined) {
    return kept.record;
  }
  const isKept = isKnown && isShort;
  const end = isKept ? withEnd(kept.record, record) : await withSnapshot(repository, record);
  // A record is kept before Grafana is changed.
  const known = isKept || kept === undefined ? withoutUndo(end) : end;
  await repository.writeRun(known, { isKept });
  return known;
}

/**
 * Without the advice to undo a restore that changed nothing. The record of one to a connection does not say what it
 * changed.
 */
function withoutUndo(end: RunRecord): RunRecord {
  const { failure, connection } = end;
  const isAdvised = failure?.advice?.code === ('finish-or-undo-run' satisfies ReasonCode);
  if (failure === undefined || !isAdvised || connection !== undefined || hasChanges(end)) {
    return end;
  }
  const { advice: _, ...rest } = failure;
  return { ...end, failure: { ...rest, hint: ERROR_CATALOGUE.DK_INTERRUPTED.hint } };
}

/** The end of a backup whose process ended after its snapshot was published, with the ID of the run if clocks agree. */
async function withSnapshot(repository: Pick<Repository, 'stored' | 'trust'>, record: RunRecord): Promise<RunRecord> {
  const isCut = record.kind === 'backup' && record.status === 'interrupted';
  const made = isCut ? await publishedBy(repository, record.id) : undefined;
  if (made === undefined) {
    return record;
  }
  const { failure: _, ...rest } = record;
  const { status, errors } = made;
  const counts = { ...rest.counts, ...countsOf(made) };
  return { ...rest, status, snapshot: record.id, counts, ...countsByOrg(made), errors };
}

/** The snapshot of a run, if its manifest arrived: anyone who can write to the target can have put one there. */
export async function publishedBy(
  repository: Pick<Repository, 'stored' | 'trust'>,
  run: string,
  calls: Abortable = {},
): Promise<Manifest | undefined> {
  const made = await repository.stored(run, calls).catch(() => undefined);
  return made !== undefined && repository.trust.counts(made.author) ? made.manifest : undefined;
}

/**
 * A run without the words of its writer, where no signature is checked: anyone who can write to the target can have put
 * a command there. What failed is said as the catalogue says it.
 */
export function withoutWords<Run extends RunLine | RunRecord>({ failure, ...run }: Run): Run {
  const code = failure === undefined ? undefined : CODES.find((one) => one === failure.code);
  const { warnings: _, warned: _1, finish: _2, ...facts } = { finish: undefined, ...run };
  const { hint } = ERROR_CATALOGUE[code ?? 'DK_INTERNAL'];
  const said = failure === undefined ? {} : { failure: { code: code ?? 'DK_INTERNAL', message: '', hint } };
  return { ...facts, ...said } as Run;
}

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

/** What a run kept while it went on, with the end that others found. */
export function withEnd<Run extends RunLine | RunRecord>(kept: Run, end: Run): Run {
  return { ...kept, ...end, counts: { ...kept.counts, ...end.counts } };
}

/**
 * Whether a later restore undid one, or finished it if it did not come to its end. A partial one has its own rest: it
 * lists what can't be restored, however often the same is done; unless Grafana did not show what is there.
 */
export function continues(later: RunRecord, cut: RunRecord): boolean {
  const { id, undoes, source, request, finish } = cut;
  const isUnread = later.errors.some(({ code }) => code === ('live-unreadable' satisfies ReasonCode));
  const hasEnded = later.status === 'complete' || (cameToItsEnd(later) && cut.status !== 'partial' && !isUnread);
  if (later.kind !== 'restore' || !hasEnded || !mayShareGrafana(later, cut.grafana)) {
    return false;
  }
  if (later.undoes === id) {
    // Whatever the clocks of their machines said.
    return undoesAll(later, cut);
  }
  const isSame =
    undoes !== undefined ||
    (request !== undefined && isDeepStrictEqual(later.request, request)) ||
    (finish !== undefined && restoresAll(later.finish, finish));
  const isCut = cut.status !== 'complete' && later.id > id;
  return isCut && isSame && later.undoes === undoes && later.source === source;
}

/** Whether an undo covers all that a restore changed: one of the service covers only the organization that asked. */
function undoesAll({ org, connection }: RunRecord, { touched = [], entered, gave }: RunRecord): boolean {
  const isCovered = (ref: Touched): boolean =>
    !SERVER_KINDS.has(ref.kind) && (connection !== undefined || ref.org === org);
  return org === undefined || (!hasRoles({ entered }) && !hasRoles({ entered: gave }) && touched.every(isCovered));
}

/** Whether a restore wrote all that it could, even if nothing of that is as in the snapshot: it has its own rest. */
export function cameToItsEnd({ status, failure, counts }: Pick<RunLine, 'status' | 'failure' | 'counts'>): boolean {
  const hasWritten = status === 'failed' && failure === undefined && counts['failed'] === 0;
  return status === 'complete' || status === 'partial' || hasWritten;
}

/** Whether a command restores what an earlier one does, maybe with more of what that uses. */
function restoresAll(command: string | undefined, earlier: string): boolean {
  const also = new Set(command?.match(ALSO));
  const isSame = whatIsRestored(command) === whatIsRestored(earlier);
  return isSame && (earlier.match(ALSO) ?? []).every((one) => also.has(one));
}

const ALSO = / --also \S+/g;

/** A command without the options that do not say what is restored, and without those that only add to it. */
function whatIsRestored(command: string | undefined): string | undefined {
  return command?.replace(/ --no-safety-snapshot| --trust [0-9a-f]+/g, '').replace(ALSO, '');
}

/** Whether a later restore undoes one, or repeats its undo: then only the later one has a next step. */
function takesOver({ undoes }: RunRecord, earlier: RunRecord): boolean {
  return undoes !== undefined && (undoes === earlier.id || undoes === earlier.undoes);
}

/**
 * The restores of the last month that were interrupted, or that failed after they began to write, newest first, unless
 * they were finished or undone since, or such an undo was interrupted, too. Records that no trusted key signed say
 * nothing.
 */
export async function interruptedRestores(
  repository: Runs & TimePorts & Pick<Repository, 'run' | 'trust'>,
  calls: Abortable,
): Promise<RunRecord[]> {
  const cut: RunRecord[] = [];
  const all: RunRecord[] = [];
  const monthAgo = compactTime(new Date(repository.clock.now().getTime() - MONTH_MS));
  const lines = await linesBackTo(repository, monthAgo, calls);
  for (const { id } of lines.filter(({ kind }) => kind === 'restore').slice(0, LOOKED_AT)) {
    const stored = await repository.run(id, calls);
    if (stored !== undefined && repository.trust.counts(stored.author)) {
      const [run = stored.record] = await asTheyAre(repository, [stored.record], calls);
      const { status, planned = 0, connection, failure } = run;
      const { written = 0, unchecked = 0 } = run.counts;
      const hasWritten = written + unchecked > 0 || (run.touched ?? []).length > 0 || hasRoles(run);
      // What was written when the service was killed, only the repository of the connection says.
      const mayHave = connection !== undefined && failure?.advice?.code === ('finish-or-undo-run' satisfies ReasonCode);
      const isCut = status === 'interrupted' ? planned > 0 || hasWritten || mayHave : status === 'failed' && hasWritten;
      if (isCut) {
        cut.push(run);
      }
      all.push(run);
    }
  }
  const open = cut.filter((run) => !all.some((one) => continues(one, run)));
  return open.filter((run, at) => !open.slice(0, at).some((newer) => takesOver(newer, run)));
}

/** The newest undo of a restore, or repetition of an undo, that was interrupted; as `interruptedRestores`. */
export async function interruptedUndoOf(
  repository: Parameters<typeof interruptedRestores>[0],
  cut: RunRecord,
  calls: Abortable,
): Promise<RunRecord | undefined> {
  const interrupted = await interruptedRestores(repository, calls);
  return interrupted.find((newer) => newer.id > cut.id && takesOver(newer, cut));
}

/**
 * The later restore that undid a restore, or otherwise the first that finished it; as `interruptedRestores`, by signed
 * records only.
 */
export async function continuationOf(
  repository: Runs & TimePorts & Pick<Repository, 'run' | 'trust'>,
  cut: RunRecord,
  calls: Abortable,
): Promise<RunRecord | undefined> {
  const lines = await linesBackTo(repository, cut.id, calls);
  let first: RunRecord | undefined;
  for (const { id } of lines.filter((line) => line.kind === 'restore' && line.id !== cut.id)) {
    const stored = await repository.run(id, calls);
    if (stored !== undefined && repository.trust.counts(stored.author) && continues(stored.record, cut)) {
      if (stored.record.undoes === cut.id) {
        return stored.record;
      }
      first = stored.record;
    }
  }
  return first;
}

/** The newest runs, at least those that are later than one. */
async function linesBackTo(repository: Runs & TimePorts, id: string, calls: Abortable): Promise<ListedRun[]> {
  let lines: ListedRun[] = [];
  for (let limit = LOOKED_AT, before = -1; lines.length > before && !lines.some((line) => line.id <= id); limit *= 4) {
    before = lines.length;
    lines = await listedRuns(repository, { ...calls, limit });
  }
  return lines;
}

const LOOKED_AT = 50;
const MONTH_MS = 30 * 24 * 60 * 60_000;

function isOpen({ kind, status }: Pick<RunLine, 'kind' | 'status'>): boolean {
  return kind === 'restore' && status === 'running';
}
