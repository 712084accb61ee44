/** What to do about an error of the repository. */
export const REPOSITORY_ADVICE = {
  'same-recipients':
    'Set DASHKEEP_AGE_RECIPIENTS to the recipients of the earlier backups. To change them, also set an identity that reads the repository (DASHKEEP_AGE_IDENTITY_FILE).',
  'accept-repository':
    'Find out who changed the target, and restore it from the versions of the bucket. If the change was intended, accept it: {command}',
  'accept-format':
    'If a newer Dashkeep upgraded it, upgrade this one. Otherwise find out who overwrote it. The snapshots are not affected; to write the configuration again: {command}',
  'name-repository': 'Compare it with the id that you expect. To accept it: {command}',
  'look-up-fingerprint': '`{command}` shows the fingerprints of the keys that signed snapshots.',
  'restore-key-entry':
    'Restore it from a copy. Otherwise a new key is made, and earlier snapshots are foreign until you trust their key.',
  'restore-target-entry':
    'Restore it from a copy. Or delete it: then what the repository says of itself is remembered from now on.',
  'rotate-key-first': 'Make another key first: {command}',
  'remove-trusted-key': 'Remove it from DASHKEEP_TRUSTED_KEYS (in the chart signing.trustedKeys), then retry.',
  'confirm-foreign': 'Add --confirm {id} after you have checked what it would write.',
  'compare-fingerprint':
    'Compare the fingerprint with the one that you wrote down, or that `{command}` prints on the machine that makes the backups. If it is the same, add --trust {signer}',
  'trust-signer': 'If that key is yours: {trust}. To restore this one alone: {command}',
  'accept-unsigned': 'Anyone with access to the target may have written it. To restore it anyway: {command}',
  'give-memory':
    'Nothing that Dashkeep writes is that large for this heap: it is damaged or foreign. If not, give Node more memory (NODE_OPTIONS=--max-old-space-size=<MiB>).',
  'confirm-snapshot': 'Confirm it with --confirm {id}.',
  'remove-misdated': 'It does not count until then. To remove it: {command}',
  'set-clock-or-ignore': 'Set the clock that is wrong, with NTP. To back up nevertheless, set {setting}.',
  'back-up-first': 'Make another backup first, or allow removing the newest.',
  'lengthen-id': 'Give more of the id.',
  'look-up-signers': '`{command}` shows who signed them; `{trust}` trusts a key.',
  'set-retention':
    'Give at least one of --keep-last, --keep-hourly, --keep-daily, --keep-weekly, --keep-monthly, --keep-yearly, --keep-within.',
  'give-trusted-key':
    'Set DASHKEEP_TRUSTED_KEYS to the fingerprint that you wrote down, or run this on the machine that makes the backups.',
  'repair-configuration': 'Run `{command}` to write the file again. The snapshots are not affected.',
  'confirm-large-prune': 'Look at the plan (--dry-run), then confirm it with --remove-most-objects.',
  'find-unreadable':
    'Run `{command}` to see which one. Repair or delete that snapshot, or set the identity that decrypts it.',
  'restore-manifest':
    'Find out who changed the target, and restore the manifest {id} and its signature from the versions of the bucket. If it is gone for good: {command}. If it is yours, trust its key (`dashkeep trust`).',
  'restore-listed':
    'Someone may have changed them. Restore them from the versions of the bucket, or delete those snapshots, then retry.',
  'restore-list':
    'Trust the key that signed it, or restore the file from the versions of the bucket. If it is not yours, delete {file}, then retry.',
  'wait-for-run':
    'Nothing was removed. Retry when that run has ended. If its process has crashed, retry in {wait}: it no longer counts then.',
  'wait-for-unsigned-run':
    'Nothing was removed. Retry when that run has ended. If its process has crashed, retry in {wait}: it no longer counts then. No trusted key signed that session: if it keeps coming back, find out who writes it.',
  'wait-for-restore':
    'Nothing was written. Retry when that restore has ended. If its process has crashed, it no longer counts in {seconds} s.',
  'run-backup-again': 'Run the backup again.',
} as const;
