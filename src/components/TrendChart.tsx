import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2, useTheme2 } from '@grafana/ui';
import type { RunStatus } from '../../pkg/contract/runs.ts';
import type { TrendPoint } from '../../pkg/contract/api/status.ts';
import { formatTime } from '../lib/format.ts';
import { statusLabel } from './StatusBadge.tsx';
import { trendTone } from '../lib/runs/trendTone.ts';
import { labelled, t } from '../lib/i18n.ts';

interface Props {
  title: string;
  points: TrendPoint[];
  value: (point: TrendPoint) => number | undefined;
  format: (value: number) => string;
}

const HEIGHT = 64;

/** One bar for each backup, coloured by how it ended; the newest is on the right. */
export function TrendChart({ title, points, value, format }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const known = points.map(value).filter((one) => one !== undefined);
  const most = Math.max(1, ...known);
  const newest = known[known.length - 1];
  // The surface of the secondary colour is too faint for a bar.
  const color = (status: string) => {
    const tone = trendTone(status);
    return tone === 'secondary' ? theme.colors.text.disabled : theme.colors[tone].main;
  };
  const summary =
    newest === undefined
      ? t('trend.empty', 'No backups yet')
      : t('trend.summary', '{{backups}} backups, maximum {{most}}, newest {{newest}}', {
          backups: points.length,
          most: format(most),
          newest: format(newest),
        });
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <Text color="secondary">{title}</Text>
        <Text weight="medium">{newest === undefined ? '–' : format(newest)}</Text>
      </figcaption>
      <svg
        role="img"
        aria-label={labelled(title, summary)}
        className={styles.chart}
        viewBox={`0 0 ${Math.max(points.length, 20) * 10} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {points.map((point, index) => {
          const one = value(point);
          const height = one === undefined ? 3 : Math.max(3, (one / most) * HEIGHT);
          const x = (Math.max(points.length, 20) - points.length + index) * 10;
          return (
            <rect key={point.time} x={x + 1} y={HEIGHT - height} width={8} height={height} fill={color(point.status)}>
              <title>{labelled(formatTime(point.time), one === undefined ? labelOf(point.status) : format(one))}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}

/** How one ended that has no value; a newer service may know more ways. */
function labelOf(status: string): string {
  return (statusLabel(status as RunStatus) as string | undefined) ?? status;
}

const getStyles = (theme: GrafanaTheme2) => ({
  figure: css({ margin: 0, display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minWidth: 0 }),
  caption: css({ display: 'flex', justifyContent: 'space-between', gap: theme.spacing(2) }),
  chart: css({ width: '100%', height: HEIGHT, borderBottom: `1px solid ${theme.colors.border.weak}` }),
});
