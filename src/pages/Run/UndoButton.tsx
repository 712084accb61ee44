import { Alert, Button } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useUndoRun } from '../../data/useRuns.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

interface Props {
  run: Pick<Run, 'id' | 'connection' | 'undoes'>;
  /** Its label, instead of the usual one. */
  children?: string;
}

/** Plans the way back of a restore and shows that plan; nothing is changed by pressing it. */
export function UndoButton({ run: { id, connection, undoes }, children }: Props) {
  const undo = useUndoRun();
  const navigate = useNavigate();
  const plan = () =>
    undo.mutate(id, { onSuccess: (made) => void navigate(routes.restorePlan(made.id, { undoes: id })) });
  return (
    <>
      <Button variant="secondary" icon="history-alt" disabled={undo.isPending} onClick={plan}>
        {children ??
          (undoes !== undefined
            ? t('run.reverse', 'Reverse this undo')
            : connection === undefined
              ? t('run.undo', 'Undo this restore')
              : t('send.undo', 'Undo the changes in {{name}}', { name: connection }))}
      </Button>
      {undo.error !== null && <ServiceNotice error={undo.error} />}
    </>
  );
}

/** Why a restore offers no way back. */
export function NotUndoable({ run }: { run: Pick<Run, 'id' | 'snapshotGone' | 'otherGrafana'> }) {
  const { id, snapshotGone, otherGrafana: url } = run;
  const title = snapshotGone
    ? t('run.snapshotGone', 'This run cannot be undone, because its safety snapshot was deleted')
    : url && reasonText({ reason: '', code: 'other-grafana', params: { run: id, url } });
  return title && <Alert severity="info" bottomSpacing={0} title={title} />;
}
