import { type BadgeColor } from '@grafana/ui';
import type { IconName } from '@grafana/data';
import type { Shrunk } from '../../pkg/contract/losses/losses.ts';
import { isMassChange } from '../../pkg/contract/losses/mass-change.ts';
import type { RunSummary } from '../../pkg/contract/api/runs.ts';
import type { RunStatus } from '../../pkg/contract/runs.ts';
import { t } from '../lib/i18n.ts';
import { runKindLabel } from '../lib/runKinds.ts';
import { triggerLabel } from '../lib/runs/triggers.ts';
import { LabelBadge } from './LabelBadge.tsx';

const LOOKS: Record<RunStatus, [color: BadgeColor, icon: IconName]> = {
  queued: ['darkgrey', 'clock-nine'],
  running: ['blue', 'sync'],
  complete: ['green', 'check'],
  partial: ['orange', 'exclamation-triangle'],
  failed: ['red', 'exclamation-circle'],
  cancelled: ['darkgrey', 'times'],
  interrupted: ['orange', 'exclamation-triangle'],
};

export function statusLabel(status: RunStatus): string {
  const labels: Record<RunStatus, string> = {
    queued: t('status.queued', 'Waiting'),
    running: t('status.running', 'Running'),
    complete: t('status.complete', 'Complete'),
    partial: t('status.partial', 'Partial'),
    failed: t('status.failed', 'Failed'),
    cancelled: t('status.cancelled', 'Cancelled'),
    interrupted: t('status.interrupted', 'Interrupted'),
  };
  return labels[status];
}

/** @param shrunk - how much a snapshot differs from the last full one */
export function StatusBadge({ status, shrunk }: { status: RunStatus; shrunk?: Shrunk | undefined }) {
  const [color, icon] = LOOKS[shrunk === undefined ? status : 'failed'];
  const text =
    shrunk === undefined
      ? statusLabel(status)
      : isMassChange(shrunk)
        ? t('status.massChange', 'Mass change')
        : t('status.shrunk', 'Much smaller');
  return <LabelBadge color={color} icon={icon} text={text} />;
}

/** What set it off, and who, where that is known. The label of a run already says that it is an undo. */
export function askedBy({ trigger, by, origin }: { trigger: string; by?: string; origin?: object }): string {
  const label = triggerLabel(origin === undefined ? (trigger === 'undo' ? 'manual' : trigger) : 'import');
  return by === undefined ? label : `${label}, ${by}`;
}

/** The label of a run. The undo of a restore is a restore, too, but is called an undo. */
export function runLabel({ kind, trigger, connection }: Pick<RunSummary, 'kind' | 'trigger' | 'connection'>): string {
  if (connection !== undefined) {
    return trigger === 'undo'
      ? t('send.undone', 'Undo in {{name}}', { name: connection })
      : t('send.run', 'Send to {{name}}', { name: connection });
  }
  return kind === 'restore' && trigger === 'undo' ? triggerLabel(trigger) : runKindLabel(kind);
}
