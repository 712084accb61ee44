import { t } from '../i18n.ts';

/** Who set it off, in a word. */
export function triggerLabel(trigger: string): string {
  const labels: Record<string, string> = {
    manual: t('trigger.manual', 'Manual'),
    scheduled: t('trigger.scheduled', 'Scheduled'),
    // One that starts late, or the first; its snapshot is one of a schedule like any other.
    'catch-up': t('trigger.scheduled', 'Scheduled'),
    safety: t('trigger.safety', 'Before a restore'),
    drill: t('trigger.drill', 'Restore test'),
    undo: t('trigger.undo', 'Undo'),
    import: t('trigger.import', 'Import'),
  };
  return labels[trigger] ?? trigger;
}
