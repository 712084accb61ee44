import type { OTHER_CHANGES } from '../../../pkg/contract/changes/others.ts';
import { t } from '../i18n.ts';
import type { Text } from '../reasons/text.ts';

/** What was done to a resource of another kind. */
export const OTHER_TEXTS: Record<keyof typeof OTHER_CHANGES, Text> = {
  'folder-moved': (given) => t('difference.folder-moved', 'Moved from folder “{{before}}” to “{{after}}”', given),
  'folder-entered': (given) => t('difference.folder-entered', 'Moved into folder “{{after}}”', given),
  'folder-left': (given) => t('difference.folder-left', 'Moved out of folder “{{before}}”', given),
  'rule-added': (given) => t('difference.rule-added', 'Rule “{{rule}}” added', given),
  'rule-removed': (given) => t('difference.rule-removed', 'Rule “{{rule}}” removed', given),
  'rule-title': (given) => t('difference.rule-title', 'Rule “{{before}}” renamed to “{{after}}”', given),
  'rule-threshold': (given) =>
    t(
      'difference.rule-threshold',
      'Rule “{{rule}}”: threshold of {{query}} changed from {{before}} to {{after}}',
      given,
    ),
  'rule-condition': (given) =>
    t('difference.rule-condition', 'Rule “{{rule}}”: fires on {{after}} instead of {{before}}', given),
  'rule-for': (given) =>
    t('difference.rule-for', 'Rule “{{rule}}”: pending period changed from {{before}} to {{after}}', given),
  'rule-keep': (given) =>
    t('difference.rule-keep', 'Rule “{{rule}}”: keeps firing for {{after}} instead of {{before}}', given),
  'rule-paused': (given) => t('difference.rule-paused', 'Rule “{{rule}}” paused', given),
  'rule-resumed': (given) => t('difference.rule-resumed', 'Rule “{{rule}}” resumed', given),
  'rule-query-added': (given) => t('difference.rule-query-added', 'Rule “{{rule}}”: query {{query}} added', given),
  'rule-query-removed': (given) =>
    t('difference.rule-query-removed', 'Rule “{{rule}}”: query {{query}} removed', given),
  'rule-query-text': (given) => t('difference.rule-query-text', 'Rule “{{rule}}”: query {{query}} changed', given),
  'rule-query-source': (given) =>
    t(
      'difference.rule-query-source',
      'Rule “{{rule}}”: query {{query}} asks data source {{after}} instead of {{before}}',
      given,
    ),
  'rule-query-settings': (given) =>
    t('difference.rule-query-settings', 'Rule “{{rule}}”: settings of query {{query}} changed ({{names}})', given),
  'rule-label-added': (given) =>
    t('difference.rule-label-added', 'Rule “{{rule}}”: label {{name}}={{after}} added', given),
  'rule-label-removed': (given) => t('difference.rule-label-removed', 'Rule “{{rule}}”: label {{name}} removed', given),
  'rule-label': (given) =>
    t('difference.rule-label', 'Rule “{{rule}}”: label {{name}} changed from {{before}} to {{after}}', given),
  'rule-annotation-added': (given) =>
    t('difference.rule-annotation-added', 'Rule “{{rule}}”: annotation {{name}} added', given),
  'rule-annotation-removed': (given) =>
    t('difference.rule-annotation-removed', 'Rule “{{rule}}”: annotation {{name}} removed', given),
  'rule-annotation': (given) => t('difference.rule-annotation', 'Rule “{{rule}}”: annotation {{name}} changed', given),
  'rule-receiver': (given) =>
    t('difference.rule-receiver', 'Rule “{{rule}}”: notifies {{after}} instead of {{before}}', given),
  'rule-direct': (given) =>
    t(
      'difference.rule-direct',
      'Rule “{{rule}}”: notifies {{after}} instead of going by the notification policies',
      given,
    ),
  'rule-routed': (given) =>
    t(
      'difference.rule-routed',
      'Rule “{{rule}}”: goes by the notification policies instead of notifying {{before}}',
      given,
    ),
  'rule-setting': (given) =>
    t('difference.rule-setting', 'Rule “{{rule}}”: {{name}} changed from {{before}} to {{after}}', given),
  'rule-settings': (given) =>
    t('difference.rule-settings', 'Rule “{{rule}}”: other settings changed ({{names}})', given),
  'rules-order': () => t('difference.rules-order', 'Rules reordered'),
  'group-interval': (given) =>
    t('difference.group-interval', 'Evaluation interval changed from {{before}} to {{after}}', given),
  'policy-receiver': (given) =>
    t('difference.policy-receiver', 'Default contact point changed from {{before}} to {{after}}', given),
  'policy-setting': (given) =>
    t('difference.policy-setting', 'Default policy: {{name}} changed from {{before}} to {{after}}', given),
  'policies-order': () => t('difference.policies-order', 'Policies reordered'),
  'route-added': (given) => t('difference.route-added', 'Policy for {{route}} added', given),
  'route-removed': (given) => t('difference.route-removed', 'Policy for {{route}} removed', given),
  'route-matchers': (given) => t('difference.route-matchers', 'Policy for {{before}} now matches {{after}}', given),
  'route-receiver': (given) =>
    t('difference.route-receiver', 'Policy for {{route}}: contact point changed from {{before}} to {{after}}', given),
  'route-setting': (given) =>
    t('difference.route-setting', 'Policy for {{route}}: {{name}} changed from {{before}} to {{after}}', given),
  'routes-order': (given) => t('difference.routes-order', 'Policies below {{route}} reordered', given),
  'integration-added': (given) => t('difference.integration-added', 'Integration {{integration}} added', given),
  'integration-removed': (given) => t('difference.integration-removed', 'Integration {{integration}} removed', given),
  'integration-secret': (given) =>
    t('difference.integration-secret', 'Integration {{integration}}: secret {{name}} changed', given),
  'integration-setting': (given) =>
    t(
      'difference.integration-setting',
      'Integration {{integration}}: {{name}} changed from {{before}} to {{after}}',
      given,
    ),
  'permission-added': (given) => t('difference.permission-added', '{{type}} {{name}} got {{after}}', given),
  'permission-removed': (given) => t('difference.permission-removed', '{{type}} {{name}} lost {{before}}', given),
  'permission-changed': (given) =>
    t('difference.permission-changed', '{{type}} {{name}} has {{after}} instead of {{before}}', given),
  'member-added': (given) => t('difference.member-added', '{{member}} joined ({{after}})', given),
  'member-removed': (given) => t('difference.member-removed', '{{member}} left ({{before}})', given),
  'member-changed': (given) => t('difference.member-changed', '{{member}} is {{after}} instead of {{before}}', given),
  'secret-added': (given) => t('difference.secret-added', 'Secret {{name}} is stored now', given),
  'secret-removed': (given) => t('difference.secret-removed', 'Secret {{name}} is no longer stored', given),
  'field-added': (given) => t('difference.field-added', '{{name}} added: {{after}}', given),
  'field-removed': (given) => t('difference.field-removed', '{{name}} removed: {{before}}', given),
  field: (given) => t('difference.field', '{{name}} changed from {{before}} to {{after}}', given),
  'field-content': (given) => t('difference.field-content', '{{name}} changed', given),
  fields: (given) => t('difference.fields', 'Other fields changed ({{names}})', given),
};
