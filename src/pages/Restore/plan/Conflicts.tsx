import { Alert } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { isConflict } from '../../../../pkg/contract/reasons/plan.ts';
import { usePlanItems } from '../../../data/useRestores.ts';
import { plural, t } from '../../../lib/i18n.ts';

/** Conflicts of a promotion: resources that changed in the other Grafana since the last run. */
export function Conflicts({ plan }: { plan: RestorePlan }) {
  const isPromotion = plan.options.to?.promote === true;
  const { items, hasMore } = usePlanItems(plan.id, { action: 'skip' }, isPromotion);
  const count = items.filter(isConflict).length;
  return count === 0 ? null : (
    <Alert
      severity="warning"
      bottomSpacing={0}
      title={
        hasMore
          ? t('conflicts.some', 'Conflicts: some resources will not be changed')
          : plural(
              'conflicts.title',
              count,
              '{{number}} conflict: this resource will not be changed',
              '{{number}} conflicts: these resources will not be changed',
            )
      }
    >
      {t(
        'conflicts.text',
        'The list below gives the reason for each. To overwrite a resource, send it separately and choose to overwrite.',
      )}
    </Alert>
  );
}
