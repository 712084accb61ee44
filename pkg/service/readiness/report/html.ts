import type { RunKind, RunStatus } from '../../../contract/runs.ts';
import { reasonSentence } from '../../../contract/reasons/reason.ts';
import { facts, markup, table, type Html } from '../../../lib/html/html.ts';
import { page } from '../../../lib/html/page.ts';
import type { PeriodFacts, ReportedRun } from './period.ts';
import { RUN_NAMES } from '../../runs/names.ts';
import { rowOfConfirmation, rowOfGap, rowOfHold, rowOfRun, type Row } from './rows.ts';

const STATUSES = ['complete', 'partial', 'failed', 'cancelled', 'interrupted'] as const satisfies RunStatus[];

/** A report to print and file. Complete backups are only counted: there are thousands, and the CSV lists them. */
export function reportPage(report: PeriodFacts): string {
  const { from, to, now, target, runs, gaps, holds, confirmations, isCut, lateAfterHours } = report;
  const of = (...kinds: RunKind[]): ReportedRun[] => runs.filter(({ run }) => kinds.includes(run.kind));
  const incomplete = of('backup').filter(({ run }) => run.status !== 'complete');
  const overdue =
    lateAfterHours === undefined
      ? markup`<p>No schedule is set now, so no backup counts as overdue.</p>\n`
      : section(
          gaps.map(rowOfGap),
          `No gap between backups was longer than ${Math.round(lateAfterHours)} hours, about twice the interval of the current schedule.`,
        );
  const cut = markup`<p><strong>The period has more runs than a report can contain: later runs are missing. Choose a shorter period.</strong></p>\n`;
  const body = markup`<h1>Backup report</h1>
${facts([
  ['period', `${minute(from.toISOString())} to ${minute(to.toISOString())} (UTC)`],
  ['target', target],
  ['created', `${minute(now.toISOString())} (UTC)`],
])}${isCut ? cut : ''}<h2>Summary</h2>
${summary(report)}<p class="quiet">Evidence: a <em>signed record</em> has the signature of a key that is trusted here. The <em>journal</em> is the service&rsquo;s own record of its runs. Anyone who can write to the target could have changed an <em>unsigned record</em>. Names of people come from Grafana or the command line.</p>
<h2>Overdue backups</h2>
${overdue}<h2>Incomplete backups</h2>
${section(incomplete.map(rowOfRun), 'None.')}<h2>Verifications</h2>
${section(of('verify').map(rowOfRun), 'None.')}<h2>Restore tests</h2>
${section(of('drill').map(rowOfRun), 'None.')}<h2>Restores</h2>
${section(of('restore').map(rowOfRun), 'None.')}<h2>Second copies</h2>
${section(of('copy').map(rowOfRun), 'None.')}<h2>Imports</h2>
${section(of('import').map(rowOfRun), 'None.')}<h2>Retention, prunes and repairs</h2>
${section(of('forget', 'prune', 'repair').map(rowOfRun), 'None.')}<h2>Holds</h2>
${section(
  holds.map((hold) => rowOfHold(hold, now)),
  'None.',
)}<h2>Confirmations</h2>
${section(confirmations.map(rowOfConfirmation), 'None.')}<h2>Readiness now</h2>
${readiness(report)}`;
  return page(`Backup report, ${from.toISOString().slice(0, 10)} to ${to.toISOString().slice(0, 10)}`, body);
}

function summary({ runs, gaps, holds }: PeriodFacts): Html {
  const rows = (Object.keys(RUN_NAMES) as RunKind[]).map((kind) => {
    const own = runs.filter(({ run }) => run.kind === kind);
    const signed = own.filter(({ evidence }) => evidence === 'signed').length;
    const counts = STATUSES.map((status) => own.filter(({ run }) => run.status === status).length);
    return [RUN_NAMES[kind], own.length, ...counts, signed];
  });
  const head = ['Operation', 'Runs', ...STATUSES, 'Signed records'];
  return markup`${table(head, rows)}${facts([
    ['overdue backups', gaps.length],
    ['holds', holds.length],
  ])}`;
}

function section(rows: readonly Row[], none: string): Html {
  const cells = rows.map(({ time, end, status, who, details, evidence }) => [
    ...[minute(time), end === '' ? '' : minute(end), status, who, details, evidence],
  ]);
  return table(['From', 'To', 'Status', 'Who', 'Details', 'Evidence'], cells, none);
}

function readiness({ readiness: { level, evidence } }: PeriodFacts): Html {
  const rows = evidence.map(({ subject, level: one, at, detail, hint }) => [
    ...[reasonSentence(subject), one, at === undefined ? '' : minute(at)],
    hint === '' ? detail : `${detail}. ${hint}`,
  ]);
  return markup`<p>Level: <strong>${level}</strong></p>\n${table(['Check', 'Level', 'Since', 'Evidence'], rows)}`;
}

/** A time in UTC, to the minute. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
