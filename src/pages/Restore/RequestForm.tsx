import { Alert, Button, Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { ForeignAlert } from '../../components/ForeignSnapshot.tsx';
import { NoSnapshots } from '../../components/lists/NoSnapshots.tsx';
import { Loading, QueryView } from '../../components/QueryView.tsx';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { SnapshotPicker } from '../../components/resources/SnapshotPicker.tsx';
import { usePlanRestore, useRestorePlan } from '../../data/useRestores.ts';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { lastFullOf, untrustedIn, useStatus } from '../../data/useStatus.ts';
import { useUrlState, type UrlChanges } from '../../hooks/useUrlState.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { isGone } from './EndedRestore.tsx';
import { readForm, requestOf, type RestoreForm } from './request.ts';
import { SelectionFields } from './SelectionFields.tsx';

interface Props {
  /** The only possible destination; absent for this Grafana, and for a choice. */
  to?: string;
  above?: ReactNode;
  /** Fields below the selection. */
  children: (form: RestoreForm, change: (changes: UrlChanges) => void) => ReactNode;
  /** Replacements to use instead of those of the earlier plan. */
  mapped?: Pick<RestoreForm['decided'], 'dataSources' | 'replace'>;
  isComplete?: (form: RestoreForm) => boolean;
  /** Shown before the first backup. */
  empty?: ReactNode;
}

/** The form of a restore, as the address has it. Leads to the plan; nothing is changed from here. */
export function RequestForm({ to = '', above, children, mapped, isComplete, empty = <NoSnapshots /> }: Props) {
  const url = useUrlState();
  const { change } = url;
  const newest = useSnapshot('latest');
  const base = useRestorePlan(url.read('plan'));
  const { data: status } = useStatus();
  const untrusted = untrustedIn(status);
  const full = useSnapshot(lastFullOf(status));
  const navigate = useNavigate();
  const plan = usePlanRestore();
  const given = useSnapshot(readForm(url, base.data).snapshot);
  const isUnusable = given.error !== null || given.data?.foreign === true;
  if (isGone(newest.error)) {
    return empty;
  }
  const lastFull = full.data;
  return (
    <QueryView query={newest}>
      {(latest) => {
        if (base.isLoading || full.isLoading) {
          return <Loading />;
        }
        const chosen = readForm(url, base.data);
        const decided = { ...chosen.decided, ...(mapped && { dataSources: {}, replace: {}, ...mapped }) };
        const form = { ...chosen, decided, snapshot: chosen.snapshot || (lastFull ?? latest).id, to: chosen.to || to };
        const request = isComplete?.(form) === false ? undefined : requestOf(form);
        return (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (request !== undefined) {
                plan.mutate(request, { onSuccess: (made) => void navigate(routes.restorePlan(made.id)) });
              }
            }}
          >
            <Stack direction="column" gap={4} maxWidth={90}>
              {above}
              <SnapshotPicker
                id="restore-snapshot"
                label={t('restore.from', 'Snapshot')}
                value={form.snapshot}
                onChange={(snapshot) => change({ snapshot, uid: undefined, resource: undefined })}
              />
              {chosen.snapshot === '' && lastFull !== undefined && (
                <Alert
                  severity="warning"
                  bottomSpacing={0}
                  title={t(
                    'restore.lastFull',
                    'The last full backup, with {{full}} resources, is selected because the newest backup has only {{newest}}.',
                    { full: formatNumber(lastFull.resources), newest: formatNumber(latest.resources) },
                  )}
                />
              )}
              {/* The latest may be that of an empty Grafana, after a new service found the repository of an earlier one. */}
              {chosen.snapshot === '' && untrusted && <ProblemAlert severity="warning" problem={untrusted} />}
              {/* It does not exist, or is untrusted. */}
              {isUnusable && (given.error === null ? <ForeignAlert /> : <ServiceNotice error={given.error} />)}
              <SelectionFields form={form} change={change} />
              {children(form, change)}
              {plan.error !== null && <ServiceNotice error={plan.error} />}
              <Stack gap={2} alignItems="center" wrap="wrap">
                <Button type="submit" icon="list-ul" disabled={request === undefined || plan.isPending || isUnusable}>
                  {t('restore.showPlan', 'Show the plan')}
                </Button>
                <Text color="secondary">{t('restore.nothingYet', 'Nothing has been changed yet.')}</Text>
              </Stack>
            </Stack>
          </form>
        );
      }}
    </QueryView>
  );
}
