import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';

/** What is in the place of a picture: why there is none. */
export function NoPicture({ children }: { children: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.box}>
      <Text color="secondary">{children}</Text>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    flexGrow: 1,
    padding: theme.spacing(2),
    border: `1px dashed ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    overflowWrap: 'anywhere',
  }),
});
