import { Alert, Button, Stack } from '@grafana/ui';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';

interface Props {
  plan: RestorePlan;
  busy: boolean;
  onInclude: () => void;
}

const SHOWN = 8;

/** What the chosen resources need or are linked to, and what is missing live; offered, never added unasked. */
export function Dependencies({ plan, busy, onInclude }: Props) {
  const { dependencies } = plan;
  if (dependencies.length === 0) {
    return null;
  }
  const names = dependencies.slice(0, SHOWN).map(({ kind, title, uid }) => `${title || uid} (${kindLabel(kind)})`);
  return (
    <Alert
      severity="warning"
      bottomSpacing={0}
      title={plural(
        'dependencies.title',
        dependencies.length,
        '{{number}} related resource is missing',
        '{{number}} related resources are missing',
      )}
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        {plan.options.to !== undefined && (
          <span>{t('send.orReplace', 'Send them too, or choose replacements below.')}</span>
        )}
        <span>{names.join(', ') + (dependencies.length > SHOWN ? ', …' : '')}</span>
        <Button size="sm" variant="secondary" icon="plus" disabled={busy} onClick={onInclude}>
          {plan.options.to === undefined
            ? t('dependencies.include', 'Restore them too')
            : t('send.include', 'Send them too')}
        </Button>
      </Stack>
    </Alert>
  );
}
