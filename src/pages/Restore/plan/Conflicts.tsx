import '../../../lib/catalogue/restoreReasons.ts';
import { Alert, Button, Stack } from '@grafana/ui';
import { useNavigate } from 'react-router';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import { isChangedSince, isConflict } from '../../../../pkg/contract/reasons/restore/plan.ts';
import { ServiceNotice } from '../../../components/problems/ServiceNotice.tsx';
import { usePlanRestore } from '../../../data/useRestores.ts';
import { usePlanItems } from '../../../data/lists/useRestoreLists.ts';
import { reasonText } from '../../../lib/catalogue/reasons.ts';
import { plural, t } from '../../../lib/i18n.ts';
import { kindLabel } from '../../../lib/kinds.ts';
import { routes } from '../../../lib/routes.ts';

const SHOWN = 8;

/**
 * Conflicts of a promotion: resources that changed in the other Grafana since the last run. Of an undo, what it keeps
 * because someone changed it since.
 */
export function Conflicts({ plan: { id, snapshot, options, undoes } }: { plan: RestorePlan }) {
  const { to } = options;
  const isUndo = undoes !== undefined;
  const { items, hasMore } = usePlanItems(id, { action: 'skip' }, isUndo || to?.promote === true);
  const plan = usePlanRestore();
  const navigate = useNavigate();
  const found = items.filter(isUndo ? isChangedSince : isConflict);
  if ((to === undefined && !isUndo) || found.length === 0) {
    return null;
  }
  const overwrite = () => {
    const resources = found.map(({ org, kind, uid }) => ({ org, kind, uid }));
    const { promote: _, ...others } = to ?? { connection: '' };
    plan.mutate(
      { snapshot, selection: { type: 'resources', resources }, options: { ...options, overwrite: true, to: others } },
      { onSuccess: (made) => void navigate(routes.restorePlan(made.id)) },
    );
  };
  return (
    <Alert
      severity="warning"
      bottomSpacing={0}
      title={
        isUndo
          ? t('conflicts.kept', 'The undo keeps these resources as they are')
          : hasMore
            ? t('conflicts.some', 'Conflicts: some resources are not changed')
            : plural(
                'conflicts.title',
                found.length,
                '{{number}} conflict: this resource is not changed',
                '{{number}} conflicts: these resources are not changed',
              )
      }
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        {[...new Set(found.map(reasonText))].map((reason) => (
          <span key={reason}>
            {t('conflicts.because', '{{reason}}: {{names}}', {
              reason,
              names: namesOf(found.filter((item) => reasonText(item) === reason)),
            })}
          </span>
        ))}
        {!hasMore && !isUndo && (
          <Button size="sm" variant="secondary" icon="list-ul" disabled={plan.isPending} onClick={overwrite}>
            {t('conflicts.overwrite', 'Plan the overwrite')}
          </Button>
        )}
        {plan.error !== null && <ServiceNotice error={plan.error} />}
      </Stack>
    </Alert>
  );
}

function namesOf(items: readonly PlanItem[]): string {
  const names = items.slice(0, SHOWN).map(({ kind, title, uid }) => `${title || uid} (${kindLabel(kind)})`);
  return names.join(', ') + (items.length > SHOWN ? ', …' : '');
}
