import { Alert, Button, LinkButton, Stack, Text } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { ProblemText } from '../../components/problems/ProblemAlert.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { TargetLinkAfter } from '../../components/problems/TargetLink.tsx';
import { usePlanRestore } from '../../data/useRestores.ts';
import { useUndoRun } from '../../data/useRuns.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { explainProblem } from '../../lib/problems/problems.ts';
import { routes } from '../../lib/routes.ts';
import { UndoButton } from './UndoButton.tsx';

/** Whether a run is a restore that did not come to its end. */
export function isCutShort({ kind, status }: Pick<Run, 'kind' | 'status'>): boolean {
  return kind === 'restore' && (status === 'interrupted' || status === 'failed' || status === 'cancelled');
}

/** Explains a restore that did not come to its end: why, how far it came, and how to finish or undo it. */
export function CutShort({ run }: { run: Run }) {
  const { counts, planned, snapshot, failure } = run;
  const explained = failure && explainProblem(failure);
  const isInterrupted = run.status === 'interrupted';
  const advice =
    planned === undefined ? '' : t('cutShort.advice', 'Finish it, or undo it to return to the state before.');
  return (
    <Alert severity={run.status === 'cancelled' ? 'info' : 'error'} bottomSpacing={0} title={titleOf(run)}>
      <Stack direction="column" gap={1}>
        {explained && <ProblemText explained={isInterrupted ? { ...explained, advice } : explained} />}
        <span>
          {planned === undefined
            ? t('cutShort.nothing', 'Nothing was written to Grafana.')
            : t(
                'cutShort.counts',
                '{{written}} of {{planned}} resources were written and checked. Possibly written, not checked: {{unchecked}}.',
                {
                  written: formatNumber(counts['written'] ?? 0),
                  planned: formatNumber(planned),
                  unchecked: formatNumber(counts['unchecked'] ?? 0),
                },
              )}
        </span>
        <Stack gap={1} wrap="wrap">
          <FinishButton run={run} />
          {run.undoable && planned !== undefined && <UndoButton run={run} />}
          {snapshot !== undefined && run.connection === undefined && (
            <LinkButton variant="secondary" icon="camera" href={routes.snapshot(snapshot)}>
              {t('cutShort.before', 'State before')}
            </LinkButton>
          )}
        </Stack>
        <TargetLinkAfter code={failure?.code} />
        <Touched run={run} />
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
  return status === 'cancelled'
    ? t('cutShort.cancelled', 'This restore was cancelled')
    : t('cutShort.failed', 'This restore did not finish');
}

/** Plans the rest of a restore, or of an undo, and shows that plan. */
function FinishButton({ run }: { run: Run }) {
  const plan = usePlanRestore();
  const undo = useUndoRun();
  const navigate = useNavigate();
  const { request, undoes } = run;
  if (request === undefined && undoes === undefined) {
    return null;
  }
  const onSuccess = (made: { id: string }) => void navigate(routes.restorePlan(made.id));
  const finish = () => {
    if (undoes !== undefined) {
      undo.mutate(undoes, { onSuccess });
    } else if (request !== undefined) {
      plan.mutate(request, { onSuccess });
    }
  };
  const error = plan.error ?? undo.error;
  return (
    <>
      <Button icon="play" disabled={plan.isPending || undo.isPending} onClick={finish}>
        {finishLabel(run)}
      </Button>
      {error !== null && <ServiceNotice error={error} />}
    </>
  );
}

/** Until the number of planned resources is known, nothing was written. */
function finishLabel({ undoes, planned, connection }: Run): string {
  if (planned === undefined) {
    return undoes === undefined
      ? t('cutShort.again', 'Start this restore again')
      : t('cutShort.undoAgain', 'Start this undo again');
  }
  if (undoes !== undefined) {
    return t('cutShort.finishUndo', 'Finish this undo');
  }
  return connection === undefined ? t('cutShort.finish', 'Finish this restore') : t('send.finish', 'Send the rest');
}

function Touched({ run: { touched = [] } }: { run: Run }) {
  if (touched.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>{t('cutShort.touched', 'Resources that were being written')}</summary>
      <ul>
        {touched.map(({ org, kind, uid, open }) => (
          <li key={`${org}/${kind}/${uid}`}>
            {kindLabel(kind)} <code>{uid}</code>{' '}
            <Text color="secondary">
              {open === true ? t('cutShort.open', 'possibly not written') : t('cutShort.done', 'written and checked')}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  );
}
