import { QueryClientProvider } from '@tanstack/react-query';
import type { AppRootProps } from '@grafana/data';
import { EmptyState, LoadingPlaceholder } from '@grafana/ui';
import { PluginPage } from '@grafana/runtime';
import { lazy, Suspense, useState } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import type { AppMeta } from '../api/pluginSettings.ts';
import { createQueryClient } from '../data/queryClient.ts';
import { t } from '../lib/i18n.ts';
import { isAdmin, whoMay } from '../lib/permissions.ts';
import { routes } from '../lib/routes.ts';
import { NotFound } from '../pages/NotFound.tsx';
import { Overview } from '../pages/Overview/Overview.tsx';
import { PageErrorBoundary } from './PageErrorBoundary.tsx';

const History = lazy(async () => ({ default: (await import('../pages/History/History.tsx')).History }));
const NotConnected = lazy(async () => ({ default: (await import('../pages/Overview/NotConnected.tsx')).NotConnected }));
const RunPage = lazy(async () => ({ default: (await import('../pages/Run/RunPage.tsx')).RunPage }));
const Snapshot = lazy(async () => ({ default: (await import('../pages/Snapshot/Snapshot.tsx')).Snapshot }));
const Versions = lazy(async () => ({ default: (await import('../pages/Versions/Versions.tsx')).Versions }));
const Changes = lazy(async () => ({ default: (await import('../pages/Changes/ChangesPage.tsx')).ChangesPage }));
const Compare = lazy(async () => ({ default: (await import('../pages/Compare/Compare.tsx')).Compare }));
const Restore = lazy(async () => ({ default: (await import('../pages/Restore/Restore.tsx')).Restore }));
const Plan = lazy(async () => ({ default: (await import('../pages/Restore/Plan.tsx')).Plan }));
const Send = lazy(async () => ({ default: (await import('../pages/Send/Send.tsx')).Send }));
const Readiness = lazy(async () => ({ default: (await import('../pages/Readiness/ReadinessPage.tsx')).ReadinessPage }));
const Fleet = lazy(async () => ({ default: (await import('../pages/Fleet/Fleet.tsx')).Fleet }));
const Settings = lazy(async () => ({ default: (await import('../pages/Settings/SettingsPage.tsx')).SettingsPage }));

/** The pages below `/a/<id>`; Grafana has already taken that part of the path. */
export function App({ meta }: AppRootProps) {
  const [client] = useState(createQueryClient);
  const { pathname } = useLocation();
  if (!isAdmin()) {
    return <AdminsOnly />;
  }
  if (!(meta as AppMeta).jsonData?.sidecarUrl) {
    return <NotConnected />;
  }
  return (
    <PageErrorBoundary place={pathname}>
      <QueryClientProvider client={client}>
        <Suspense fallback={<LoadingPlaceholder text="" />}>
          <Routes>
            <Route index element={<Overview />} />
            <Route path="history" element={<History view="snapshots" />} />
            <Route path="history/runs" element={<History view="runs" />} />
            <Route path="history/search" element={<History view="search" />} />
            <Route path="runs/:id" element={<RunPage />} />
            <Route path="snapshots/:id" element={<Snapshot />} />
            <Route path="versions/:kind/:uid" element={<Versions />} />
            <Route path="changes" element={<Changes />} />
            <Route path="compare" element={<Compare />} />
            <Route path="restore" element={<Restore />} />
            <Route path="restore/:id" element={<Plan />} />
            <Route path="send" element={<Send />} />
            <Route path="readiness" element={<Readiness />} />
            <Route path="fleet" element={<Fleet />} />
            <Route path="settings" element={<Navigate to={routes.settings()} replace />} />
            <Route path="settings/:section" element={<Settings />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </QueryClientProvider>
    </PageErrorBoundary>
  );
}

function AdminsOnly() {
  return (
    <PluginPage pageNav={{ text: 'Dashkeep' }}>
      <EmptyState variant="not-found" message={t('app.adminsOnly', 'Dashkeep is for organization admins')}>
        {t(
          'app.adminsOnlyText',
          'Snapshots contain everything in this organization, even content that you cannot access. Ask an admin to find or restore something.',
        )}{' '}
        {whoMay('here')}
      </EmptyState>
    </PluginPage>
  );
}
