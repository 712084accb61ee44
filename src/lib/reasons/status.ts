import type { STATUS_REASONS } from '../../../pkg/contract/reasons/status.ts';
import { t } from '../i18n.ts';
import { runKindLabel } from '../runKinds.ts';
import type { Text } from './text.ts';

/** What the status of the service warns of. */
export const STATUS_TEXTS: Record<keyof typeof STATUS_REASONS, Text> = {
  'org-not-covered': (given) => t('reason.org-not-covered', 'Organization {{name}} ({{id}}) is not backed up', given),
  'org-tokens-missing': (given) =>
    t('reason.org-tokens-missing', 'The service has no token for these organizations: {{orgs}}', given),
  'account-not-ours': (given) =>
    t(
      'reason.account-not-ours',
      'This service did not create the service account {{instead}} of organization {{org}}. It uses {{name}} instead',
      given,
    ),
  'app-of-other-service': (given) =>
    t(
      'reason.app-of-other-service',
      'The app of organization {{org}} is connected to another Dashkeep at {{url}}, which works with the service account {{account}}',
      given,
    ),
  'job-never-runs': ({ job = '' }) =>
    t('reason.job-never-runs', 'This schedule never runs: {{job}}', { job: runKindLabel(job) }),
  'identity-absent': () =>
    t(
      'reason.identity-absent',
      'The snapshots are encrypted, and the service has no private key. It can make backups, but not show or restore them',
    ),
  'target-left-open': () =>
    t(
      'reason.target-left-open',
      'No target is set. Only the deployment can set it, because backups can cover other organizations',
    ),
  'settings-from-pages': (given) =>
    t(
      'reason.settings-from-pages',
      'Backups of other organizations still use values from the settings page, which the deployment has to set: {{names}}',
      given,
    ),
  'saved-settings-unused': (given) =>
    t(
      'reason.saved-settings-unused',
      'The deployment changed the organizations or the target. Values that were saved on the settings page for the earlier ones are no longer used: {{names}}',
      given,
    ),
};
