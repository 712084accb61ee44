import { t } from '../i18n.ts';

/** Who set it off, in a word. */
export function triggerLabel(trigger: string): string {
  const labels: Record<string, string> = {
    manual: t('trigger.manual', 'Manual'),
    // Also the first backup, a late one, and copies after backups.
    scheduled: t('trigger.automatic', 'Automatic'),
    'catch-up': t('trigger.automatic', 'Automatic'),
    safety: t('trigger.safety', 'Before a restore'),
    drill: t('trigger.drill', 'Restore test'),
    undo: t('trigger.undo', 'Undo'),
    import: t('trigger.import', 'Import'),
  };
  return labels[trigger] ?? trigger;
}
