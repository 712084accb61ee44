import { Alert, LinkButton, Stack } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { useRun } from '../../../data/useRuns.ts';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';
import { UndoButton } from '../../Run/UndoButton.tsx';

/** Says that an undo keeps what an earlier run of the same restore changed before it ended early. */
export function EarlierPart({ plan: { undoes, state } }: { plan: Pick<RestorePlan, 'undoes' | 'state'> }) {
  const earlier = useRun(undoes).data?.finishes;
  return (
    earlier !== undefined && (
      <Alert severity="warning" title={t('undo.part', 'This undo covers only part of the changes')}>
        <Stack direction="column" gap={1} alignItems="flex-start">
          {t(
            'undo.partText',
            'A later run completed an earlier one. This undo covers only the later run. To undo everything, undo the earlier run afterwards.',
          )}
          <Stack gap={1} wrap="wrap">
            {state === 'applied' && (
              <UndoButton run={{ id: earlier }}>{t('undo.partUndo', 'Undo the earlier run')}</UndoButton>
            )}
            <LinkButton variant="secondary" href={routes.run(earlier)}>
              {t('undo.partOpen', 'Open the earlier run')}
            </LinkButton>
          </Stack>
        </Stack>
      </Alert>
    )
  );
}
