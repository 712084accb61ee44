import './publicPath.ts';
import { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps, type PluginConfigPageProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import type { AppMeta } from './api/pluginSettings.ts';
import { PageErrorBoundary } from './app/PageErrorBoundary.tsx';
import { links, panelLink } from './extensions/links.ts';

/** Texts are there before the first page renders. */
async function withTranslations<T>(load: () => Promise<T>): Promise<T> {
  const { loadTranslations } = await import('./app/translations.ts');
  const [loaded] = await Promise.all([load(), loadTranslations()]);
  return loaded;
}

const App = lazy(async () => {
  const { App: component } = await withTranslations(() => import('./app/App.tsx'));
  return { default: component };
});

const ConfigPage = lazy(async () => {
  const { ConfigPage: component } = await withTranslations(() => import('./config/ConfigPage.tsx'));
  return { default: component };
});

function Root(props: AppRootProps) {
  return (
    <PageErrorBoundary place={props.path}>
      <Suspense fallback={<LoadingPlaceholder text="" />}>
        <App {...props} />
      </Suspense>
    </PageErrorBoundary>
  );
}

function Configuration(props: PluginConfigPageProps<AppMeta>) {
  return (
    <PageErrorBoundary>
      <Suspense fallback={<LoadingPlaceholder text="" />}>
        <ConfigPage {...props} />
      </Suspense>
    </PageErrorBoundary>
  );
}

export const plugin = new AppPlugin().setRootPage(Root).addConfigPage({
  title: 'Connection',
  icon: 'cog',
  id: 'configuration',
  body: Configuration as never,
});

links.forEach((link) => plugin.addLink(link));
plugin.addLink(panelLink);
