import { t } from './i18n.ts';

/** What a kind of run is called; the name itself where it is one of a later release. */
export function runKindLabel(kind: string): string {
  const labels: Record<string, string> = {
    backup: t('run.backup', 'Backup'),
    restore: t('run.restore', 'Restore'),
    verify: t('run.verify', 'Verification'),
    forget: t('run.forget', 'Retention'),
    prune: t('run.prune', 'Prune'),
    repair: t('run.repair', 'Repair'),
    copy: t('run.copy', 'Second copy'),
    import: t('run.import', 'Import'),
    drill: t('run.drill', 'Restore test'),
  };
  return labels[kind] ?? kind;
}
