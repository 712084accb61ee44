import { Alert, Button, Stack } from '@grafana/ui';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { usePlanItems } from '../../data/lists/useRestoreLists.ts';
import { t } from '../../lib/i18n.ts';
import { isLeftAsDiffering } from '../../lib/catalogue/reasons.ts';

interface Props {
  plan: RestorePlan;
  busy: boolean;
  onOverwrite: () => void;
}

/** Says that what exists and differs is left alone, and offers to overwrite it; nothing is added unasked. */
export function Leftovers({ plan, busy, onOverwrite }: Props) {
  const { counts, options } = plan;
  const left = counts.skip ?? 0;
  const { items } = usePlanItems(plan.id, { action: 'skip' });
  const differ = items.some(isLeftAsDiffering);
  if (left === 0 || options.overwrite === true || options.copy !== undefined || !differ) {
    return null;
  }
  return (
    <Alert
      severity="info"
      bottomSpacing={0}
      title={t('leftovers.title', 'Existing resources that differ are not changed')}
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        <span>
          {options.to === undefined
            ? t('leftovers.text', 'Only missing resources are restored. Existing ones that differ are listed below.')
            : t('send.leftovers', 'Only missing resources are sent. Existing ones that differ are listed below.')}
        </span>
        <Button size="sm" variant="secondary" icon="pen" disabled={busy} onClick={onOverwrite}>
          {t('leftovers.overwrite', 'Overwrite these too')}
        </Button>
      </Stack>
    </Alert>
  );
}
