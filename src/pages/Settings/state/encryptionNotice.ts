import type { Status } from '../../../../pkg/contract/api/status.ts';
import { plural, t } from '../../../lib/i18n.ts';

/** Whether nothing is stored yet; a target that cannot be read may hold snapshots. */
export function isBeforeFirstBackup(status: Pick<Status, 'snapshots' | 'target'> | undefined): boolean {
  return status !== undefined && (status.snapshots === 0 || !status.target.configured);
}

/** Whether encryption is still to be chosen: that is done with the first backup into a target. */
export function encryptionNotice(status: Pick<Status, 'snapshots' | 'target'> | undefined): {
  title: string;
  text: string;
} {
  const snapshots = status?.snapshots ?? 0;
  if (snapshots === 0) {
    return {
      title: t('encryption.when', 'Choose encryption before the first backup'),
      text: t('encryption.whenText', 'Encryption applies only to new data.'),
    };
  }
  if (status?.target.encrypted === true) {
    return {
      title: plural(
        'encryption.on',
        snapshots,
        'The {{number}} existing snapshot is encrypted',
        'The {{number}} existing snapshots are encrypted',
      ),
      text: t(
        'encryption.onText',
        'Adding or removing a key affects only new backups. To update existing ones, use the command line: {{command}}.',
        { command: 'dashkeep repair --rewrap' },
      ),
    };
  }
  return {
    title: plural(
      'encryption.off',
      snapshots,
      'The {{number}} existing snapshot is not encrypted',
      'The {{number}} existing snapshots are not encrypted',
    ),
    text: t(
      'encryption.offText',
      'Encryption applies only to new data. To encrypt everything, first choose an empty directory or bucket as the target.',
    ),
  };
}
