import {
  createTheme,
  EventBusSrv,
  locationUtil,
  PluginContextProvider,
  ThemeContext,
  type GrafanaConfig,
  type GrafanaTheme2,
  type PluginMeta,
} from '@grafana/data';
import {
  config,
  FakeEchoSrv,
  LocationServiceProvider,
  locationService,
  setAppEvents,
  setBackendSrv,
  setChromeHeaderHeightHook,
  setCurrentUser,
  setEchoSrv,
  setLocationSrv,
  setPluginComponentHook,
  setPluginComponentsHook,
  setPluginLinksHook,
  setReturnToPreviousHook,
} from '@grafana/runtime';
import { Alert, ErrorBoundaryAlert, GlobalStyles, LoadingPlaceholder, ModalRoot, PortalContainer } from '@grafana/ui';
import i18next from 'i18next';
import { Suspense, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { initReactI18next } from 'react-i18next';
import { Router } from 'react-router-dom';
import { CompatRouter, Navigate, Route, Routes, useLocation } from 'react-router-dom-v5-compat';
import { createBackendSrv } from './backend.ts';
import { Chrome } from './Chrome.tsx';
import { MetaContext, Page } from './Page.tsx';
import { providePanels } from './panels.tsx';
import { loadPlugin, type LoadedPlugin } from './pluginLoader.ts';
import { provideSharedModules } from './shared.ts';
import { Toasts } from './Toasts.tsx';

const { user, preview } = window.grafanaBootData;
const events = new EventBusSrv();
setAppEvents(events);
setBackendSrv(createBackendSrv(events, user.orgId));
setEchoSrv(new FakeEchoSrv());
setLocationSrv(locationService);
setCurrentUser(user as never);
setReturnToPreviousHook(() => () => undefined);
setChromeHeaderHeightHook(() => 0);
setPluginLinksHook(() => ({ links: [], isLoading: false }));
setPluginComponentsHook(() => ({ components: [], isLoading: false }));
setPluginComponentHook(() => ({ component: null, isLoading: false }));
locationUtil.initialize({
  config: config as unknown as GrafanaConfig,
  getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
  getVariablesUrlParams: () => ({}),
});
providePanels();
provideSharedModules(Page);

function usePlugin(): { loaded?: LoadedPlugin; error?: unknown } {
  const [state, setState] = useState<{ loaded?: LoadedPlugin; error?: unknown }>({});
  useEffect(() => {
    loadPlugin(preview.pluginId).then(
      (loaded) => setState({ loaded }),
      (error: unknown) => {
        console.error('The app did not load', error);
        setState({ error });
      },
    );
  }, []);
  return state;
}

/** Grafana compares a path with the manifest's pages exactly; deeper paths it leaves to the app. */
function denied(meta: PluginMeta, path: string): boolean {
  const page = meta.includes?.find((include) => include.path === path);
  return page?.role === 'Admin' && user.orgRole !== 'Admin';
}

function AppRoot({ plugin, meta }: LoadedPlugin) {
  const { pathname } = useLocation();
  const Root = plugin.root;
  if (denied(meta, pathname)) {
    return <Alert severity="warning" title="Access denied" children="You do not have permission to see this page." />;
  }
  return Root === undefined ? null : (
    <Root meta={meta} basename={pathname} onNavChanged={() => undefined} query={{}} path={pathname} />
  );
}

function ConfigRoot({ plugin, meta }: LoadedPlugin) {
  const wanted = new URLSearchParams(useLocation().search).get('page');
  const pages = plugin.configPages ?? [];
  const page = pages.find(({ id }) => id === wanted) ?? pages[0];
  return (
    <Page
      pageNav={{
        text: meta.name,
        children: pages.map(({ id, title }) => ({
          text: title,
          url: `/plugins/${meta.id}?page=${id}`,
          active: id === page?.id,
        })),
      }}
    >
      {page && <page.body plugin={plugin} query={{}} />}
    </Page>
  );
}

function Content({ loaded, error }: ReturnType<typeof usePlugin>) {
  if (error !== undefined) {
    return <Alert severity="error" title="The app did not load" children={String(error)} />;
  }
  if (loaded === undefined) {
    return <LoadingPlaceholder text="Loading" />;
  }
  return (
    <PluginContextProvider meta={loaded.meta}>
      <Suspense fallback={<LoadingPlaceholder text="" />}>
        <Routes>
          <Route path="/a/:pluginId/*" element={<AppRoot {...loaded} />} />
          <Route path="/plugins/:pluginId" element={<ConfigRoot {...loaded} />} />
          <Route path="/d/:uid/*" element={<Page pageNav={{ text: 'A dashboard, in Grafana' }}>{null}</Page>} />
          <Route path="*" element={<Navigate to={`/a/${preview.pluginId}`} replace />} />
        </Routes>
      </Suspense>
    </PluginContextProvider>
  );
}

/** As Grafana changes it: the page stays as it is. The server remembers it for the next. */
function useTheme(): [GrafanaTheme2, (mode: 'dark' | 'light') => void] {
  const [theme, setTheme] = useState(config.theme2);
  useEffect(() => {
    document.body.classList.remove('theme-dark', 'theme-light');
    document.body.classList.add(`theme-${theme.colors.mode}`);
  }, [theme]);
  return [
    theme,
    (mode) => {
      setTheme(createTheme({ colors: { mode } }));
      void fetch(`/?theme=${mode}`);
    },
  ];
}

function Host() {
  const state = usePlugin();
  const [theme, changeTheme] = useTheme();
  return (
    <ErrorBoundaryAlert style="page">
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <LocationServiceProvider service={locationService}>
          <Router history={locationService.getHistory()}>
            <CompatRouter>
              <MetaContext.Provider value={state.loaded?.meta}>
                <Chrome meta={state.loaded?.meta} onTheme={changeTheme}>
                  <Content {...state} />
                </Chrome>
              </MetaContext.Provider>
              <ModalRoot />
              <Toasts events={events} />
              <PortalContainer />
            </CompatRouter>
          </Router>
        </LocationServiceProvider>
      </ThemeContext.Provider>
    </ErrorBoundaryAlert>
  );
}

/** Grafana's own handling of plain links: those of the same origin change the page without loading it. */
document.addEventListener('click', (event) => {
  const anchor = (event.target as Element).closest('a');
  const href = anchor?.getAttribute('href');
  const modified = event.metaKey || event.ctrlKey || event.shiftKey;
  if (anchor === null || !href?.startsWith('/') || anchor.target !== '' || event.defaultPrevented || modified) {
    return;
  }
  if (anchor.hasAttribute('download')) {
    return;
  }
  event.preventDefault();
  locationService.push(href);
});

// The same options as Grafana's own: values are escaped unless the caller says otherwise.
void i18next
  .use(initReactI18next)
  .init({
    lng: user.language,
    fallbackLng: 'en-US',
    // Grafana’s own texts exist in each language; without any, the language of a plugin would not be resolved.
    resources: { [user.language]: { grafana: { title: 'Grafana' } } },
    returnEmptyString: false,
    partialBundledLanguages: true,
  })
  .then(() => {
    document.documentElement.lang = user.language;
    document.body.classList.add('app-grafana');
    const root = document.getElementById('reactRoot');
    if (root !== null) {
      createRoot(root).render(<Host />);
    }
  });
