import { css } from '@emotion/css';
import type { NavModelItem } from '@grafana/data';
import { config, PluginPage, type PluginPageProps } from '@grafana/runtime';
import { Stack } from '@grafana/ui';
import { compact } from '../../pkg/contract/compact.ts';
import { PageErrorBoundary } from '../app/PageErrorBoundary.tsx';
import { OutageContext, RespondedContext, useOutage } from '../data/useOutage.ts';
import { useStatus } from '../data/useStatus.ts';
import { OutageNotice } from './problems/ServiceNotice.tsx';

/** Grafana wraps neither the tabs of a page nor a long word in its title: what has no room is hidden. */
const wrapped = css({ 'main:has(&)': { '[role="tablist"]': { flexWrap: 'wrap' }, h1: { overflowWrap: 'anywhere' } } });

/**
 * A page of the app: Grafana's frame, with what breaks inside it caught inside it. That the service is out of reach is
 * said once, above everything; what was known stays.
 */
export function AppPage({ children, pageNav, actions, ...page }: PluginPageProps) {
  const { outage, retry } = useOutage();
  // Grafana keeps them in one row, however narrow the page is.
  const wrappedActions = actions && <Stack wrap="wrap">{actions}</Stack>;
  return (
    <OutageContext.Provider value={outage}>
      <RespondedContext.Provider value={useStatus().dataUpdatedAt}>
        <PluginPage {...page} actions={wrappedActions} pageNav={pageNav && belowGrafana(pageNav)}>
          <PageErrorBoundary>
            <div className={wrapped}>
              <Stack direction="column" gap={3}>
                <OutageNotice onRetry={retry} />
                {children}
              </Stack>
            </div>
          </PageErrorBoundary>
        </PluginPage>
      </RespondedContext.Provider>
    </OutageContext.Provider>
  );
}

/**
 * Addresses with the path that Grafana is served under. Grafana compares them with those of its menu: what is the same
 * gets one breadcrumb instead of two.
 */
function belowGrafana({ url, parentItem, children, ...item }: NavModelItem): NavModelItem {
  return {
    ...item,
    ...compact({
      url: url === undefined ? undefined : `${config.appSubUrl}${url}`,
      parentItem: parentItem === undefined ? undefined : belowGrafana(parentItem),
      children: children?.map(belowGrafana),
    }),
  };
}
