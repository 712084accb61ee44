import { css, cx, keyframes } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

interface Props {
  label: string;
  done: number;
  /** Undefined while nobody knows; the bar then moves without showing how far. */
  total: number | undefined;
}

export function ProgressBar({ label, done, total }: Props) {
  const styles = useStyles2(getStyles);
  const known = total !== undefined && total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? total : undefined}
      aria-valuenow={known ? done : undefined}
      className={styles.track}
    >
      <div
        className={cx(styles.bar, !known && styles.moving)}
        style={known ? { width: `${share * 100}%` } : undefined}
      />
    </div>
  );
}

const slide = keyframes({ from: { transform: 'translateX(-100%)' }, to: { transform: 'translateX(400%)' } });

const getStyles = (theme: GrafanaTheme2) => ({
  track: css({
    height: theme.spacing(1),
    overflow: 'hidden',
    background: theme.colors.background.canvas,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.pill,
  }),
  bar: css({
    height: '100%',
    background: theme.colors.primary.main,
    [theme.transitions.handleMotion('no-preference')]: { transition: 'width 300ms linear' },
  }),
  moving: css({
    width: '25%',
    [theme.transitions.handleMotion('no-preference')]: { animation: `${slide} 1.6s linear infinite` },
  }),
});
