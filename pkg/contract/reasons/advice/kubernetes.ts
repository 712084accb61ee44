import type { Text } from '../../texts.ts';

/** What to do about an error of Kubernetes. */
export const KUBERNETES_ADVICE = {
  'mount-service-account-token': {
    cli: 'Mount the service account token, as the chart does, set DASHKEEP_KUBE_DIR, or set DASHKEEP_KUBERNETES=off.',
    page: 'Mount the service account token, as the chart does, or turn off Kubernetes access in the deployment’s settings.',
  },
  'unblock-api-server': 'Check whether a NetworkPolicy blocks the API server.',
  'recreate-secret': 'Delete the Secret and let the chart recreate it, without “immutable”.',
  'add-role-rule': 'Add this to the Role in namespace {namespace}: {rule}',
  'create-cluster-object': 'Create the {resource} {name}, as the chart does, or correct its name.',
  'check-service-account-token':
    'The cluster rejects the service account token. Check that the token is mounted and the clock is correct.',
} as const satisfies Record<string, Text>;
