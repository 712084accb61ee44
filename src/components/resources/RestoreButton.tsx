import { Button, type ButtonProps } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { RestoreOptions, RestoreRequest, RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import type { ResourceRef } from '../../../pkg/contract/kinds.ts';
import { usePlanRestore } from '../../data/useRestores.ts';
import { t } from '../../lib/i18n.ts';
import { refOf, routes } from '../../lib/routes.ts';
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
        {plan.isPending ? planningText(request.options) : children}
      </Button>
      {plan.error !== null && <ServiceNotice error={plan.error} />}
    </>
  );
}

/** What is compared while a plan is made: the Grafana that it is for. */
export function planningText({ to }: RestoreOptions = {}): string {
  return to === undefined
    ? t('restore.planning', 'Comparing with Grafana now…')
    : t('send.planning', 'Comparing with {{name}} now…', { name: to.connection });
}

interface DeletedProps {
  snapshot: string;
  resource: ResourceRef;
  /** A restore has brought it back already, as far as is known. */
  isAgain?: boolean;
}

/** Plans to restore a deleted resource from a snapshot that contains it; a folder with its contents. */
export function RestoreDeleted({ snapshot, resource, isAgain = false }: DeletedProps) {
  const { org, kind, uid } = resource;
  const selection: RestoreSelection =
    kind === 'folder' ? { type: 'folder', org, uid } : { type: 'resources', resources: [refOf(resource)] };
  return (
    <RestoreButton size="sm" variant={isAgain ? 'secondary' : 'primary'} request={{ snapshot, selection }}>
      {t('diff.restore', 'Restore it')}
    </RestoreButton>
  );
}
