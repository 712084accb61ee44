import { Button, Stack, Text } from '@grafana/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { RunProgress } from '../../components/RunProgress.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { isActive, useRun, useStartRun } from '../../data/useRuns.ts';
import { t } from '../../lib/i18n.ts';

interface Props {
  onDone: () => void;
  /** Hidden while the backup runs, because it uses the latest snapshot. */
  children: ReactNode;
}

/** Creates a snapshot of the current state, to send instead of an earlier one. */
export function BackUpFirst({ onDone, children }: Props) {
  const client = useQueryClient();
  const start = useStartRun();
  const run = useRun(start.data?.id);
  const status = run.data?.status;
  useEffect(() => {
    if (status === 'complete' || status === 'partial') {
      void client.invalidateQueries();
      onDone();
    }
    // Once, when the backup ends.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [status]);
  if (run.data !== undefined && isActive(run.data)) {
    return <RunProgress run={run.data} />;
  }
  return (
    <>
      <Stack gap={2} alignItems="center" wrap="wrap">
        <Button
          type="button"
          size="sm"
          variant="secondary"
          icon="camera"
          disabled={start.isPending}
          onClick={() => start.mutate({ kind: 'backup' })}
        >
          {t('send.backUp', 'Back up the current state')}
        </Button>
        {status === 'failed' && <Text color="error">{t('send.backUpFailed', 'The backup failed')}</Text>}
        {start.error !== null && <ServiceNotice error={start.error} />}
      </Stack>
      {children}
    </>
  );
}
