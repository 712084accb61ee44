import { Button, Stack, Text } from '@grafana/ui';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useRefreshLive } from '../../data/useDiff.ts';
import { t } from '../../lib/i18n.ts';

/** When live was read, and reading it again: it may have changed since. */
export function LiveRead({ from, time }: { from: string; time: string }) {
  const refresh = useRefreshLive(from);
  return (
    <>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <Text color="secondary" variant="bodySmall">
          {t('compare.read', 'Current state read')} <RelativeTime time={time} />
        </Text>
        <Button
          size="sm"
          variant="secondary"
          fill="text"
          icon={refresh.isPending ? 'spinner' : 'sync'}
          disabled={refresh.isPending}
          onClick={() => refresh.mutate()}
        >
          {t('compare.readAgain', 'Read again')}
        </Button>
      </Stack>
      {refresh.error !== null && <ServiceNotice error={refresh.error} />}
    </>
  );
}
