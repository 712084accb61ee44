import type { FILES_ADVICE } from '../../../../pkg/contract/reasons/advice/files.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about a file that cannot be read or written. */
export const FILES_ADVICE_TEXTS: Record<keyof typeof FILES_ADVICE, Text> = {
  'check-path': () =>
    t(
      'reason.check-path',
      'There is no such file. Check the path. In a cluster, check that the Secret exists and has this key.',
    ),
  'allow-reading': () => t('reason.allow-reading', 'Allow the user of the service to read it.'),
  'name-file': () => t('reason.name-file', 'This is a directory. Name a file in it.'),
  'free-space': () => t('reason.free-space', 'The disk is full. Free space there, or use a larger volume.'),
  'set-state-directory': () =>
    t('reason.set-state-directory', 'Give the service a state directory that it may write to.'),
};
