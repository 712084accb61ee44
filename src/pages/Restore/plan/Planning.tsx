import { LinkButton } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { WaitCard } from '../../../components/WaitCard.tsx';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';
import { formOf } from '../request.ts';

/** While a plan is computed: how far that is. The service gives it up when nobody looks at this page. */
export function Planning({ plan }: { plan: RestorePlan }) {
  return (
    <WaitCard
      title={t('restore.planning', 'Comparing with Grafana now…')}
      text={t('restore.planningText', 'This only reads from Grafana. With many resources it takes a moment.')}
      progress={plan.progress}
      action={
        <LinkButton
          size="sm"
          variant="secondary"
          icon="times"
          href={plan.undoes === undefined ? formOf(plan) : routes.run(plan.undoes)}
        >
          {t('progress.cancel', 'Cancel')}
        </LinkButton>
      }
    />
  );
}
