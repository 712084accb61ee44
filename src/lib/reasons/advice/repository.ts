import type { REPOSITORY_ADVICE } from '../../../../pkg/contract/reasons/advice/repository.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of the repository. */
export const REPOSITORY_ADVICE_TEXTS: Record<keyof typeof REPOSITORY_ADVICE, Text> = {
  'same-recipients': () =>
    t(
      'reason.same-recipients',
      'Set the recipients of the earlier backups. To change them, also set an identity that reads the repository.',
    ),
  'accept-repository': (given) =>
    t(
      'reason.accept-repository',
      'Find out who changed the target, and restore it from the versions of the bucket. If the change was intended, accept it with this command: {{command}}',
      given,
    ),
  'accept-format': (given) =>
    t(
      'reason.accept-format',
      'If a newer Dashkeep upgraded it, upgrade this one. Otherwise find out who overwrote it. The snapshots are not affected. This command writes the configuration again: {{command}}',
      given,
    ),
  'name-repository': (given) =>
    t('reason.name-repository', 'Compare it with the ID that you expect. To accept it: {{command}}', given),
  'look-up-fingerprint': (given) =>
    t(
      'reason.look-up-fingerprint',
      'This command shows the fingerprints of the keys that signed snapshots: {{command}}',
      given,
    ),
  'restore-key-entry': () =>
    t(
      'reason.restore-key-entry',
      'Restore it from a copy. Otherwise the service creates a new key, and earlier snapshots are foreign until you trust their key.',
    ),
  'restore-target-entry': () =>
    t(
      'reason.restore-target-entry',
      'Restore it from a copy. Or delete it: then what the repository says of itself is remembered from now on.',
    ),
  'rotate-key-first': (given) => t('reason.rotate-key-first', 'Create another key first: {{command}}', given),
  'remove-trusted-key': () => t('reason.remove-trusted-key', 'The deployment trusts it. Remove it there, then retry.'),
  'confirm-foreign': (given) =>
    t('reason.confirm-foreign', 'Check what it would write, then confirm it with {{id}}.', given),
  'compare-fingerprint': (given) =>
    t(
      'reason.compare-fingerprint',
      'Compare the fingerprint with the one that you wrote down, or that this command prints on the machine that makes the backups: {{command}}. If it is the same, trust the key {{signer}}.',
      given,
    ),
  'trust-signer': (given) =>
    t(
      'reason.trust-signer',
      'If that key is yours, run this command: {{trust}}. To restore only this snapshot, use the command line: {{command}}',
      given,
    ),
  'accept-unsigned': (given) =>
    t(
      'reason.accept-unsigned',
      'Anyone with access to the target may have written it. To restore it anyway, use the command line: {{command}}',
      given,
    ),
  'give-memory': () =>
    t(
      'reason.give-memory',
      'Dashkeep writes nothing that is so large for the memory of the service. It is damaged or foreign. If not, give the service more memory.',
    ),
  'confirm-snapshot': (given) => t('reason.confirm-snapshot', 'Confirm it with {{id}}.', given),
  'remove-misdated': (given) =>
    t('reason.remove-misdated', 'It does not count until then. To remove it: {{command}}', given),
  'set-clock-or-ignore': (given) =>
    t(
      'reason.set-clock-or-ignore',
      'Set the clock that is wrong with NTP. To back up nevertheless, set {{setting}} for the service.',
      given,
    ),
  'back-up-first': () =>
    t('reason.back-up-first', 'Make another backup first, or allow the removal of the newest snapshot.'),
  'lengthen-id': () => t('reason.lengthen-id', 'Enter more of the ID.'),
  'look-up-signers': (given) =>
    t(
      'reason.look-up-signers',
      'This command shows who signed them: {{command}}. This one trusts a key: {{trust}}',
      given,
    ),
  'set-retention': () => t('reason.set-retention', 'Set at least one retention rule.'),
  'give-trusted-key': () =>
    t(
      'reason.give-trusted-key',
      'Trust the fingerprint that you wrote down in the deployment, or repair it on the machine that makes the backups.',
    ),
  'repair-configuration': (given) =>
    t(
      'reason.repair-configuration',
      'The snapshots are not affected. This command writes the file again: {{command}}',
      given,
    ),
  'confirm-large-prune': () =>
    t('reason.confirm-large-prune', 'Do a dry run and check what would be removed. Then confirm it.'),
  'find-unreadable': () =>
    t(
      'reason.find-unreadable',
      'Verify the stored data to see which one. Repair or delete that snapshot, or enter the private key that decrypts it.',
    ),
  'restore-manifest': (given) =>
    t(
      'reason.restore-manifest',
      'Find out who changed the target, and restore the manifest {{id}} and its signature from the versions of the bucket. If it is gone for good, delete that snapshot. If it is yours, trust its key.',
      given,
    ),
  'restore-listed': () =>
    t(
      'reason.restore-listed',
      'Someone may have changed them. Restore them from the versions of the bucket, or delete those snapshots, then retry.',
    ),
  'restore-list': (given) =>
    t(
      'reason.restore-list',
      'Trust the key that signed it, or restore the file from the versions of the bucket. If it is not yours, delete {{file}}, then retry.',
      given,
    ),
  'wait-for-run': (given) =>
    t(
      'reason.wait-for-run',
      'Nothing was removed. Try again when that run has ended. If its process has crashed, try again in {{minutes}} min.',
      given,
    ),
  'wait-for-unsigned-run': (given) =>
    t(
      'reason.wait-for-unsigned-run',
      'Nothing was removed. Try again when that run has ended. If its process has crashed, try again in {{minutes}} min. No trusted key signed that session. If it keeps coming back, find out who writes it.',
      given,
    ),
  'wait-for-restore': (given) =>
    t(
      'reason.wait-for-restore',
      'Nothing was written. Retry when that restore has ended. If its process has crashed, it no longer counts in {{seconds}} s.',
      given,
    ),
  'run-backup-again': () => t('reason.run-backup-again', 'Start the backup again.'),
};
