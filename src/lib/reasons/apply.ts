import type { APPLY_REASONS } from '../../../pkg/contract/reasons/apply.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What became of a resource. */
export const APPLY_TEXTS: Record<keyof typeof APPLY_REASONS, Text> = {
  'as-planned': () => '',
  'other-uid': (given) => t('reason.other-uid', 'Grafana gave it another UID: {{uid}}', given),
  'there-anyway': () => t('reason.there-anyway', 'Exists, although Grafana reported a failure'),
  vanished: () => t('reason.vanished', 'Was written, but is missing'),
  'differs-in': (given) => t('reason.differs-in', 'Exists, but differs in {{fields}}', given),
  'differs-now': () => t('reason.differs-now', 'Exists, but differs'),
  'changed-since-plan': () => t('reason.changed-since-plan', 'Somebody changed it since the plan was made'),
  'changed-since-plan-kept': () =>
    t('reason.changed-since-plan-kept', 'Somebody changed it since the plan was made. It was not changed'),
  'gone-before': () => t('reason.gone-before', 'Was already gone'),
  'folder-failed': (given) => t('reason.folder-failed', 'Its folder {{title}} could not be restored', given),
  'folder-filled': () => t('reason.folder-filled', 'The folder is not empty, so it was not deleted'),
  'still-there': () => t('reason.still-there', 'Was deleted, but still exists'),
  'org-was-called': (given) => t('reason.org-was-called', 'Its old name was {{name}}', given),
  'org-made-meanwhile': () => t('reason.org-made-meanwhile', 'Somebody else created it in the meantime'),
  'org-vanished': () => t('reason.org-vanished', 'Was created, but is missing'),
  'role-kept': (given) =>
    t('reason.role-kept', 'The account still has a role that only the restore needed: {{message}}', given),
};
