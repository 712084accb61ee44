/** What a check is about. */
export const SUBJECT_REASONS = {
  'check-of-grafana': 'grafana',
  'check-of-rights': 'rights',
  'check-of-token': 'token',
  'check-of-org-token': 'token of org {id}',
  'check-of-account': 'service account of org {id}',
  'check-of-target': 'target',
  'check-of-repository': 'repository',
  'check-of-target-step': 'target: {step}',
  'check-of-settings': 'settings',
  'check-of-cluster': 'kubernetes',
  'check-of-access': 'kubernetes: {verb} {resource} {namespace}/{name}',
  'check-of-tls': 'deployment: TLS',
  'check-of-image': 'deployment: image',
  'check-of-network-policy': 'deployment: network policy',
  'check-of-api-token': 'API token: {name}',
  'check-of-organization': 'organization {id}',
} as const;
