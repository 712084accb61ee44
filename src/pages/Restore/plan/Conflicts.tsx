import { Alert } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { isConflict } from '../../../../pkg/contract/reasons/plan.ts';
import { usePlanItems } from '../../../data/useRestores.ts';

import { plural, t } from '../../../lib/i18n.ts';

/** Says that the other Grafana changed resources by itself: sending leaves these as they are. */
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
          ? t('conflicts.some', 'Resources changed there and will not be overwritten')
          : plural(
              'conflicts.title',
              count,
              '{{number}} resource changed there and will not be overwritten',
              '{{number}} resources changed there and will not be overwritten',
            )
      }
    >
      {t('conflicts.text', 'The list below gives the reason for each. To overwrite one, send it on its own.')}
    </Alert>
  );
}
