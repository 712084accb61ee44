import type { Text } from '../../texts.ts';

/** What to do about an error of the repository, or about a backup that lacks something. */
export const REPOSITORY_ADVICE = {
  'find-remover':
    'Find out who removed or changed the files in keys/. Without them, backups cannot be restored with the age identity alone.',
  'same-recipients': {
    cli: 'Set DASHKEEP_AGE_RECIPIENTS to the recipients of the earlier backups. To change them, also set an identity that can read the repository (DASHKEEP_AGE_IDENTITY_FILE).',
    page: 'Set the recipients of the earlier backups. To change them, also set an identity that can read the repository.',
  },
  'remove-twin':
    'Someone who can write to the bucket copied the repository to {target}. Find out who did this, and delete dashkeep.json there. If you moved the repository yourself, set the target to this address, then run: {command}',
  'accept-repository':
    'Find out who changed the target, and restore it from earlier versions in the bucket. If the change was intended, accept it: {command}',
  'accept-directory':
    'Check whether the directory’s file system is mounted. If it is, find out who changed the directory, and restore it from a copy. If the change was intended, accept it: {command}',
  'accept-format':
    'If a newer Dashkeep upgraded the repository, upgrade this installation. Otherwise, find out who overwrote its configuration. The snapshots are not affected. To rewrite the configuration: {command}',
  'name-repository': 'Compare the ID of the repository with the expected one. To accept the repository: {command}',
  'look-up-fingerprint': 'This command shows the fingerprints of the keys that signed snapshots: {command}',
  'restore-key-entry':
    'Restore the entry from a copy. Otherwise, Dashkeep creates a new key, and earlier snapshots are untrusted until you trust their key.',
  'restore-target-entry':
    'Restore the entry from a copy. If you delete the entry, Dashkeep accepts the repository as it is now.',
  'rotate-key-first': 'Create another key first: {command}',
  'remove-trusted-key': {
    cli: 'Remove the key from DASHKEEP_TRUSTED_KEYS (in the chart: signing.trustedKeys), then retry.',
    page: 'The deployment trusts this key. Remove it there, then retry.',
  },
  'confirm-foreign': {
    cli: 'Check the plan, then add --confirm {id}.',
    page: 'Check the plan, then confirm it with {id}.',
  },
  'compare-fingerprint': {
    cli: 'Compare the fingerprint with the one that you wrote down, or with the output of `{command}` on the machine that creates the backups. If they match, add --trust {signer}.',
    page: 'Compare the fingerprint with the one that you wrote down, or with the output of this command on the machine that creates the backups: {command}. If they match, trust the key {signer}.',
  },
  'trust-signer':
    'If that key is yours, trust it where the service runs: {trust}. To restore only this snapshot: {command}',
  'trust-key-signer': {
    cli: 'Anyone who can write to the target can sign the repository’s key. If you wrote down this fingerprint, trust it: {trust}. To restore without trusting it, add --no-safety-snapshot.',
    page: 'Anyone who can write to the target can sign the repository’s key. If you wrote down this fingerprint, trust it: {trust}',
  },
  'trust-or-remove':
    'These snapshots do not count as backups, and a restore refuses them. If the key is yours, trust it where the service runs: {trust}. If someone else wrote the snapshots, delete them. List the keys: {command}',
  'restore-signed':
    'Someone may have changed the target. Restore the manifest and its signature from earlier versions in the bucket, then run {command}. Or use an older snapshot by its ID.',
  'accept-unsigned':
    'Anyone with access to the target may have changed the snapshot. Restore its files from earlier versions in the bucket, or restore the snapshot anyway: {command}',
  'give-memory': {
    cli: 'It is larger than anything that Dashkeep writes at this memory size, so it may be damaged or forged. If it is not, give Node.js more memory (NODE_OPTIONS=--max-old-space-size=<MiB>).',
    page: 'It is larger than anything that Dashkeep writes at this memory size, so it may be damaged or forged. If it is not, give the service more memory.',
  },
  'correct-identity': {
    cli: 'Set DASHKEEP_AGE_IDENTITY_FILE to the matching identity.',
    page: 'Enter the matching private key in the settings.',
  },
  'correct-passphrase': {
    cli: 'Check DASHKEEP_AGE_PASSPHRASE, or the file that DASHKEEP_AGE_PASSPHRASE_FILE names.',
    page: 'Check the passphrase in the deployment.',
  },
  rewrap: 'With an identity that can read the existing snapshots, run {command}.',
  'confirm-snapshot': { cli: 'Confirm it with --confirm {id}.', page: 'Confirm it with {id}.' },
  'remove-misdated': 'The snapshot does not count as a backup until that date. To remove it: {command}',
  'correct-or-remove-misdated':
    'If Dashkeep’s clock is behind, correct it with NTP. If the clock is correct, remove that snapshot: {command}',
  'keep-date-header': 'Check whether a proxy in front of the storage removes the Date header.',
  'set-clock-or-ignore': 'Correct the wrong clock with NTP. To continue anyway, set {setting}.',
  'correct-clock': 'Correct the wrong clock with NTP.',
  'release-first': 'To remove the snapshot, release it first: {command}',
  'release-unreadable': 'Restore the file from earlier versions in the bucket, or release the snapshot: {command}',
  'back-up-first': {
    cli: 'Create another backup first, or allow the removal of the newest snapshot with --even-newest.',
    page: 'Create another backup first.',
  },
  'lengthen-id': 'Enter more of the ID.',
  'look-up-signers': 'To see who signed the snapshots: {command}. To trust a key: {trust}',
  'set-retention': {
    cli: 'Set at least one of --keep-last, --keep-hourly, --keep-daily, --keep-weekly, --keep-monthly, --keep-yearly, --keep-within.',
    page: 'Set at least one retention rule.',
  },
  'give-trusted-key': {
    cli: 'Set DASHKEEP_TRUSTED_KEYS to the fingerprint that you wrote down, or run this on the machine that creates the backups.',
    page: 'In the deployment, trust the fingerprint that you wrote down, or repair the repository on the machine that creates the backups.',
  },
  'repair-configuration': 'The snapshots are not affected. To rewrite the file: {command}',
  'confirm-large-prune': {
    cli: 'Check the plan (--dry-run), then confirm it with --remove-most-objects.',
    page: 'Do a dry run and check what would be removed. Then confirm it.',
  },
  'find-unreadable': {
    cli: 'To find the unreadable snapshot, run `{command}`. Repair or delete it, or set the identity that decrypts it.',
    page: 'To find the unreadable snapshot, verify the repository. Repair or delete it, or enter the private key that decrypts it.',
  },
  'upgrade-to-read': 'A newer version wrote that snapshot. Keep it, and upgrade Dashkeep.',
  'restore-manifest':
    'Find out who changed the target, and restore the manifest {id} and its signature from earlier versions in the bucket. If the manifest is yours, trust its key. If it is lost, delete that snapshot: {command}',
  'restore-listed':
    'Someone may have changed these files. Restore them from earlier versions in the bucket, or delete their snapshots, then retry.',
  'restore-list':
    'Trust the key that signed the list, or restore the file from earlier versions in the bucket. If the list is not yours, delete {file}, then retry.',
  'wait-for-run': 'Retry when that run has ended. If its process has crashed, retry in {minutes} min.',
  'wait-for-unsigned-run':
    'Retry when that run has ended. If its process has crashed, retry in {minutes} min. No trusted key signed that session: if it keeps reappearing, find out who writes it.',
  'wait-for-restore':
    'Nothing was written. Retry when that restore has ended. If its process has crashed, retry in {seconds} s.',
  'wait-for-unsigned-restore':
    'Nothing was written. Retry when that restore has ended. If its process has crashed, retry in {seconds} s. No trusted key signed that session: if it keeps reappearing, find out who writes it.',
  'run-backup-again': 'Run the backup again.',

  'orgs-in-next': 'The next backup includes them.',
  'include-orgs': {
    cli: 'To include these organizations, set DASHKEEP_ORGS=all. To exclude them on purpose, set DASHKEEP_ORGS to the IDs of all others.',
    page: 'In the deployment, select all organizations to include the others, or select only yours to exclude the others on purpose.',
  },
  'include-given-orgs': {
    cli: 'To include them, set DASHKEEP_ORGS={orgs}. To exclude them on purpose, set DASHKEEP_ORGS={own}.',
    page: 'In the deployment, select {orgs} to include the others, or {own} to exclude them on purpose.',
  },
  'confirm-orgs': {
    cli: 'If no other organizations exist, or if you want to exclude them on purpose, set DASHKEEP_ORGS={own}. To include them, set DASHKEEP_ORGS=all, and use the name and password of a server admin (GRAFANA_ADMIN_USER, GRAFANA_ADMIN_PASSWORD) instead of a token.',
    page: 'In the deployment, select {own} if there are no other organizations, or if you want to exclude the others on purpose. To include them, select all organizations, and provide the name and password of a server admin.',
  },
  'include-server-kinds': {
    cli: 'To include these kinds, set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to the name and password of a server admin. If both are set already, remove DASHKEEP_SERVER_KINDS=no or, if that is not set, check the password. To exclude the kinds on purpose, list them in DASHKEEP_EXCLUDE_KINDS.',
    page: 'Some kinds need a server admin: give the service the name and password of one, or exclude these kinds in the settings.',
  },
  'set-server-admin': {
    cli: 'To include them, set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to the name and password of a server admin, instead of the token. To exclude them on purpose, list them in DASHKEEP_EXCLUDE_KINDS.',
    page: 'To include them, give the service the name and password of a server admin.',
  },
  'include-in-connection': {
    cli: 'For users and other organizations, set {connection}_ADMIN_USER, {connection}_ADMIN_PASSWORD and {connection}_ORGS=all instead of the token.',
    page: 'For users and other organizations, give the connection the name and password of a server admin.',
  },
  'put-back': {
    cli: 'To restore only missing resources, run {command}. The command does not restore silences, dashboard snapshots, or annotations that may have expired.',
    page: 'Run {command}.',
  },
  'put-changes-back': {
    cli: 'To restore missing resources and overwrite all changed ones, including intended edits, run {command} and check the plan.',
    page: 'Run {command}.',
  },
  'only-changed': {
    cli: 'The later snapshot contains resources with different content. To overwrite them, add --overwrite.',
    page: 'To restore changed resources, allow overwriting.',
  },
  'put-orgs-back':
    'This command leaves out organizations that no longer exist under their IDs ({orgs}). To restore them as well, run {command} as a server admin.',
  'read-again':
    'Unread resources may still be in Grafana. Correct the causes and back up again: the next backup is compared with the same snapshot.',
  'accept-loss': {
    cli: 'If this was intended, accept it: `{command}`. If not, restore snapshot {since}.',
    page: 'If this was intended, accept it with the button, or with {command}. If not, restore snapshot {since}.',
  },
  'name-by-id': 'Select the snapshot by its ID.',
} as const satisfies Record<string, Text>;
