import '../../lib/catalogue/restoreReasons.ts';
import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { ProblemText } from '../../components/problems/ProblemAlert.tsx';
import { TargetLinkAfter } from '../../components/problems/TargetLink.tsx';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { explainProblem } from '../../lib/problems/problems.ts';
import { routes } from '../../lib/routes.ts';
import { FinishButton } from './FinishButton.tsx';
import { UndoButton } from './UndoButton.tsx';
import { laterRun } from './restoreFacts.tsx';

/** Whether a run is a restore that did not come to its end. */
export function isCutShort({ kind, status }: Pick<Run, 'kind' | 'status'>): boolean {
  return kind === 'restore' && (status === 'interrupted' || status === 'failed' || status === 'cancelled');
}

/** Explains a restore that did not come to its end: why, how far it came, and how to finish or undo it. */
export function CutShort({ run }: { run: Run }) {
  const { counts, planned, snapshot, failure, continuedBy } = run;
  const explained = failure && explainProblem(failure);
  const isInterrupted = run.status === 'interrupted';
  const isOpen = planned !== undefined && continuedBy === undefined && run.undoable;
  const words =
    run.undoes === undefined
      ? t('cutShort.advice', 'Finish it, or undo it to return to the previous state.')
      : t('cutShort.reverse', 'Finish it, or reverse it to return to the previous state.');
  const advice = isOpen ? words : '';
  const isSettled = run.status === 'cancelled' || continuedBy !== undefined;
  return (
    <Alert severity={isSettled ? 'info' : 'error'} bottomSpacing={0} title={titleOf(run)}>
      <Stack direction="column" gap={1}>
        {explained && <ProblemText explained={isInterrupted ? { ...explained, advice } : explained} />}
        <span>
          {planned === undefined
            ? t('cutShort.nothing', 'Nothing was written to Grafana.')
            : t(
                'cutShort.counts',
                '{{written}} of {{planned}} resources and permissions were written and checked. Possibly written, not checked: {{unchecked}}.',
                {
                  written: formatNumber(counts['written'] ?? 0),
                  planned: formatNumber(planned),
                  unchecked: formatNumber(counts['unchecked'] ?? 0),
                },
              )}
        </span>
        {laterRun(run).map(([label, link]) => (
          <span key={label}>
            {label}: {link}
          </span>
        ))}
        <Stack gap={1} wrap="wrap">
          {continuedBy === undefined && <FinishButton run={run} />}
          {run.undoable && planned !== undefined && <UndoButton run={run} />}
          {snapshot !== undefined && run.connection === undefined && !run.snapshotGone && (
            <LinkButton variant="secondary" icon="camera" href={routes.snapshot(snapshot)}>
              {t('cutShort.before', 'Previous state')}
            </LinkButton>
          )}
        </Stack>
        <TargetLinkAfter code={failure?.code} />
      </Stack>
    </Alert>
  );
}

function titleOf({ connection, undoes, status }: Run): string {
  if (connection !== undefined && undoes === undefined) {
    return t('send.failed', 'Sending to {{name}} did not finish', { name: connection });
  }
  if (status === 'interrupted') {
    return undoes === undefined
      ? t('cutShort.interrupted', 'This restore was interrupted')
      : t('cutShort.undoInterrupted', 'This undo was interrupted');
  }
  if (status === 'cancelled') {
    return undoes === undefined
      ? t('cutShort.cancelled', 'This restore was cancelled')
      : t('cutShort.undoCancelled', 'This undo was cancelled');
  }
  return undoes === undefined
    ? t('cutShort.failed', 'This restore did not finish')
    : t('cutShort.undoFailed', 'This undo did not finish');
}
