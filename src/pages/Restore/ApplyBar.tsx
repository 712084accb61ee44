import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Text, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import type { PlanAction, PlanItem } from '../../../pkg/contract/plan.ts';
import { isConflict } from '../../../pkg/contract/reasons/restore/plan.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useApplyRestore } from '../../data/useRestores.ts';
import { usePlanItems } from '../../data/lists/useRestoreLists.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { confirmationOf } from './plan/confirmation.ts';
import { skippedText } from './plan/title.ts';

interface Props {
  plan: RestorePlan;
  busy: boolean;
  /** The item whose difference is shown on the page. */
  shown: PlanItem | undefined;
}

/** Says in one sentence what will happen, and does it. Asks first where it overwrites what nobody has looked at. */
export function ApplyBar({ plan, busy, shown }: Props) {
  const styles = useStyles2(getStyles);
  const apply = useApplyRestore(plan.id);
  const [asking, setAsking] = useState(false);
  const { counts, confirm } = plan;
  const confirmation = confirmationOf(plan, shown);
  const follow = plan.permissions ?? {};
  const own = (action: PlanAction) => (counts[action] ?? 0) - (follow[action] ?? 0);
  const [create, update, gone, unchanged] = [own('create'), own('update'), own('delete'), own('unchanged')];
  const [skip, blocked] = [own('skip'), own('blocked')];
  const parts = [
    create > 0 && plural('apply.create', create, '{{number}} to create', '{{number}} to create'),
    update > 0 && plural('apply.update', update, '{{number}} to overwrite', '{{number}} to overwrite'),
    gone > 0 && plural('apply.delete', gone, '{{number}} to delete', '{{number}} to delete'),
    unchanged > 0 && plural('apply.unchanged', unchanged, '{{number}} unchanged', '{{number}} unchanged'),
    skip > 0 && skippedText(skip),
    blocked > 0 && plural('apply.blockedCount', blocked, '{{number}} blocked', '{{number}} blocked'),
  ].filter((part) => part !== false);
  const writes = create + update + gone;
  const permissions = (follow.create ?? 0) + (follow.delete ?? 0);
  const all = writes + permissions;
  const resources = resourcesText(writes, permissions);
  const { connection: to, promote } = plan.options.to ?? {};
  const skipped = usePlanItems(plan.id, { action: 'skip' }, promote === true).items;
  const button =
    plan.undoes !== undefined
      ? t('apply.undoButton', 'Undo now')
      : to === undefined
        ? t('apply.button', 'Restore now')
        : t('send.button', 'Send now');
  return (
    <section className={styles.bar} aria-label={t('apply.label', 'Summary of the plan')}>
      <div>
        <Text element="h2" variant="h4">
          {writes === 0
            ? blocked > 0 || skipped.some(isConflict)
              ? plan.undoes !== undefined
                ? t('apply.undoBlocked', 'No more changes can be undone')
                : to === undefined
                  ? t('apply.blocked', 'Nothing can be restored yet')
                  : t('send.blocked', 'Nothing can be sent yet')
              : t('apply.nothing', 'Nothing to do')
            : plan.undoes === undefined
              ? to !== undefined
                ? plural(
                    'send.count',
                    all,
                    '{{resources}} will be sent to {{name}}',
                    '{{resources}} will be sent to {{name}}',
                    { resources, name: to },
                  )
                : plural('apply.title', all, '{{resources}} will be restored', '{{resources}} will be restored', {
                    resources,
                  })
              : plural(
                  'apply.undoTitle',
                  all,
                  'Changes to {{resources}} will be undone',
                  'Changes to {{resources}} will be undone',
                  { resources },
                )}
        </Text>
        <Text element="p" color="secondary">
          {parts.join(' · ')}
        </Text>
        {writes > 0 && (
          <Text element="p" color="secondary" variant="bodySmall">
            {t(
              'apply.safety',
              'Dashkeep first creates a snapshot of the current state, so that you can undo this. The plan is valid until {{time}}.',
              {
                time: formatTime(plan.expires),
              },
            )}
          </Text>
        )}
      </div>
      {writes > 0 && (
        <Button
          size="lg"
          icon="history"
          variant={confirmation.by === 'button' ? 'primary' : 'destructive'}
          disabled={busy || apply.isPending}
          onClick={() => (confirmation.by === 'button' ? apply.mutate(confirm) : setAsking(true))}
        >
          {button}
        </Button>
      )}
      {apply.error !== null && !asking && <ServiceNotice error={apply.error} />}
      {asking && (
        <ConfirmDialog
          title={
            to !== undefined
              ? t('send.ask', 'Change resources in {{name}}?', { name: to })
              : plan.security > 0 && gone === 0
                ? t('apply.askSecurity', 'Change access or data destinations?')
                : gone > 0
                  ? update > 0
                    ? t('apply.askDelete', 'Delete and overwrite resources in Grafana?')
                    : t('apply.askDeleteOnly', 'Delete resources in Grafana?')
                  : plan.notFull !== undefined
                    ? t('apply.askNotFull', 'Restore from an incomplete snapshot?')
                    : t('apply.askTitle', 'Overwrite resources in Grafana?')
          }
          phrase={confirmation.by === 'typing' ? confirmation.phrase : undefined}
          phraseIs={gone === 0 ? undefined : namedBy(plan)}
          confirmText={button}
          error={apply.error}
          isPending={apply.isPending}
          onConfirm={() => apply.mutate(confirm, { onSuccess: () => setAsking(false) })}
          onDismiss={() => {
            setAsking(false);
            apply.reset();
          }}
        >
          <Text element="p">
            {writes === 1 && update === 1 && confirm !== undefined && !(plan.security > 0) && plan.notFull === undefined
              ? t('apply.askOne', '“{{title}}” will be overwritten.', { title: confirm })
              : parts.join(' · ')}
          </Text>
          <Text element="p" color="secondary">
            {t('apply.askText', 'Dashkeep first creates a snapshot of the current state, so that you can undo this.')}
          </Text>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** What has to be typed where resources are deleted. */
function namedBy({ security }: RestorePlan): string {
  return security === 0
    ? t('apply.phrase', 'Organization or folder in which resources are deleted:')
    : t(
        'apply.phraseSecurity',
        'Organization or folder in which resources are deleted, and number of changes to access or data destinations:',
      );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(2),
    padding: theme.spacing(2, 3),
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderLeft: `${theme.spacing(0.5)} solid ${theme.colors.primary.main}`,
    borderRadius: theme.shape.radius.default,
  }),
});
