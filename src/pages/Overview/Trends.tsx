import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import { QueryView } from '../../components/QueryView.tsx';
import { TrendChart } from '../../components/TrendChart.tsx';
import { useTrends } from '../../data/useStatus.ts';
import { formatBytes, formatDuration, formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';

const POINTS = 48;

/** How size, count and duration went over the last backups. */
export function Trends({ newest }: { newest: string | undefined }) {
  const styles = useStyles2(getStyles);
  const trends = useTrends(POINTS, newest);
  return (
    <section aria-labelledby="dashkeep-trends">
      <Text element="h2" variant="h4" id="dashkeep-trends">
        {t('trend.title', 'Over time')}
      </Text>
      <QueryView query={trends}>
        {({ points }) => (
          <div className={styles.charts}>
            <TrendChart
              title={t('trend.resources', 'Resources')}
              points={points}
              value={(point) => point.resources}
              format={formatNumber}
            />
            <TrendChart
              title={t('trend.size', 'Size')}
              points={points}
              value={(point) => point.bytes}
              format={formatBytes}
            />
            <TrendChart
              title={t('trend.duration', 'Duration')}
              points={points}
              value={(point) => point.duration}
              format={formatDuration}
            />
          </div>
        )}
      </QueryView>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  charts: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(260px, 100%), 1fr))',
    gap: theme.spacing(3),
    marginTop: theme.spacing(1),
  }),
});
