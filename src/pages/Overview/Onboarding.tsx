import { Alert, EmptyState, LinkButton, Stack } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { t } from '../../lib/i18n.ts';
import { whoMay } from '../../lib/permissions.ts';
import { routes } from '../../lib/routes.ts';
import { Warnings } from './Warnings.tsx';

/** Connected, but nothing can be backed up yet: no bucket, or no way into Grafana. */
export function Onboarding({ status }: { status: Status }) {
  const waiting = status.token.state === 'waiting';
  const { configured } = status.target;
  const isLeftOpen = status.warnings.some(({ why }) => why?.code === 'target-left-open');
  return (
    <Stack direction="column" gap={3}>
      {waiting && (
        <Alert severity="info" title={t('onboarding.waiting', 'The service is still connecting to Grafana')}>
          {t('onboarding.waitingText', 'This takes a moment at startup. You can continue.')}
        </Alert>
      )}
      <EmptyState
        variant="call-to-action"
        message={
          configured
            ? t('onboarding.almost', 'Almost there')
            : isLeftOpen
              ? t('settings.targetMissing', 'The deployment has to set the target')
              : t('protection.unconfigured', 'Choose where to store backups')
        }
        button={
          configured ? undefined : isLeftOpen ? (
            <LinkButton variant="secondary" icon="cog" href={routes.settings('target')}>
              {t('notice.settings', 'Open the settings')}
            </LinkButton>
          ) : status.caller.home ? (
            <LinkButton size="lg" icon="database" href={routes.settings('target')}>
              {t('onboarding.button', 'Set up the backup target')}
            </LinkButton>
          ) : (
            whoMay('home')
          )
        }
      >
        {configured
          ? t('onboarding.almostText', 'The target is set. The list below shows what is still missing.')
          : isLeftOpen
            ? t('onboarding.leftOpen', 'Nothing is backed up until the deployment sets the target.')
            : t(
                'onboarding.text',
                'You can use any S3-compatible storage, Azure, Google Cloud, or a directory. Dashkeep then backs up Grafana every two hours.',
              )}
      </EmptyState>
      {/* Without a target, no organization is backed up. */}
      <Warnings status={configured ? status : { ...status, warnings: status.warnings.filter(isOfMore) }} />
    </Stack>
  );
}

function isOfMore({ why }: Status['warnings'][number]): boolean {
  return why?.code !== 'org-not-covered';
}
