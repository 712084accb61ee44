import { css } from '@emotion/css';
import { PageLayoutType, type GrafanaTheme2, type PluginMeta } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Stack, Tab, TabsBar, Text, TextLink, useStyles2 } from '@grafana/ui';
import { createContext, useContext, useEffect } from 'react';
import { useLocation } from 'react-router-dom-v5-compat';
import { breadcrumbs } from './breadcrumbs.ts';

export const MetaContext = createContext<PluginMeta | undefined>(undefined);

/** Is in for Grafana's page: title, breadcrumbs, tabs and actions where Grafana has them. */
export function Page({ children, pageNav, subTitle, actions, info, renderTitle, layout }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const meta = useContext(MetaContext);
  const { pathname } = useLocation();
  const include = (meta?.includes ?? []).find((page) => page.path === pathname);
  const title = pageNav?.text ?? include?.name ?? meta?.name ?? '';
  useEffect(() => {
    document.title = `${title} - Dashkeep - Grafana`;
  }, [title]);
  if (layout === PageLayoutType.Canvas) {
    return <>{children}</>;
  }
  const tabs = pageNav?.children ?? [];
  const crumbs = meta === undefined ? [] : breadcrumbs(meta, pathname, pageNav);
  return (
    <div className={styles.page}>
      <nav aria-label="Breadcrumbs">
        <ol className={styles.crumbs}>
          {crumbs.map(({ text, url }, index) => (
            <li key={index}>
              {index === crumbs.length - 1 || url === undefined ? text : <TextLink href={url}>{text}</TextLink>}
            </li>
          ))}
        </ol>
      </nav>
      <div className={styles.header}>
        <div>{renderTitle ? renderTitle(title) : <Text element="h1">{title}</Text>}</div>
        <Stack gap={1}>{actions}</Stack>
      </div>
      {(subTitle ?? pageNav?.subTitle) && <div className={styles.subtitle}>{subTitle ?? pageNav?.subTitle}</div>}
      {info && (
        <Stack gap={4}>
          {info.map((item, index) => (
            <Stack key={index} direction="column" gap={0}>
              <Text color="secondary">{item.label}</Text>
              {item.value}
            </Stack>
          ))}
        </Stack>
      )}
      {tabs.length > 0 && (
        <TabsBar>
          {tabs.map((tab) => (
            <Tab key={tab.url} label={tab.text} active={tab.active} href={tab.url} />
          ))}
        </TabsBar>
      )}
      <div className={styles.content}>{children}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(2),
    background: theme.colors.background.primary,
    minHeight: '100%',
    [theme.breakpoints.up('md')]: { padding: theme.spacing(4) },
  }),
  crumbs: css({
    display: 'flex',
    flexWrap: 'wrap',
    overflowWrap: 'anywhere',
    listStyle: 'none',
    marginBottom: theme.spacing(2),
    color: theme.colors.text.secondary,
    '& li + li::before': { content: '"›"', margin: theme.spacing(0, 1) },
  }),
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    alignItems: 'flex-start',
    gap: theme.spacing(1, 3),
  }),
  subtitle: css({ color: theme.colors.text.secondary, marginTop: theme.spacing(0.5) }),
  content: css({ marginTop: theme.spacing(2) }),
});
