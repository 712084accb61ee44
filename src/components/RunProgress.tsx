import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, Text, useStyles2 } from '@grafana/ui';
import { useContext } from 'react';
import type { RunSummary } from '../../pkg/contract/api/runs.ts';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';
import type { Progress } from '../../pkg/contract/runs.ts';
import { OutageContext } from '../data/useOutage.ts';
import { useCancelRun } from '../data/useRuns.ts';
import { formatNumber } from '../lib/format.ts';
import { t } from '../lib/i18n.ts';
import { kindIcon, kindLabel } from '../lib/kinds.ts';
import { explainFailure } from '../lib/problems/failures.ts';
import { runLabel } from './StatusBadge.tsx';
import { amount } from './StepFigures.tsx';
import { WaitCard } from './WaitCard.tsx';
import { ServiceNotice } from './problems/ServiceNotice.tsx';

interface Props {
  run: RunSummary;
  /** Whether asking for the run fails: it may have ended. */
  isStale?: boolean;
}

/** A run on its way: how far, how fast, how long still, kind by kind. */
export function RunProgress({ run, isStale = false }: Props) {
  const styles = useStyles2(getStyles);
  const cancel = useCancelRun();
  const outage = useContext(OutageContext);
  const isUndo = run.undoes !== undefined;
  const isOld = outage !== undefined || isStale;
  const seen = isOld && run.progress ? withoutPace(run.progress) : run.progress;
  const progress = isUndo && seen?.phase === 'restoring' ? { ...seen, phase: 'undoing' } : seen;
  const kind = runLabel(run);
  const title = isOld
    ? t('progress.lastKnown', 'Last known progress: {{kind}}', { kind })
    : run.status === 'queued'
      ? t('progress.queued', '{{kind}} is waiting', { kind })
      : t('progress.running', '{{kind}} is running', { kind });
  return (
    <WaitCard
      title={title}
      progress={progress}
      action={
        run.cancellable && (
          <Button
            size="sm"
            variant="secondary"
            icon="times"
            disabled={cancel.isPending || outage !== undefined}
            tooltip={outage && explainFailure(outage).title}
            onClick={() => cancel.mutate(run.id)}
          >
            {t('progress.cancel', 'Cancel')}
          </Button>
        )
      }
    >
      <ul className={styles.kinds}>
        {KIND_NAMES.flatMap((name) => {
          const one = progress?.kinds[name];
          return one === undefined || one.total === 0
            ? []
            : [
                <li key={name} className={styles.kind}>
                  <Icon name={kindIcon(name)} />
                  <span>{kindLabel(name)}</span>
                  <span className={styles.number}>{amount(one.done, one.total)}</span>
                  {one.failed > 0 && (
                    <Text color="error">
                      {t('progress.failed', '{{number}} failed', { number: formatNumber(one.failed) })}
                    </Text>
                  )}
                </li>,
              ];
        })}
      </ul>
      {cancel.error !== null && <ServiceNotice error={cancel.error} />}
    </WaitCard>
  );
}

/** How far it was: how fast it is, and how long still, is not known any more. */
function withoutPace({ phase, done, total, kinds, step }: Progress): Progress {
  const at = step && { name: step.name, number: step.number, of: step.of, done: step.done, total: step.total };
  return { phase, done, total, kinds, step: at, endsWithin: 0 };
}

const getStyles = (theme: GrafanaTheme2) => ({
  kinds: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))',
    gap: theme.spacing(0.5, 3),
  }),
  kind: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  number: css({ marginLeft: 'auto', color: theme.colors.text.secondary, fontFeatureSettings: '"tnum"' }),
});
