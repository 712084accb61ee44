/** Why a backup, comparison, verification or drill left something out. */
export const RUN_REASONS = {
  'not-asked-for': 'not asked for',
  'not-served': 'not served by this Grafana',
  'deleted-meanwhile': 'deleted while the backup was running',
  'temporary-copy': 'a temporary copy by Dashkeep, which the service removes',

  'webhook-silent': 'the webhook does not respond ({cause})',
  'webhook-refused': 'the webhook returned {status}',

  'clock-here-off': 'the clock of this machine differs by {seconds} s from those of the target and of Grafana',
  'clock-apart-target': 'the clocks of this machine and of the target differ by {seconds} s',
  'clock-apart-grafana': 'the clocks of this machine and of Grafana differ by {seconds} s',
  'snapshot-based-on':
    'This snapshot only read what a restore was about to overwrite. Everything else in it is as in the snapshot of {time}.',
  'snapshot-partial': 'The snapshot is partial: some resources are missing from it.',
  'process-ended': 'the service was restarted, or its process was killed, while this was running',
  'locks-not-renewed': 'Object lock could not be renewed, so older objects may become deletable: {message}',
  'lock-too-short':
    '{key} was locked for less than half of the days that object lock asks for, so all locks were renewed. Find out who writes to the target.',
  'problems-elsewhere': '{count} problems concern other organizations. Their admins can see them',

  'drill-no-accounts': 'a drill makes no accounts',
  'drill-one-link': 'its link can be there only once in a Grafana, and a drill publishes nothing',
  'drill-one-key': 'its key can be there only once in a Grafana',
  'drill-whole-server': '{plural} are about the whole Grafana',
  'drill-flat': 'folders do not nest here, so everything is in one',
  'drill-not-in-folder': 'is not part of a drill in a folder',
  'drill-ended': 'the drill ended before, because it could not remove what it had made',
  'drill-without-people': 'comes back without people: {losses}',
  'drill-leftover': '{message}',
} as const;
