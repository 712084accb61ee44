import { css } from '@emotion/css';
import type { GrafanaTheme2, PluginMeta } from '@grafana/data';
import { Icon, TextLink, useStyles2, useTheme2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom-v5-compat';

const MODES = ['dark', 'light'];

interface Props {
  meta: PluginMeta | undefined;
  onTheme: (mode: 'dark' | 'light') => void;
  children: ReactNode;
}

/**
 * A frame that looks enough like Grafana's to judge a page in: the menu as wide as Grafana's and open where that is
 * open, top bar, and who one is.
 */
export function Chrome({ meta, onTheme, children }: Props) {
  const styles = useStyles2(getStyles);
  const { mode } = useTheme2().colors;
  const { user, preview } = window.grafanaBootData;
  const { pathname } = useLocation();
  const pages = (meta?.includes ?? []).filter(
    (page) => page.type === 'page' && page.addToNav && (page.role !== 'Admin' || user.orgRole === 'Admin'),
  );
  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <span className={styles.brand}>
          <Icon name="shield" /> Preview without Grafana
        </span>
        <span className={styles.choices}>
          <Choice name="role" value={user.orgRole} options={preview.roles} onChoice={load('role')} />
          <Choice
            name="theme"
            value={mode}
            options={MODES}
            onChoice={(chosen) => onTheme(chosen === 'light' ? 'light' : 'dark')}
          />
          <Choice name="lang" value={user.language} options={preview.languages} onChoice={load('lang')} />
        </span>
      </header>
      <nav className={styles.menu} aria-label="Grafana menu">
        <strong>{meta?.name ?? preview.pluginId}</strong>
        {pages.map((page) => (
          <TextLink
            key={page.path}
            href={page.path ?? ''}
            color={pathname === page.path ? 'primary' : 'secondary'}
            weight={pathname === page.path ? 'medium' : 'regular'}
            inline={false}
          >
            {page.name}
          </TextLink>
        ))}
      </nav>
      <main className={styles.main}>{children}</main>
    </div>
  );
}

/** What Grafana tells a page when it is loaded. */
function load(name: string): (chosen: string) => void {
  return (chosen) => {
    const url = new URL(location.href);
    url.searchParams.set(name, chosen);
    location.assign(url);
  };
}

interface ChoiceProps {
  name: string;
  value: string;
  options: string[];
  onChoice: (chosen: string) => void;
}

function Choice({ name, value, options, onChoice }: ChoiceProps) {
  const styles = useStyles2(getStyles);
  return (
    <select
      aria-label={`Preview ${name}`}
      className={styles.choice}
      value={value}
      onChange={(event) => onChoice(event.currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({
    display: 'grid',
    gridTemplate: `'bar bar' auto 'menu main' 1fr / 300px minmax(0, 1fr)`,
    minHeight: '100vh',
    background: theme.colors.background.canvas,
    [theme.breakpoints.down('xl')]: { gridTemplate: `'bar' auto 'menu' auto 'main' 1fr / minmax(0, 1fr)` },
  }),
  bar: css({
    gridArea: 'bar',
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  brand: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), color: theme.colors.text.secondary }),
  choices: css({ display: 'flex', gap: theme.spacing(1) }),
  choice: css({
    width: 'auto',
    height: theme.spacing(3),
    color: theme.colors.text.primary,
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
  menu: css({
    gridArea: 'menu',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    padding: theme.spacing(2),
    background: theme.colors.background.primary,
    borderRight: `1px solid ${theme.colors.border.weak}`,
    [theme.breakpoints.down('xl')]: { flexDirection: 'row', flexWrap: 'wrap', padding: theme.spacing(1, 2) },
  }),
  main: css({ gridArea: 'main', minWidth: 0 }),
});
