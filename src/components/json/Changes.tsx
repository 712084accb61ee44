import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';

interface Props {
  changes: { added: number; changed: number; removed: number } | undefined;
}

/** What is new, other and gone, as +1 ~2 −3; in words for those who listen. */
export function Changes({ changes }: Props) {
  const styles = useStyles2(getStyles);
  if (changes === undefined) {
    return <span className={styles.none}>–</span>;
  }
  const { added, changed, removed } = changes;
  if (added + changed + removed === 0) {
    return <span className={styles.none}>{t('changes.none', 'No changes')}</span>;
  }
  const words = [
    plural('changes.added', added, '{{number}} added', '{{number}} added'),
    plural('changes.changed', changed, '{{number}} changed', '{{number}} changed'),
    plural('changes.removed', removed, '{{number}} removed', '{{number}} removed'),
  ].join(', ');
  return (
    <span role="img" aria-label={words} title={words} className={styles.row}>
      {added > 0 && <span className={styles.added}>+{formatNumber(added)}</span>}
      {changed > 0 && <span className={styles.changed}>~{formatNumber(changed)}</span>}
      {removed > 0 && <span className={styles.removed}>−{formatNumber(removed)}</span>}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'inline-flex', gap: theme.spacing(1), fontFeatureSettings: '"tnum"' }),
  none: css({ color: theme.colors.text.secondary }),
  added: css({ color: theme.colors.success.text }),
  changed: css({ color: theme.colors.warning.text }),
  removed: css({ color: theme.colors.error.text }),
});
