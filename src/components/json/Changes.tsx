import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';

interface Props {
  changes: { added: number; changed: number; removed: number } | undefined;
}

/** How many resources were added, changed or removed, in words. */
const countedChanges = {
  added: (count: number) => plural('changes.added', count, '{{number}} added', '{{number}} added'),
  changed: (count: number) => plural('changes.changed', count, '{{number}} changed', '{{number}} changed'),
  removed: (count: number) => plural('changes.removed', count, '{{number}} removed', '{{number}} removed'),
};

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
  const words = [countedChanges.added(added), countedChanges.changed(changed), countedChanges.removed(removed)].join(
    ', ',
  );
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
