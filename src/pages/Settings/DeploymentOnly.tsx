import { Alert } from '@grafana/ui';
import type { Settings, SettingsValues } from '../../../pkg/contract/api/settings.ts';
import { t } from '../../lib/i18n.ts';

interface Props {
  settings: Settings;
  section: keyof SettingsValues;
}

/** Why a section is read-only where backups can cover other organizations, and whether the deployment has to act. */
export function DeploymentOnly({ settings, section }: Props) {
  const locked = Object.entries(settings.owners).some(
    ([path, { locked: why }]) => path.startsWith(`${section}.`) && why !== undefined,
  );
  if (!locked) {
    return null;
  }
  const missing = section === 'target' && settings.values.target.url === '';
  return (
    <Alert
      severity={missing ? 'warning' : 'info'}
      bottomSpacing={0}
      title={
        missing
          ? t('settings.targetMissing', 'The deployment has to set the target')
          : t('settings.deploymentOnly', 'Only the deployment can change where backups go and who can read them')
      }
    >
      {t(
        'settings.deploymentOnlyText',
        'Backups can cover other organizations, and admins of this one must not see their content. Each field below names the setting in the deployment.',
      )}
    </Alert>
  );
}
