import { QueryClientProvider } from '@tanstack/react-query';
import type { PluginConfigPageProps } from '@grafana/data';
import { Alert, LinkButton, Stack, Text } from '@grafana/ui';
import { useState } from 'react';
import type { AppMeta } from '../api/pluginSettings.ts';
import { Facts } from '../components/Facts.tsx';
import { QueryView } from '../components/QueryView.tsx';
import { createQueryClient } from '../data/queryClient.ts';
import { useStatus } from '../data/useStatus.ts';
import { t } from '../lib/i18n.ts';
import { useReloadOnceConnected } from '../hooks/useReloadOnceConnected.ts';
import { formatPlace } from '../lib/format.ts';
import { isAdmin } from '../lib/permissions.ts';
import { routes } from '../lib/routes.ts';
import { ConnectionForm } from './ConnectionForm.tsx';
import { Install } from './Install.tsx';

/** How this Grafana reaches the Dashkeep service: the state of it, the form for it, and how to get one. */
export function ConfigPage({ plugin }: PluginConfigPageProps<AppMeta>) {
  const [client] = useState(createQueryClient);
  const { meta } = plugin;
  const url = meta.jsonData?.sidecarUrl;
  useReloadOnceConnected(isAdmin() && !(meta.enabled && url));
  if (!isAdmin()) {
    return <Alert severity="warning" title={t('app.adminsOnly', 'Dashkeep is for organization admins')} />;
  }
  return (
    <QueryClientProvider client={client}>
      <Stack direction="column" gap={4} maxWidth={110}>
        {meta.enabled && url ? (
          <Connected url={url} />
        ) : (
          <Alert
            severity="info"
            bottomSpacing={0}
            title={t('config.noService', 'No Dashkeep service is connected yet')}
          >
            {t(
              'config.noServiceText',
              'Install it as shown below. It then enables and connects this app. You don’t have to enter anything here.',
            )}
          </Alert>
        )}
        {!(meta.enabled && url) && <Install />}
        <ConnectionForm meta={meta} />
      </Stack>
    </QueryClientProvider>
  );
}

function Connected({ url }: { url: string }) {
  const status = useStatus();
  // Nobody answers: it may well not be there.
  const absent = status.data === undefined && status.error !== null;
  return (
    <>
      <QueryView query={status}>
        {(data) => (
          <Stack direction="column" gap={2}>
            {status.error === null && (
              <Alert
                severity="success"
                bottomSpacing={0}
                title={t('config.connected', 'The Dashkeep service is connected')}
              >
                <Stack direction="column" gap={1} alignItems="flex-start">
                  <Text>{t('config.connectedText', 'You configure everything else on the app’s pages.')}</Text>
                  <LinkButton size="sm" variant="secondary" icon="shield" href={routes.overview()}>
                    {t('config.open', 'Open Dashkeep')}
                  </LinkButton>
                </Stack>
              </Alert>
            )}
            <Facts
              facts={[
                [t('config.address', 'Address'), url],
                [t('config.version', 'Version'), data.version],
                [t('config.grafana', 'Grafana'), data.grafana.version ?? '–'],
                [t('settings.target', 'Target'), formatPlace(data.target.description) || '–'],
              ]}
            />
          </Stack>
        )}
      </QueryView>
      {absent && <Install />}
    </>
  );
}
