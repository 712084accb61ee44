import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Change, DiffPage } from '../../../pkg/contract/api/diff.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { changeLabel } from '../../components/ChangeBadge.tsx';

const CHANGES: Change[] = ['added', 'changed', 'removed'];

interface Props {
  page: Pick<DiffPage, 'counts' | 'permissions'>;
  active: string;
  onChoose: (change: Change | undefined) => void;
}

/** How much of each there is; pressing one shows only that. */
export function ChangeCounts({ page: { counts, permissions }, active, onChoose }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.counts} role="group" aria-label={t('compare.counts', 'Show only')}>
      {CHANGES.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={active === one}
          className={cx(styles.count, active === one && styles.active)}
          onClick={() => onChoose(active === one ? undefined : one)}
        >
          <span className={styles.number}>{formatNumber(counts[one] - (permissions?.[one] ?? 0))}</span>
          {changeLabel(one)}
        </button>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  counts: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
  count: css({
    display: 'flex',
    alignItems: 'baseline',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 2),
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  active: css({ borderColor: theme.colors.primary.border, color: theme.colors.text.primary }),
  number: css({
    color: theme.colors.text.primary,
    fontSize: theme.typography.h4.fontSize,
    fontFeatureSettings: '"tnum"',
  }),
});
