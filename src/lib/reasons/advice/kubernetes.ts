import type { KUBERNETES_ADVICE } from '../../../../pkg/contract/reasons/advice/kubernetes.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of Kubernetes. */
export const KUBERNETES_ADVICE_TEXTS: Record<keyof typeof KUBERNETES_ADVICE, Text> = {
  'mount-service-account-token': () =>
    t(
      'reason.mount-service-account-token',
      'Mount the token of the service account, as the chart does, or turn the use of the cluster off in the deployment.',
    ),
  'unblock-api-server': () => t('reason.unblock-api-server', 'Check whether a NetworkPolicy blocks the API server.'),
  'recreate-secret': () =>
    t('reason.recreate-secret', 'Delete it and let the chart create it again, without “immutable”.'),
  'add-role-rule': (given) =>
    t('reason.add-role-rule', 'Add this to the Role in namespace {{namespace}}: {{rule}}', given),
  'create-cluster-object': (given) =>
    t(
      'reason.create-cluster-object',
      'Create the {{resource}} {{name}}, as the chart does, or correct its name.',
      given,
    ),
  'check-service-account-token': () =>
    t(
      'reason.check-service-account-token',
      'The cluster rejects the token of the service account. Check that it is mounted and that the clock is right.',
    ),
};
