import type { NotificationEvent } from '../../contract/api/settings.ts';
import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { problemCount } from '../../contract/manifest.ts';
import { reason, sentenceOf, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { reasonSentence, type ReasonData } from '../../contract/reasons/reason.ts';
import { runLine, type RunRecord } from '../../contract/runs.ts';
import { ALARMING } from '../../repository/encryption/recipient-findings.ts';
import { RUN_NAMES } from '../runs/names.ts';
import type { ReportedChange } from './change-report.ts';

/** Something to report. */
export interface Notice {
  event: NotificationEvent | 'test';
  /** One sentence for people. */
  text: string;
  run?: Pick<RunRecord, 'id' | 'kind' | 'status' | 'trigger' | 'started' | 'finished' | 'snapshot' | 'failure'>;
  problems?: number;
  /** More lines for people, below the sentence. */
  lines?: readonly string[];
  /** Where people find more. */
  link?: string;
  /** The same as data. */
  changes?: readonly ReportedChange[];
  /** For whom alone it is: receivers that the deployment sets, or those that a page sets. */
  audience?: Owner;
}

/** Who set a receiver. What a page sets belongs to the home organization. */
export type Owner = 'deployment' | 'page';

function warnedOf(record: RunRecord | undefined, ...codes: ReasonCode[]): ReasonData | undefined {
  return record?.warned?.find(({ code }) => codes.includes(code as ReasonCode));
}

/** What ran, as the subject of a sentence. */
function nameOf({ kind, connection }: RunRecord): string {
  const name = `The ${RUN_NAMES[kind]}`;
  return connection === undefined ? name : `${name} to “${connection}”`;
}

function lossOf(record: RunRecord | undefined): ReasonData | undefined {
  return warnedOf(record, 'snapshot-shrunk', 'mass-change');
}

/** Why a run failed, and what to do about it. */
function failureOf({ failure, warned = [] }: RunRecord): string {
  if (failure !== undefined) {
    return [`${failure.message}.`, failure.hint].filter(Boolean).join(' ');
  }
  // A repository that someone changed, or a damaged snapshot.
  const found = errorIn(warned);
  return found === undefined ? 'see its record.' : `${found}. Its record lists everything.`;
}

/** The message of the first error among warnings. */
function errorIn(warned: readonly ReasonData[]): string | undefined {
  return warned.find(({ code, params }) => code in ERROR_CATALOGUE && params['message'] !== undefined)?.params[
    'message'
  ];
}

/** How far a restore came that failed, and how it goes on: Grafana may be half restored. */
function progressOf({
  id,
  kind,
  planned,
  counts: { written, unchecked = 0, unplanned = 0 } = {},
}: RunRecord): string[] {
  if (kind !== 'restore' || planned === undefined || written === undefined) {
    return [];
  }
  const all = planned === 1 ? '1 resource' : `${planned} resources and permissions`;
  if (written + unchecked === 0) {
    return [`Of ${all}, none was written.`];
  }
  const total = unplanned === 0 ? '' : ` The total was not known yet.`;
  const more = unchecked === 0 ? '' : `, and ${unchecked} more may have been written`;
  return [
    `Of ${all}, ${written} were written and checked${more}.${total}`,
    reasonSentence(reason('finish-or-undo-run', { run: id })),
  ];
}

/** The notice that the newest backup is too old, by its age and the interval of the schedule. */
export function lateNotice(newest: string, ageSeconds: number, intervalSeconds: number): Notice {
  const age = durationText(ageSeconds);
  const interval = durationText(intervalSeconds);
  return {
    event: 'late',
    text: `The newest backup is ${age} old (${newest}), but the schedule expects one every ${interval}. The Overview page and \`dashkeep doctor\` show why.`,
  };
}

/** The notice that no backup exists long after the service started, by the interval of the schedule. */
export function noBackupNotice(intervalSeconds: number): Notice {
  return {
    event: 'late',
    text: `The service knows of no backup, but the schedule expects one every ${durationText(intervalSeconds)}. The Overview page and \`dashkeep doctor\` show why.`,
  };
}

function durationText(seconds: number): string {
  return seconds <= 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

/**
 * All notices about the end of a run.
 * @param isTold - whether the notices about `before` were delivered, as far as is known
 */
export function noticesOf(record: RunRecord, before: RunRecord | undefined, isTold = true): Notice[] {
  const { id, kind, status, trigger, started, finished, snapshot } = record;
  const upgrade = warnedOf(record, 'grafana-upgraded');
  const ended = noticeOf(record, before, isTold);
  // Anyone who can edit one resource can make a backup partial.
  const loss = status === 'partial' ? lossNotice(record, before) : undefined;
  const run = { id, kind, status, trigger, started, finished, snapshot };
  const alarming = ALARMING.filter(({ why }) => warnedOf(record, why.code) !== undefined);
  return [
    ...(ended === undefined ? [] : [ended]),
    ...(loss === undefined ? [] : [loss]),
    ...(upgrade === undefined ? [] : [{ event: 'upgraded' as const, text: `${reasonSentence(upgrade)}.`, run }]),
    // Anyone who commands the service or the target may have done so, and the owner would read no later backup.
    ...alarming.map(({ why, advice }) => ({
      event: 'repository' as const,
      text: `${sentenceOf(why)}. ${sentenceOf(advice)}`,
      run,
    })),
  ];
}

/** As many as the journal keeps of each run. */
const NAMED = 5;

/** Whether a scheduled run ended as the scheduled one before it on the same day, for the same reason. */
function isRepeated(record: RunRecord, before: RunRecord): boolean {
  const sameness = (run: RunRecord): string => {
    const problems = run.errors.slice(0, NAMED).map(({ org, kind, uid }) => [org, kind, uid]);
    return JSON.stringify([
      run.started.slice(0, 'YYYY-MM-DD'.length),
      run.failure?.code,
      runLine(run).problems,
      problems,
    ]);
  };
  return [record, before].every(({ trigger }) => trigger === 'scheduled') && sameness(record) === sameness(before);
}

/** The notice about what a backup lacks: once, until it is something else or much more. */
function lossNotice(record: RunRecord, before: RunRecord | undefined): Notice | undefined {
  const { id, kind, status, trigger, started, finished, snapshot } = record;
  const [loss, known] = [lossOf(record), lossOf(before)];
  const isKnown = known !== undefined && known.code === loss?.code && known.params['since'] === loss.params['since'];
  if (loss === undefined || (isKnown && warnedOf(record, 'loss-grown') === undefined)) {
    return undefined;
  }
  const isShrunk = loss.code === ('snapshot-shrunk' satisfies ReasonCode);
  // Resources that could not be read are not lost.
  const cause = errorIn(record.warned ?? []);
  return {
    event: isShrunk ? 'shrunk' : 'mass-change',
    text: `The ${kind} ${isShrunk ? 'is much smaller than before' : 'reports a mass change'}: ${reasonSentence(loss)}.${cause === undefined ? '' : ` ${cause}.`}`,
    run: { id, kind, status, trigger, started, finished, snapshot },
  };
}

/** The notice about how a run ended; `before` is the previous finished run of the same kind. */
export function noticeOf(record: RunRecord, before: RunRecord | undefined, isTold = true): Notice | undefined {
  const { id, kind, status, trigger, started, finished, snapshot, failure, errors, warnings = [] } = record;
  const run = { id, kind, status, trigger, started, finished, snapshot, failure };
  const bad = (one: RunRecord | undefined): boolean =>
    one?.status === 'failed' || one?.status === 'partial' || lossOf(one) !== undefined;
  // A copy is retried soon, so each state is reported once; what a schedule repeats, once a day.
  const isSame = status !== 'complete' && status === before?.status;
  if (isSame && (kind === 'copy' || (isTold && isRepeated(record, before)))) {
    return undefined;
  }
  if (status === 'failed') {
    const text = [`${nameOf(record)} has failed: ${failureOf(record)}`, ...progressOf(record)].join(' ');
    return { event: 'failed', text, run };
  }
  // A restore leaves Grafana half restored, and the person who started it may have left; a restore test proved nothing.
  if (status === 'interrupted' && (kind === 'restore' || kind === 'drill')) {
    return { event: 'failed', text: `${nameOf(record)} was interrupted: ${failureOf(record)}`, run };
  }
  if (status === 'partial') {
    const text =
      kind === 'copy'
        ? `${nameOf(record)} is partial: ${warnings.join('; ')}.`
        : `${nameOf(record)} is partial. Resources or lists that could not be read or written: ${problemCount(errors)}.`;
    return { event: 'partial', text, run, problems: problemCount(errors) };
  }
  if (lossOf(record) !== undefined) {
    return lossNotice(record, before);
  }
  if (status === 'complete' && bad(before)) {
    return { event: 'recovered', text: `${nameOf(record)} is complete again.`, run };
  }
  return undefined;
}
