import { Button, type ButtonProps } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { RestoreRequest } from '../../../pkg/contract/api/restores.ts';
import { usePlanRestore } from '../../data/useRestores.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { ServiceNotice } from '../problems/ServiceNotice.tsx';

type Props = Omit<ButtonProps, 'onClick' | 'icon' | 'disabled' | 'type'> & {
  request: RestoreRequest;
};

/** Plans a restore and shows that plan; nothing is changed by pressing it. */
export function RestoreButton({ request, children, ...button }: Props) {
  const plan = usePlanRestore();
  const navigate = useNavigate();
  const show = () => plan.mutate(request, { onSuccess: (made) => void navigate(routes.restorePlan(made.id)) });
  return (
    <>
      <Button {...button} icon={plan.isPending ? 'spinner' : 'history'} disabled={plan.isPending} onClick={show}>
        {plan.isPending ? t('restore.planning', 'Comparing with Grafana now…') : children}
      </Button>
      {plan.error !== null && <ServiceNotice error={plan.error} />}
    </>
  );
}
