import type { RUN_REASONS } from '../../../pkg/contract/reasons/runs.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** Why something was left out of a backup, comparison or drill. */
export const RUN_TEXTS: Record<keyof typeof RUN_REASONS, Text> = {
  'not-asked-for': () => t('reason.not-asked-for', 'Not asked for'),
  'not-served': () => t('reason.not-served', 'This Grafana does not have it'),
  'deleted-meanwhile': () => t('reason.deleted-meanwhile', 'Deleted while the backup was running'),
  'no-server-admin-here': () =>
    t('reason.no-server-admin-here', 'The service is no server admin: compare it at the command line'),
  'drill-no-accounts': () => t('reason.drill-no-accounts', 'A drill makes no accounts'),
  'drill-one-link': () =>
    t('reason.drill-one-link', 'Its link can be there only once in a Grafana, and a drill publishes nothing'),
  'drill-one-key': () => t('reason.drill-one-key', 'Its key can be there only once in a Grafana'),
  'drill-whole-server': () => t('reason.drill-whole-server', 'It is about the whole Grafana'),
  'drill-flat': () => t('reason.drill-flat', 'Folders do not nest here, so all is in one'),
  'drill-not-in-folder': () => t('reason.drill-not-in-folder', 'It is not part of a drill in a folder'),
  'drill-ended': () => t('reason.drill-ended', 'The drill ended before, because it could not remove what it had made'),
  'drill-without-people': (given) => t('reason.drill-without-people', 'Comes back without people: {{losses}}', given),
  'drill-leftover': (given) =>
    t('reason.drill-leftover', 'The drill could not remove what it had made: {{message}}', given),
};
