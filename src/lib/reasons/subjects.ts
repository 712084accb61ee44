import type { SUBJECT_REASONS } from '../../../pkg/contract/reasons/subjects.ts';
import { checkStepLabel } from '../checkSteps.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What a check is about. */
export const SUBJECT_TEXTS: Record<keyof typeof SUBJECT_REASONS, Text> = {
  'check-of-grafana': () => t('reason.check-of-grafana', 'Grafana'),
  'check-of-rights': () => t('reason.check-of-rights', 'Permissions in Grafana'),
  'check-of-token': () => t('reason.check-of-token', 'Token for Grafana'),
  'check-of-org-token': (given) => t('reason.check-of-org-token', 'Token of organization {{id}}', given),
  'check-of-account': (given) => t('reason.check-of-account', 'Service account of organization {{id}}', given),
  'check-of-app': (given) => t('reason.check-of-app', 'App of organization {{id}}', given),
  'check-of-target': () => t('reason.check-of-target', 'Target'),
  'check-of-repository': () => t('reason.check-of-repository', 'Repository'),
  'check-of-target-step': ({ step = '' }) =>
    t('reason.check-of-target-step', 'Target: {{step}}', { step: checkStepLabel(step) }),
  'check-of-settings': () => t('reason.check-of-settings', 'Settings'),
  'check-of-cluster': () => t('reason.check-of-cluster', 'Cluster'),
  'check-of-access': (given) =>
    t('reason.check-of-access', 'Access in the cluster: {{verb}} {{resource}} {{namespace}}/{{name}}', given),
  'check-of-tls': () => t('reason.check-of-tls', 'Deployment: TLS'),
  'check-of-image': () => t('reason.check-of-image', 'Deployment: image'),
  'check-of-network-policy': () => t('reason.check-of-network-policy', 'Deployment: network policy'),
  'check-of-api-token': (given) => t('reason.check-of-api-token', 'API token: {{name}}', given),
  'check-of-organization': (given) => t('reason.check-of-organization', 'Organization {{id}}', given),
};
