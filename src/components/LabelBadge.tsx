import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Badge, useStyles2, type BadgeColor } from '@grafana/ui';

interface Props {
  color: BadgeColor;
  icon?: IconName;
  text: string;
}

/**
 * Grafana's badge. The grey one has the text color of the page: Grafana 12's own is too pale on the light theme to be
 * read.
 */
export function LabelBadge({ color, icon, text }: Props) {
  const styles = useStyles2(getStyles);
  return <Badge color={color} icon={icon} text={text} className={color === 'darkgrey' ? styles.grey : undefined} />;
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Twice the class: which of two rules of equal weight comes last is not in our hands.
  grey: css({ '&&': { color: theme.colors.text.primary } }),
});
