import { Button } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { awaitedLogins } from '../../../pkg/contract/reasons/restore/apply.ts';
import { isKeptByUndo } from '../../../pkg/contract/reasons/restore/plan.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { usePlanRestore } from '../../data/useRestores.ts';
import { useUndoRun } from '../../data/useRuns.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/**
 * Plans the rest of a restore, or of an undo, and shows that plan. There is none if an undo only kept resources, if
 * only users without an account are missing, or if the run wrote to another Grafana.
 */
export function FinishButton({ run }: { run: Run }) {
  const plan = usePlanRestore();
  const undo = useUndoRun();
  const navigate = useNavigate();
  const { request, undoes, status, errors, planned, otherGrafana } = run;
  const isOver = undoes !== undefined && status === 'partial' && errors.length > 0 && errors.every(isKeptByUndo);
  if (
    isOver ||
    otherGrafana ||
    (status === 'partial' && awaitedLogins(errors).length > 0) ||
    (request === undefined && undoes === undefined)
  ) {
    return null;
  }
  const finish = () => {
    if (undoes !== undefined) {
      undo.mutate(undoes, { onSuccess: (made) => void navigate(routes.restorePlan(made.id, { undoes })) });
    } else if (request !== undefined) {
      const finishes = planned === undefined || run.connection ? '' : run.id;
      plan.mutate(request, { onSuccess: (made) => void navigate(routes.restorePlan(made.id, { finishes })) });
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

/** What failed alone may fail again. Until the number of planned resources is known, nothing was written. */
function finishLabel({ undoes, planned, connection, status }: Run): string {
  if (status === 'partial' && connection === undefined) {
    return t('cutShort.rest', 'Plan the rest');
  }
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
