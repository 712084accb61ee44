import type { AppRootProps } from '@grafana/data';
import { Alert } from '@grafana/ui';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';

export function App(_props: AppRootProps) {
  return (
    <PluginPage>
      <Alert severity="info" title={t('app.underConstruction', 'Pages are on their way')} />
    </PluginPage>
  );
}
