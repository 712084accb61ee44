import { TextLink } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';

/** Leads to the settings of the deployment that advice is about: pages name no variables. */
export function SettingsLink({ href }: { href: string | undefined }) {
  return href === undefined ? null : (
    <div>
      <TextLink href={href} external variant="bodySmall">
        {t('coverage.guide', 'Deployment settings')}
      </TextLink>
    </div>
  );
}
