import type { ENGINE_ADVICE } from '../../../../pkg/contract/reasons/advice/engine.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of a search, a restore or a drill. */
export const ENGINE_ADVICE_TEXTS: Record<keyof typeof ENGINE_ADVICE, Text> = {
  'delete-scratch-org': (given) =>
    t(
      'reason.delete-scratch-org',
      'As a server admin, delete the organization {{name}} in the administration of Grafana.',
      given,
    ),
  'delete-scratch-folder': (given) =>
    t(
      'reason.delete-scratch-folder',
      'Delete the folder with UID {{uid}} in organization {{org}}, with its content.',
      given,
    ),
  'shorten-search': () => t('reason.shorten-search', 'Search for a part of it. A few words are enough.'),
  'lengthen-search': (given) =>
    t('reason.lengthen-search', 'Enter at least {{count}} characters, such as a part of a title or of a query.', given),
  'check-rule-uid': (given) =>
    t('reason.check-rule-uid', 'Check the UID. This command lists the existing rules: {{command}}', given),
  'type-confirmation': (given) => t('reason.type-confirmation', 'To confirm, type “{{confirm}}”.', given),
  'save-plan': (given) => t('reason.save-plan', 'Create one with this command: {{command}}', given),
  'write-secrets': (given) =>
    t('reason.write-secrets', 'Write kind, UID and field, each as a mapping: {{example}}', given),
  'use-existing-data-source': () => t('reason.use-existing-data-source', 'Use the UID of an existing data source.'),
  'choose-snapshot-with-dashboard': () =>
    t('reason.choose-snapshot-with-dashboard', 'Choose a snapshot that holds the dashboard.'),
  'close-folders-to-others': (given) =>
    t(
      'reason.close-folders-to-others',
      'Take the permissions on all folders away from {{who}}, or compare the versions of the dashboard instead of opening a copy.',
      given,
    ),
  'empty-preview-folders': () =>
    t(
      'reason.empty-preview-folders',
      'Move your own dashboards out of the folders named Dashkeep preview, then retry.',
    ),
  'check-kind-and-uid': () => t('reason.check-kind-and-uid', 'Check the kind and the UID.'),
  'did-you-mean': (given) => t('reason.did-you-mean', 'Did you mean {{names}}?', given),
};
