import type { RETENTION_REASONS } from '../../../pkg/contract/reasons/snapshots/retention.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** Why retention keeps a snapshot, or removes it. */
export const RETENTION_TEXTS: Record<keyof typeof RETENTION_REASONS, Text> = {
  'no-rules': () => t('reason.no-rules', 'No rule is set, so all snapshots are kept'),
  'newest-complete': () => t('reason.newest-complete', 'The newest complete snapshot'),
  'kept-by-rule': (given) => t('reason.kept-by-rule', 'Kept by the rule {{rule}}', given),
  'kept-within': (given) => t('reason.kept-within', 'Younger than {{within}}', given),
  'kept-foreign': () => t('reason.kept-foreign', 'No trusted key signed it'),
  'kept-future': () => t('reason.kept-future', 'From the future: dated by a clock that was ahead'),
  'kept-newer-partial': () => t('reason.kept-newer-partial', 'Partial, but newer than any complete one'),
  'kept-newer-shrunk': () => t('reason.kept-newer-shrunk', 'Much smaller than before, but newer than any full one'),
  'kept-to-undo': () => t('reason.kept-to-undo', 'Made before a restore or for a drill, less than a week ago'),
  'undo-time-over': () => t('reason.undo-time-over', 'Made before a restore or for a drill, more than a week ago'),
  'older-partial': () => t('reason.older-partial', 'Partial, and there is a newer complete one'),
  'older-shrunk': () => t('reason.older-shrunk', 'Much smaller than before, and there is a newer full one'),
  'removed-by-id': () => t('reason.removed-by-id', 'Removed by its ID'),
  'kept-by-none': () => t('reason.kept-by-none', 'No rule keeps it'),
};
