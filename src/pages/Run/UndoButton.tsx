import { Button } from '@grafana/ui';
import { useNavigate } from 'react-router';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useUndoRun } from '../../data/useRuns.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Plans the way back of a restore and shows that plan; nothing is changed by pressing it. */
export function UndoButton({ run }: { run: string }) {
  const undo = useUndoRun();
  const navigate = useNavigate();
  const plan = () => undo.mutate(run, { onSuccess: (made) => void navigate(routes.restorePlan(made.id)) });
  return (
    <>
      <Button variant="secondary" icon="history-alt" disabled={undo.isPending} onClick={plan}>
        {t('run.undo', 'Undo this restore')}
      </Button>
      {undo.error !== null && <ServiceNotice error={undo.error} />}
    </>
  );
}
