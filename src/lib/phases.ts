import { t } from './i18n.ts';

/** What something is doing now; the name itself where it is another one. */
export function phaseLabel(phase: string): string {
  const labels: Record<string, string> = {
    starting: t('phase.starting', 'Starting'),
    saving: t('phase.saving', 'Saving the current state'),
    restoring: t('phase.restoring', 'Restoring and checking'),
    undoing: t('phase.undoing', 'Undoing and checking'),
    reading: t('phase.reading', 'Listing and reading'),
    permissions: t('phase.permissions', 'Reading permissions'),
    checking: t('phase.checking', 'Checking stored objects'),
    publishing: t('phase.publishing', 'Storing the snapshot'),
    comparing: t('phase.comparing', 'Comparing with Grafana'),
    planning: t('phase.planning', 'Comparing the selection with Grafana'),
    'copying snapshots': t('phase.copying', 'Copying snapshots'),
    'verifying manifests': t('phase.verifyingManifests', 'Checking snapshots'),
    'verifying data': t('phase.verifyingData', 'Reading back objects'),
    waiting: t('phase.waiting', 'Waiting for another comparison to end'),
    'waiting for Grafana': t('phase.waitingForGrafana', 'Waiting for Grafana'),
  };
  return labels[phase] ?? phase;
}
