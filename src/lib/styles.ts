import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** Of what takes the focus and is not a control: it need not be visible there. */
export const noOutline = css({ outline: 'none' });

/** A thin border with Grafana's corners. */
function borderStyle({ colors, shape }: GrafanaTheme2) {
  return { border: `1px solid ${colors.border.weak}`, borderRadius: shape.radius.default };
}

/** A card, its parts one below the other. */
export function cardStyle(theme: GrafanaTheme2) {
  return {
    ...borderStyle(theme),
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(2),
    minWidth: 0,
  } as const;
}

/** A box of code. */
export function codeStyle(theme: GrafanaTheme2) {
  return {
    ...borderStyle(theme),
    background: theme.colors.background.canvas,
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
  };
}
