import type { Settings } from '../../../../pkg/contract/api/settings.ts';
import type { Status } from '../../../../pkg/contract/api/status.ts';
import { plural, t } from '../../../lib/i18n.ts';
import { isDeployments } from '../owner.ts';

/** Whether nothing is stored yet; a target that cannot be read may hold snapshots. */
export function isBeforeFirstBackup(status: Pick<Status, 'snapshots' | 'target'> | undefined): boolean {
  return status !== undefined && (status.snapshots === 0 || !status.target.configured);
}

/**
 * What to know before keys are changed: encryption is chosen with the first backup into a target. Undefined where it is
 * chosen already, and while it is not known what is stored.
 */
export function encryptionNotice(
  status: Pick<Status, 'snapshots' | 'target'> | undefined,
  { values, owners }: Pick<Settings, 'values' | 'owners'>,
): { title: string; text: string } | undefined {
  if (isBeforeFirstBackup(status)) {
    const isChosen = values.encryption.recipients.length > 0 || isDeployments(owners['encryption.recipients']);
    return isChosen
      ? undefined
      : {
          title: t('encryption.when', 'Choose encryption before the first backup'),
          text: t('encryption.whenText', 'Encryption applies only to new data.'),
        };
  }
  const snapshots = status?.snapshots;
  if (snapshots === undefined) {
    return undefined;
  }
  if (status?.target.encrypted === true) {
    return {
      title: t('encryption.on', 'New snapshots are encrypted'),
      text: t(
        'encryption.onText',
        'Adding or removing a key affects only new backups. For existing encrypted backups, use the command line: {{command}}. Unencrypted data stays unencrypted.',
        { command: 'dashkeep repair --rewrap' },
      ),
    };
  }
  return {
    title: plural(
      'encryption.off',
      snapshots,
      'The existing snapshot is not encrypted',
      'The {{number}} existing snapshots are not encrypted',
    ),
    text: t(
      'encryption.offText',
      'Encryption applies only to new data. To encrypt everything, first choose an empty directory or bucket as the target.',
    ),
  };
}
