import { Alert, LinkButton } from '@grafana/ui';
import { ServiceError } from '../../api/errors.ts';
import { Loading, QueryView } from '../../components/QueryView.tsx';
import { RunProgress } from '../../components/RunProgress.tsx';
import { isActive, useRun, useRunOfRestore } from '../../data/useRuns.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { CutShort, isCutShort } from '../Run/CutShort.tsx';

interface Props {
  id: string;
  /** The question for the plan that the service no longer has. */
  query: { error: Error | null; refetch: () => unknown };
}

/** Whether the service that made a plan was restarted, or another replica answers. */
export function isGone(error: Error | null): boolean {
  return error instanceof ServiceError && error.status === 404;
}

/** A restore whose plan is gone: the run that applied it says how it ended. Without one, nothing was applied. */
export function EndedRestore({ id, query }: Props) {
  const found = useRunOfRestore(id);
  const run = useRun(found.data?.items[0]?.id);
  if (found.isLoading || run.isLoading) {
    return <Loading />;
  }
  if (run.data === undefined) {
    return <QueryView query={{ ...query, data: undefined }}>{() => null}</QueryView>;
  }
  if (isActive(run.data)) {
    return <RunProgress run={run.data} />;
  }
  return isCutShort(run.data) ? (
    <CutShort run={run.data} />
  ) : (
    <Alert severity="info" title={t('plan.ended', 'This restore has ended')} bottomSpacing={0}>
      <LinkButton variant="secondary" href={routes.run(run.data.id)}>
        {t('plan.openRun', 'Open its run')}
      </LinkButton>
    </Alert>
  );
}
