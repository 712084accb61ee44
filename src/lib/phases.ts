import type { Progress } from '../../pkg/contract/runs.ts';
import { formatDuration } from './format.ts';
import { t } from './i18n.ts';

/** In how much time all ends, or that it is not known. Undefined while it waits, and with an `endsWithin` of 0. */
export function timeLeft({ phase, endsWithin }: Progress): string | undefined {
  if (endsWithin === 0 || phase.startsWith('waiting')) {
    return undefined;
  }
  if (endsWithin === undefined) {
    return t('progress.noTime', 'time left still unknown');
  }
  const unit = endsWithin > 50 ? 60 : 10;
  const time = formatDuration(Math.ceil(endsWithin / unit) * unit * 1000);
  return t('progress.left', 'less than {{time}} left', { time });
}

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
