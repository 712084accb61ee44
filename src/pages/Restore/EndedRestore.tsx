import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { ServiceError } from '../../api/errors.ts';
import { QueryView } from '../../components/QueryView.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useRun, useRunOfRestore } from '../../data/useRuns.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { isCutShort } from '../Run/CutShort.tsx';
import { RunDetails } from '../Run/RunDetails.tsx';
import { UndoButton } from '../Run/UndoButton.tsx';
import { formOf } from './request.ts';

interface Props {
  id: string;
  /** As the page knew it before the service lost it. */
  plan: RestorePlan | undefined;
}

/** Whether what was asked for does not exist. */
export function isGone(error: Error | null): error is ServiceError {
  return error instanceof ServiceError && error.status === 404;
}

/** Whether a plan is lost: its service was restarted, or another replica answers. Other things may be missing, too. */
export function isLost(error: Error | null): boolean {
  return isGone(error) && error.advice?.code === 'plan-again';
}

/** Whether a plan that was being computed, or is opened now, came to nothing. */
export function hasFailed(error: Error | null, plan: RestorePlan | undefined): error is ServiceError {
  return (
    error instanceof ServiceError && error.failure === 'service' && (plan === undefined || plan.state === 'planning')
  );
}

/** A restore whose plan is gone: the run that applied it says how it ended. Without one, nothing was applied. */
export function EndedRestore({ id, plan }: Props) {
  const found = useRunOfRestore(id);
  const run = useRun(found.data?.items[0]?.id);
  if (found.data?.items.length === 0) {
    return <LostPlan plan={plan} />;
  }
  if (run.data === undefined) {
    return <QueryView query={{ ...run, error: found.error ?? run.error }}>{() => null}</QueryView>;
  }
  return (
    <Stack direction="column" gap={2}>
      <RunDetails run={run.data} />
      <div>{run.data.undoable && !isCutShort(run.data) && <UndoButton run={run.data} />}</div>
    </Stack>
  );
}

/** A plan that was not applied and cannot be any more, and the way to another one. */
export function LostPlan({ plan }: { plan: RestorePlan | undefined }) {
  return (
    <Alert severity="info" title={t('plan.lost', 'This plan no longer exists')} bottomSpacing={0}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <span>
          {t(
            'plan.lostText',
            'The service was restarted, or the plan is more than an hour old. The plan changed nothing in this organization.',
          )}
        </span>
        <PlanAgain plan={plan} />
      </Stack>
    </Alert>
  );
}

/** A plan that could not be computed: why, and the way to another one. */
export function FailedPlan({ error, plan }: Pick<Props, 'plan'> & { error: Error }) {
  return (
    <>
      <ServiceNotice error={error} />
      {!(isGone(error) && plan?.undoes !== undefined) && <PlanAgain plan={plan} />}
    </>
  );
}

/** Of the undo that the plan, or else its address, names: a lost plan that is opened is not known. */
function PlanAgain({ plan }: Pick<Props, 'plan'>) {
  const named = useUrlState().read('undoes') || undefined;
  const undoes = plan?.undoes ?? named;
  const run = useRun(undoes).data;
  return undoes === undefined ? (
    <LinkButton
      size="sm"
      variant="secondary"
      icon="list-ul"
      href={plan === undefined ? routes.restore() : formOf(plan)}
    >
      {t('plan.again', 'New plan')}
    </LinkButton>
  ) : (
    run && <UndoButton run={run} />
  );
}
