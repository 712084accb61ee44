import { Button, Stack, Text } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { usePlanRestore } from '../../data/useRestores.ts';
import { useLastSent } from '../../data/lists/useRuns.ts';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Plans what a run sent once more, from the latest snapshot and with the same replacements. */
export function SendAgain({ run: { connection, request } }: { run: Pick<Run, 'connection' | 'request'> }) {
  const { data: latest, isFetching } = useSnapshot('latest');
  const plan = usePlanRestore();
  const navigate = useNavigate();
  if (connection === undefined || request === undefined || latest === undefined) {
    return null;
  }
  return (
    <>
      <Button
        type="button"
        variant="secondary"
        icon="repeat"
        disabled={plan.isPending || isFetching}
        onClick={() =>
          plan.mutate(
            { ...request, snapshot: latest.id },
            { onSuccess: ({ id }) => void navigate(routes.restorePlan(id)) },
          )
        }
      >
        {t('send.again', 'Send again from the latest snapshot')} (<RelativeTime time={latest.time} />)
      </Button>
      {plan.error !== null && <ServiceNotice error={plan.error} />}
    </>
  );
}

/** The last run that was sent, if there is one, and the way to send the same again. */
export function LastSent({ connections }: { connections: readonly { name: string }[] }) {
  const { data: run } = useLastSent(connections.map(({ name }) => name));
  if (!run) {
    return null;
  }
  const { started, connection = '' } = run;
  return (
    <Stack gap={2} alignItems="center" wrap="wrap">
      <Text color="secondary">
        {t('send.last', 'Last sent to {{name}}:', { name: connection })} <RelativeTime time={started} />
      </Text>
      <SendAgain run={run} />
    </Stack>
  );
}
