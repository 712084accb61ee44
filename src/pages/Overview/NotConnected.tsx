import { PluginPage } from '@grafana/runtime';
import { EmptyState, LinkButton } from '@grafana/ui';
import { useReloadOnceConnected } from '../../hooks/useReloadOnceConnected.ts';
import { t } from '../../lib/i18n.ts';
import { CONFIGURATION } from '../../lib/routes.ts';

/** The first thing one sees when only the app is installed. */
export function NotConnected() {
  useReloadOnceConnected(true);
  return (
    <PluginPage pageNav={{ text: 'Dashkeep' }}>
      <EmptyState
        variant="call-to-action"
        message={t('connect.title', 'Install the Dashkeep service')}
        button={
          <LinkButton href={CONFIGURATION} size="lg" icon="cog">
            {t('connect.button', 'Show installation steps')}
          </LinkButton>
        }
      >
        {t('connect.text', 'A small service next to Grafana creates the backups. Installing it takes a few minutes.')}
      </EmptyState>
    </PluginPage>
  );
}
