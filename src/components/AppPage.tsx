import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { Stack } from '@grafana/ui';
import { PageErrorBoundary } from '../app/PageErrorBoundary.tsx';

/** A page of the app: Grafana's frame, with what breaks inside it caught inside it. */
export function AppPage({ children, ...page }: PluginPageProps) {
  return (
    <PluginPage {...page}>
      <PageErrorBoundary>
        <Stack direction="column" gap={3}>
          {children}
        </Stack>
      </PageErrorBoundary>
    </PluginPage>
  );
}
