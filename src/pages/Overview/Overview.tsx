import { LinkButton, Button, Stack } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { GoneLately } from '../../components/resources/GoneLately.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { isOccupying, useStartRun } from '../../data/useRuns.ts';
import { useStatus } from '../../data/useStatus.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { Content } from './Content.tsx';
import { LatestChanges } from './LatestChanges.tsx';
import { RecentRuns } from './RecentRuns.tsx';
import { StateCard } from './StateCard.tsx';
import { Trends } from './Trends.tsx';
import { Warnings } from './Warnings.tsx';

// What few visits need is loaded only then.
const Onboarding = lazy(async () => ({ default: (await import('./Onboarding.tsx')).Onboarding }));
const RunProgress = lazy(async () => ({ default: (await import('../../components/RunProgress.tsx')).RunProgress }));
const LossAlerts = lazy(async () => ({ default: (await import('./LossAlerts.tsx')).LossAlerts }));

/** Is everything safe? And what to do when it is not. */
export function Overview() {
  const status = useStatus();
  const start = useStartRun();
  const ready = status.data !== undefined && status.data.protection !== 'unconfigured';
  const running = isOccupying(status.data?.running) || start.isPending;
  const actions = ready && (
    <>
      <LinkButton
        variant="secondary"
        icon="history"
        href={routes.restore()}
        disabled={status.data.newest === undefined}
      >
        {t('overview.restore', 'Restore')}
      </LinkButton>
      <Button icon="cloud-upload" disabled={running} onClick={() => start.mutate({ kind: 'backup' })}>
        {t('overview.backupNow', 'Back up now')}
      </Button>
    </>
  );
  return (
    <AppPage
      pageNav={{ text: t('overview.title', 'Overview') }}
      subTitle={t('overview.subtitle', 'The state of your backups, and issues that need your attention.')}
      actions={actions}
    >
      {start.error !== null && <ServiceNotice error={start.error} />}
      <QueryView query={status}>{(data) => <Body status={data} />}</QueryView>
    </AppPage>
  );
}

function Body({ status }: { status: Status }) {
  if (status.protection === 'unconfigured') {
    return <Onboarding status={status} />;
  }
  return (
    <Stack direction="column" gap={3}>
      <StateCard status={status} />
      <Suspense fallback={null}>
        {status.running && <RunProgress run={status.running} />}
        {status.queued && <RunProgress run={status.queued} />}
      </Suspense>
      <Suspense fallback={null}>{(status.shrunk ?? status.upgrade?.first) && <LossAlerts status={status} />}</Suspense>
      <Warnings status={status} />
      {status.newest && (
        <>
          <GoneLately newest={status.newest.id} lastRestore={status.lastRestore?.id} />
          <LatestChanges newest={status.newest} />
          <Content snapshot={status.newest} content={status.content} />
          <Trends newest={status.lastBackup?.id} />
        </>
      )}
      <RecentRuns status={status} />
    </Stack>
  );
}
