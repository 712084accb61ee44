import { csvOf } from '../../../contract/api/csv.ts';
import { reasonSentence } from '../../../contract/reasons/reason.ts';
import type { RunKind } from '../../../contract/runs.ts';
import type { Hold } from '../../../repository/holds/annotations.ts';
import { RUN_NAMES } from '../../runs/names.ts';
import { endOf, sinceOf, type Evidence, type Gap, type PeriodFacts, type ReportedRun } from './period.ts';

const EVIDENCE: Record<Evidence, string> = {
  signed: 'signed record',
  journal: 'journal of the service',
  unsigned: 'unsigned record',
};

/** Counts that are useful to people, as named in records. */
const COUNTS: Record<RunKind, readonly string[]> = {
  backup: ['stored', 'reused', 'skipped', 'failed'],
  verify: ['snapshots', 'objects', 'read', 'problems'],
  drill: ['checked', 'verified', 'differs', 'skipped'],
  restore: ['verified', 'differs', 'failed', 'deleted', 'skipped'],
  copy: ['copied', 'present', 'forgotten', 'mended', 'read', 'problems'],
  import: ['stored', 'reused', 'failed'],
  forget: ['forgotten', 'kept'],
  prune: ['removed', 'marked', 'locked', 'failed'],
  repair: ['removed', 'repaired', 'failed'],
};

/** One thing that happened. */
export interface Row {
  what: string;
  time: string;
  end: string;
  status: string;
  /** Who asked, as far as that is known, and how it was started. */
  who: string;
  details: string;
  evidence: string;
}

/** A run as a row. */
export function rowOfRun({ run, problems, evidence }: ReportedRun): Row {
  const { kind, started, finished = '', status, by, trigger } = run;
  const { snapshot, source, undoes, touched = [], failure, counts } = run;
  const resources = touched.map((one) => `${one.did} ${one.kind}/${one.uid}`);
  const more = (counts['touched'] ?? 0) - touched.length;
  const details = [
    ...(source === undefined ? [] : [`from ${source}`]),
    ...(undoes === undefined ? [] : [`undoes ${undoes}`]),
    ...(snapshot === undefined ? [] : [`${kind === 'restore' ? 'previous state' : 'snapshot'} ${snapshot}`]),
    ...COUNTS[kind].filter((name) => (counts[name] ?? 0) > 0).map((name) => `${name} ${counts[name]}`),
    ...(problems > 0 && counts['problems'] === undefined ? [`problems ${problems}`] : []),
    ...(resources.length === 0 ? [] : [`${resources.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]),
    ...(failure === undefined ? [] : [`${failure.code} ${failure.message}`.trim()]),
  ];
  return {
    ...{ what: RUN_NAMES[kind], time: started, end: finished, status },
    who: by === undefined ? trigger : `${by} (${trigger})`,
    details: details.join('; '),
    evidence: EVIDENCE[evidence],
  };
}

/** A time without a backup as a row. */
export function rowOfGap({ from, to }: Gap): Row {
  const hours = Math.round((to.getTime() - from.getTime()) / 3_600_000);
  return {
    ...{ what: 'overdue backup', time: from.toISOString(), end: to.toISOString(), status: 'overdue', who: '' },
    details: `no backup for ${hours} hours`,
    evidence: 'computed from backups',
  };
}

/** A hold as a row. */
export function rowOfHold(hold: Hold, now: Date): Row {
  const { snapshot, content } = hold;
  const end = endOf(hold);
  const { released } = content ?? {};
  return {
    ...{ what: 'hold', time: sinceOf(hold).toISOString() },
    end: content?.until === undefined && released === undefined ? '' : end.toISOString(),
    status: released !== undefined ? `released by ${released.by ?? 'unknown'}` : end > now ? 'on hold' : 'ended',
    who: content?.by ?? '',
    details: [`snapshot ${snapshot}`, content?.note ?? ''].filter((part) => part !== '').join('; '),
    evidence: EVIDENCE[content === undefined ? 'unsigned' : 'signed'],
  };
}

/** A confirmation as a row. */
export function rowOfConfirmation({ line, time, by }: PeriodFacts['confirmations'][number]): Row {
  return {
    ...{ what: 'confirmation', time, end: '', status: 'confirmed', who: by ?? '' },
    details: line,
    evidence: 'state of the service',
  };
}

/** A report for a spreadsheet, with one event per line. */
export function reportCsv(facts: PeriodFacts): string {
  const { runs, gaps, holds, confirmations, readiness, now } = facts;
  const rows: Row[] = [
    ...gaps.map(rowOfGap),
    ...runs.map(rowOfRun),
    ...holds.map((hold) => rowOfHold(hold, now)),
    ...confirmations.map(rowOfConfirmation),
    ...readiness.evidence.map(({ subject, level, at = '', detail }) => ({
      ...{ what: 'readiness now', time: at, end: '', status: level, who: '' },
      details: `${reasonSentence(subject)}: ${detail}`,
      evidence: 'checked now',
    })),
  ];
  const head = ['what', 'time', 'end', 'status', 'who', 'details', 'evidence'];
  return csvOf([
    head,
    ...rows.map(({ what, time, end, status, who, details, evidence }) => [
      ...[what, time, end, status, who, details, evidence],
    ]),
  ]);
}
