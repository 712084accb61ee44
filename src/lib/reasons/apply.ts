import type { APPLY_REASONS } from '../../../pkg/contract/reasons/apply.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What became of a resource. */
export const APPLY_TEXTS: Record<keyof typeof APPLY_REASONS, Text> = {
  'as-planned': () => '',
  'other-uid': (given) => t('reason.other-uid', 'Grafana gave it another id: {{uid}}', given),
  'there-anyway': () => t('reason.there-anyway', 'It is there, although Grafana reported a failure'),
  vanished: () => t('reason.vanished', 'It was written and is not there'),
  'differs-now': () => t('reason.differs-now', 'It is there and differs'),
  'changed-since-plan': () => t('reason.changed-since-plan', 'Somebody changed it since the plan was made'),
  'changed-since-plan-kept': () =>
    t('reason.changed-since-plan-kept', 'Somebody changed it since the plan was made; it was left alone'),
  'gone-before': () => t('reason.gone-before', 'It was gone already'),
  'folder-failed': (given) => t('reason.folder-failed', 'Its folder {{title}} could not be restored', given),
  'folder-filled': () => t('reason.folder-filled', 'The folder is not empty; it was left alone'),
  'still-there': () => t('reason.still-there', 'It was deleted and is still there'),
  'org-was-called': (given) => t('reason.org-was-called', 'It was called {{name}}', given),
  'org-made-meanwhile': () => t('reason.org-made-meanwhile', 'Somebody else created it meanwhile'),
  'org-vanished': () => t('reason.org-vanished', 'It was created and is not there'),
  'role-kept': (given) =>
    t('reason.role-kept', 'The account still has a role that only the restore needed: {{message}}', given),
};
