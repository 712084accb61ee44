/** Why a backup, comparison, verification or restore test left something out. */
export const RUN_REASONS = {
  'no-run': 'this run does not exist',
  'not-asked-for': 'not selected',
  'deleted-meanwhile': 'deleted while the backup was running',
  'listed-not-found': 'Grafana lists it, but responds that it does not exist',
  'permissions-missing': 'Grafana returned no permissions, although the resource exists',
  'temporary-copy': 'temporary, and removed by Dashkeep',

  'webhook-silent': 'the webhook did not respond ({cause})',
  'webhook-refused': 'the webhook responded with status {status}',
  'webhook-redirects': 'the webhook responded with status {status}, and redirects are not followed',
  'mail-silent': 'the mail server did not respond ({cause})',
  'mail-refused': 'the mail server refused the message ({status})',
  'mail-login': 'the mail server refused the user name or password ({status})',
  'mail-no-password': 'the password of {user} for the mail server is missing or cannot be read',
  'mail-untrusted': 'the connection to the mail server could not be secured ({cause})',

  'clock-here-off': 'Dashkeep’s clock differs by {seconds} seconds from those of the target and Grafana',
  'clock-apart-target': 'the clocks of Dashkeep and the target differ by {seconds} seconds',
  'clock-before-newest': 'the newest snapshot, {snapshot}, is dated ahead of Dashkeep’s clock',
  'clock-ignored-later':
    'snapshot {snapshot} is dated ahead of Dashkeep’s clock: without {setting}, backups and retention are refused, and “latest” refers to that snapshot',
  'clock-apart-grafana': 'the clocks of Dashkeep and Grafana differ by {seconds} seconds',
  'recipients-added':
    'these age recipients cannot read some existing objects that new snapshots also use: {recipients}',
  'recipients-replaced':
    'no age recipient could read the key of the earlier snapshots, so everything was stored again; earlier snapshots may need an earlier identity',
  'key-restored':
    'the file with the key of the encrypted repository was missing or changed in the target; it was written again',
  'key-lost':
    'the file with the key of the encrypted repository is missing or changed in the target; the next backup writes it again',
  'changes-uncounted': 'changes since snapshot {snapshot} were not counted: the encryption key was replaced',
  'earlier-unencrypted':
    'earlier snapshots stay unencrypted; to encrypt them too, copy them to a new repository: {command}',
  'snapshot-based-on':
    'only the resources that a restore was about to overwrite were read for this snapshot; the others are from the snapshot of {time}',
  'snapshot-partial': 'the snapshot is partial: some resources are missing from it',
  'process-ended': 'the service was restarted, or its process was killed, during this run',
  'locks-not-renewed': 'object lock could not be renewed, so it may expire for older objects: {message}',
  'lock-too-short':
    '{key} was locked for less than half of the required days, so all locks were renewed; find out who writes to the target',
  'problems-elsewhere': 'problems in other organizations, which their admins can see: {count}',

  'mirror-failed': 'the Git mirror was not updated; the next backup retries: {message}',

  'copy-foreign': 'not copied, because no trusted key signed them ({count}): {snapshots}',
  'copy-different': 'not copied, because the copy has different files with these names ({count}): {snapshots}',
  'copy-newer': 'not copied, because they require a newer Dashkeep ({count}): {snapshots}',
  'copy-damaged': 'not copied, because they are damaged ({count}): {snapshots}',
  'copy-mended': 'objects copied again because they were missing or damaged in the copy: {count}',
  'copy-keeps-shrunk':
    'retention of the copy is paused until someone accepts or reverts the changes that the newest backup reports',
  'copy-keeps-changed': 'retention of the copy is paused, because {target} is not as Dashkeep left it',
  'copy-retention-failed': 'retention of the copy failed: {message}',
  'copy-made-way': 'the copy yielded to another run and continues after it',

  'drill-no-accounts': 'a restore test creates no accounts',
  'drill-one-link': 'its link can exist only once in a Grafana instance, and a restore test publishes nothing',
  'drill-one-key': 'its key can exist only once in a Grafana instance',
  'drill-whole-server': 'belongs to the whole server',
  'drill-flat': 'this Grafana instance does not support nested folders, so the restore test used one folder',
  'drill-not-in-folder': 'not part of a restore test in a folder',
  'drill-ended': 'the restore test stopped early, because it could not clean up',
  'drill-without-people': 'restored without users and teams: {losses}',
  'drill-org-left': 'unless a restore test is running, the organization “{name}” is left over from one that was killed',
  'drill-leftover': 'the restore test could not clean up: {message}',
} as const;
