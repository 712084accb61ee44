import type { PluginConfigPageProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import type { AppMeta } from '../api/pluginSettings.ts';

export function ConfigPage({ plugin }: PluginConfigPageProps<AppMeta>) {
  const url = plugin.meta.jsonData?.sidecarUrl;
  return url === undefined ? (
    <Alert severity="warning" title={t('config.noService', 'No Dashkeep service is connected yet')} />
  ) : (
    <Alert severity="info" title={t('config.serviceAt', 'The Dashkeep service is expected at {{url}}', { url })} />
  );
}
