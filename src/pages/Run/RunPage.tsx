import { Alert, LinkButton } from '@grafana/ui';
import { useParams } from 'react-router';
import type { Run } from '../../../pkg/contract/api/runs.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { runLabel } from '../../components/StatusBadge.tsx';
import { isActive, useIsStale, useRun } from '../../data/useRuns.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { isGone } from '../Restore/EndedRestore.tsx';
import { SendAgain } from '../Send/SendAgain.tsx';
import { isCutShort } from './CutShort.tsx';
import { FinishButton } from './FinishButton.tsx';
import { RunDetails } from './RunDetails.tsx';
import { UndoButton } from './UndoButton.tsx';

/** One run: how it goes, or how it went, down to each resource that failed. */
export function RunPage() {
  const { id = '' } = useParams();
  const query = useRun(id);
  const run = query.data;
  const isStale = useIsStale(run);
  return (
    <AppPage
      pageNav={{
        text: run === undefined ? t('run.title', 'Run') : runLabel(run),
        parentItem: {
          text: t('history.runs', 'Runs'),
          url: routes.runs(),
          parentItem: { text: t('history.title', 'History'), url: routes.history() },
        },
      }}
      subTitle={run && formatTime(run.started)}
      actions={run && <Actions run={run} />}
    >
      {run?.status === 'queued' && isGone(query.error) ? (
        <Alert severity="warning" title={t('run.lost', 'This run did not start')} bottomSpacing={0}>
          {t('run.lostText', 'The service was restarted while the run was waiting.')}
        </Alert>
      ) : (
        <QueryView query={query}>
          {(data) => <RunDetails run={data} isStale={isStale || query.error !== null} />}
        </QueryView>
      )}
    </AppPage>
  );
}

function Actions({ run }: { run: Run }) {
  return (
    <>
      {run.kind === 'backup' && run.snapshot !== undefined && (
        <LinkButton variant="secondary" icon="camera" href={routes.snapshot(run.snapshot)}>
          {t('run.openSnapshot', 'Open the snapshot')}
        </LinkButton>
      )}
      {run.restore !== undefined && !isActive(run) && (
        <LinkButton variant="secondary" icon="history" href={routes.restorePlan(run.restore)}>
          {t('run.openPlan', 'Open the plan')}
        </LinkButton>
      )}
      {run.status === 'complete' && <SendAgain run={run} />}
      {run.kind === 'restore' && run.status === 'partial' && run.continuedBy === undefined && (
        <FinishButton run={run} />
      )}
      {run.undoable && !isCutShort(run) && <UndoButton run={run} />}
    </>
  );
}
