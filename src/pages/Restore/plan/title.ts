import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { plural, t } from '../../../lib/i18n.ts';

/** The title of a plan's page in each state. */
export function titleOf({ state, undoes, options, outcomes = {} }: RestorePlan): string {
  const name = options.to?.connection ?? '';
  const isWhole = (outcomes.failed ?? 0) + (outcomes.differs ?? 0) === 0;
  const titles: Record<RestorePlan['state'], string> = {
    planning: t('plan.planning', 'Planning'),
    expired: t('plan.title', 'Restore'),
    ...(undoes !== undefined
      ? {
          planned: name === '' ? t('plan.undo', 'Undo plan') : t('send.undoPlan', 'Undo plan for {{name}}', { name }),
          applying: t('plan.undoing', 'Undoing'),
          applied: isWhole ? t('plan.undone', 'Undone') : t('plan.undonePart', 'Partly undone'),
          failed: t('plan.undoFailed', 'The undo did not finish'),
        }
      : name !== ''
        ? {
            planned: t('send.planned', 'Plan for {{name}}', { name }),
            applying: t('send.applying', 'Sending to {{name}}', { name }),
            applied: isWhole
              ? t('send.applied', 'Sent to {{name}}', { name })
              : t('send.appliedPart', 'Partly sent to {{name}}', { name }),
            failed: t('send.failed', 'Sending to {{name}} did not finish', { name }),
          }
        : {
            planned: t('plan.planned', 'Restore plan'),
            applying: t('plan.applying', 'Restoring'),
            applied: isWhole ? t('plan.applied', 'Restored') : t('plan.appliedPart', 'Partly restored'),
            failed: t('plan.failed', 'The restore did not finish'),
          }),
  };
  return titles[state];
}

/** How many resources a plan leaves as they are although they were selected. */
export function skippedText(count: number): string {
  return plural('apply.skipped', count, '{{number}} skipped', '{{number}} skipped');
}
