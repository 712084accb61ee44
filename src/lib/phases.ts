import type { Progress } from '../../pkg/contract/runs.ts';
import { formatDuration } from './format.ts';
import { t } from './i18n.ts';

/** What the measured time left is multiplied by: work is not even. */
const MARGIN = 1.25;

/**
 * In how much time it ends: as measured in the last step, before that as earlier runs suggest, or else that of the
 * current step. Undefined while nothing is known.
 */
export function timeLeft({ endsWithin, secondsLeft, step }: Progress): string | undefined {
  const isLast = step === undefined || step.number === step.of;
  const measured = step === undefined ? secondsLeft : step.secondsLeft;
  const whole = (isLast && measured) || endsWithin;
  const seconds = (whole || measured || 0) * MARGIN;
  if (seconds === 0) {
    return undefined;
  }
  const unit = seconds > 50 ? 60 : 10;
  const time = formatDuration(Math.ceil(seconds / unit) * unit * 1000);
  return whole
    ? t('progress.left', 'less than {{time}} left', { time })
    : t('progress.stepLeft', 'less than {{time}} left in this step', { time });
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
