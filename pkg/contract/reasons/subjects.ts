import type { Text } from '../texts.ts';

/** What a check is about. */
export const SUBJECT_REASONS = {
  'check-of-grafana': 'grafana',
  'check-of-clocks': 'clocks',
  'check-of-connection': 'connection',
  'check-of-named-connection': 'connection {name}',
  'check-of-rights': { cli: 'rights', page: 'permissions in Grafana' },
  'check-of-token': { cli: 'token', page: 'token for Grafana' },
  'check-of-org-token': { cli: 'token of org {id}', page: 'token of organization {id}' },
  'check-of-account': { cli: 'service account of org {id}', page: 'service account of organization {id}' },
  'check-of-app': { cli: 'app of org {id}', page: 'app of organization {id}' },
  'check-of-target': 'target',
  'check-of-repository': 'repository',
  'check-of-target-step': 'target: {step}',
  'check-of-copy': 'second target',
  'check-of-copy-step': 'second target: {step}',
  'check-of-settings': 'settings',
  'check-of-cluster': 'kubernetes',
  'check-of-state': 'state',
  'check-of-access': 'kubernetes: {verb} {resource} {namespace}/{name}',
  'check-of-tls': 'deployment: TLS',
  'check-of-image': 'deployment: image',
  'check-of-network-policy': 'deployment: network policy',
  'check-of-api-token': 'API token: {name}',
  'check-of-organization': 'organization {id}',
} as const satisfies Record<string, Text>;
