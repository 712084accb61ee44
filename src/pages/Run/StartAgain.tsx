import { Button } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { isOccupying, useStartRun } from '../../data/useRuns.ts';
import { useStatus } from '../../data/useStatus.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Starts another run like an interrupted one, for those who may. */
export function StartAgain({ run: { kind, status } }: { run: Run }) {
  const start = useStartRun();
  const navigate = useNavigate();
  const { data } = useStatus();
  const isForAll = kind === 'backup';
  const isForHome = (kind === 'verify' || kind === 'drill') && data?.caller.home === true;
  if (status !== 'interrupted' || !(isForAll || isForHome)) {
    return null;
  }
  return (
    <>
      <Button
        size="sm"
        variant="secondary"
        icon="play"
        disabled={isOccupying(data?.running) || start.isPending}
        onClick={() => start.mutate({ kind }, { onSuccess: ({ id }) => void navigate(routes.run(id)) })}
      >
        {t('run.startAgain', 'Start again')}
      </Button>
      {start.error !== null && <ServiceNotice error={start.error} />}
    </>
  );
}
