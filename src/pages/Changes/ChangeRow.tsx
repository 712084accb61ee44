import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  /** Its name for those who listen. */
  label: string;
  head: ReactNode;
  /** What changed. */
  words?: ReactNode;
  /** Its buttons. */
  children: ReactNode;
}

/** The layout of a row of the list. */
export function ChangeRow({ label, head, words, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <article className={styles.item} aria-label={label}>
      <div className={styles.head}>{head}</div>
      {words !== undefined && <div className={styles.words}>{words}</div>}
      <Stack gap={1} wrap="wrap">
        {children}
      </Stack>
    </article>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  item: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(1.5, 0),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    minWidth: 0,
  }),
  words: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    paddingLeft: theme.spacing(2),
    '&:empty': { display: 'none' },
  }),
  head: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5, 1), minWidth: 0 }),
});
