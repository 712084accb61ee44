import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, Stack, Text, useStyles2 } from '@grafana/ui';
import type { RunSummary } from '../../pkg/contract/api/runs.ts';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';
import { useCancelRun } from '../data/useRuns.ts';
import { formatDuration, formatNumber } from '../lib/format.ts';
import { t } from '../lib/i18n.ts';
import { kindIcon, kindLabel } from '../lib/kinds.ts';
import { runKindLabel } from '../lib/runKinds.ts';
import { ProgressBar } from './ProgressBar.tsx';
import { ServiceNotice } from './problems/ServiceNotice.tsx';

/** A run on its way: how far, how fast, how long still, kind by kind. */
export function RunProgress({ run }: { run: RunSummary }) {
  const styles = useStyles2(getStyles);
  const cancel = useCancelRun();
  const { progress } = run;
  const kind = runKindLabel(run.kind);
  const title =
    run.status === 'queued'
      ? t('progress.queued', '{{kind}} is waiting', { kind })
      : t('progress.running', '{{kind}} is running', { kind });
  return (
    <section className={styles.card} aria-label={title}>
      <Stack justifyContent="space-between" alignItems="center" gap={2} wrap="wrap">
        <Text element="h2" variant="h5">
          {title}
        </Text>
        {run.cancellable && (
          <Button
            size="sm"
            variant="secondary"
            icon="times"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(run.id)}
          >
            {t('progress.cancel', 'Cancel')}
          </Button>
        )}
      </Stack>
      <ProgressBar label={title} done={progress?.done ?? 0} total={progress?.total} />
      <Spoken title={title} done={progress?.done} total={progress?.total} />
      <div className={styles.figures}>
        <span>{amount(progress?.done ?? 0, progress?.total)}</span>
        {progress?.rate !== undefined && (
          <span>{t('progress.rate', '{{rate}} per second', { rate: formatNumber(Math.round(progress.rate)) })}</span>
        )}
        {progress?.secondsLeft !== undefined && (
          <span>
            {t('progress.left', '{{time}} left', { time: formatDuration(Math.ceil(progress.secondsLeft) * 1000) })}
          </span>
        )}
      </div>
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
    </section>
  );
}

/** How far it is for those who listen: in tenths, as every single step would be too much to hear. */
function Spoken({ title, done = 0, total }: { title: string; done?: number; total?: number }) {
  const tenths = total === undefined || total === 0 ? 0 : Math.floor((done / total) * 10) * 10;
  return (
    <span role="status" className="sr-only">
      {t('progress.spoken', '{{title}}, {{percent}} percent', { title, percent: tenths })}
    </span>
  );
}

function amount(done: number, total: number | undefined): string {
  return total === undefined
    ? formatNumber(done)
    : t('progress.of', '{{done}} of {{total}}', { done: formatNumber(done), total: formatNumber(total) });
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.primary.border}`,
    borderRadius: theme.shape.radius.default,
  }),
  figures: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 3),
    color: theme.colors.text.secondary,
    fontFeatureSettings: '"tnum"',
  }),
  kinds: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))',
    gap: theme.spacing(0.5, 3),
  }),
  kind: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  number: css({ marginLeft: 'auto', color: theme.colors.text.secondary, fontFeatureSettings: '"tnum"' }),
});
