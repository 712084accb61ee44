/** What to do about an error of Kubernetes. */
export const KUBERNETES_ADVICE = {
  'mount-service-account-token':
    'Mount the service account token (the chart does), set DASHKEEP_KUBE_DIR, or DASHKEEP_KUBERNETES=off.',
  'unblock-api-server': 'Check whether a NetworkPolicy blocks the API server.',
  'recreate-secret': 'Delete it and let the chart create it again, without `immutable`.',
  'add-role-rule': 'Add to the Role in namespace {namespace}: {rule}',
  'create-cluster-object': 'Create the {resource} {name} (the chart does), or correct its name.',
  'check-service-account-token':
    'The service account token is not accepted: check that it is mounted and that the clock is right.',
} as const;
