import type { RUN_REASONS } from '../../../pkg/contract/reasons/runs.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** Why something was left out of a backup, comparison or drill. */
export const RUN_TEXTS: Record<keyof typeof RUN_REASONS, Text> = {
  'not-asked-for': () => t('reason.not-asked-for', 'Not selected'),
  'not-served': () => t('reason.not-served', 'This Grafana does not provide it'),
  'deleted-meanwhile': () => t('reason.deleted-meanwhile', 'Deleted while the backup was running'),
  'temporary-copy': () => t('reason.temporary-copy', 'A temporary copy by Dashkeep, which the service removes'),
  'webhook-silent': (given) => t('reason.webhook-silent', 'The webhook did not respond ({{cause}})', given),
  'webhook-refused': (given) =>
    t('reason.webhook-refused', 'The webhook responded with status {{status}} and did not accept the message', given),
  'clock-here-off': (given) =>
    t(
      'reason.clock-here-off',
      'The clock of the service differs by {{seconds}} seconds from those of the target and of Grafana',
      given,
    ),
  'clock-apart-target': (given) =>
    t('reason.clock-apart-target', 'The clocks of the service and of the target differ by {{seconds}} seconds', given),
  'clock-apart-grafana': (given) =>
    t('reason.clock-apart-grafana', 'The clocks of the service and of Grafana differ by {{seconds}} seconds', given),
  'snapshot-based-on': (given) =>
    t(
      'reason.snapshot-based-on',
      'This snapshot only read what a restore was about to overwrite. Everything else in it is as in the snapshot of {{time}}',
      given,
    ),
  'snapshot-partial': () => t('reason.snapshot-partial', 'The snapshot is partial: some resources are missing from it'),
  'process-ended': () =>
    t('reason.process-ended', 'The service was restarted, or its process was killed, while this was running'),
  'locks-not-renewed': (given) =>
    t(
      'reason.locks-not-renewed',
      'Object lock could not be renewed, so older objects may become deletable: {{message}}',
      given,
    ),
  'lock-too-short': (given) =>
    t(
      'reason.lock-too-short',
      '{{key}} was locked for less than half of the days that object lock asks for, so all locks were renewed. Find out who writes to the target.',
      given,
    ),
  'problems-elsewhere': (given) =>
    t('reason.problems-elsewhere', 'Problems in other organizations, which their admins can see: {{count}}', given),
  'drill-no-accounts': () => t('reason.drill-no-accounts', 'A drill creates no accounts'),
  'drill-one-link': () =>
    t('reason.drill-one-link', 'Its link can exist only once in a Grafana, and a drill publishes nothing'),
  'drill-one-key': () => t('reason.drill-one-key', 'Its key can exist only once in a Grafana'),
  'drill-whole-server': () => t('reason.drill-whole-server', 'Belongs to the whole server'),
  'drill-flat': () => t('reason.drill-flat', 'This Grafana has no nested folders, so the drill used one folder'),
  'drill-not-in-folder': () => t('reason.drill-not-in-folder', 'Not part of a drill in a folder'),
  'drill-ended': () =>
    t('reason.drill-ended', 'The drill stopped early, because it could not remove what it had created'),
  'drill-without-people': (given) =>
    t('reason.drill-without-people', 'Restored without users and teams: {{losses}}', given),
  'drill-leftover': (given) =>
    t('reason.drill-leftover', 'The drill could not remove what it had created: {{message}}', given),
};
