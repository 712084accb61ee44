import { Alert, EmptyState, LinkButton, Stack } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { Warnings } from './Warnings.tsx';

/** Connected, but nothing can be backed up yet: no bucket, or no way into Grafana. */
export function Onboarding({ status }: { status: Status }) {
  const waiting = status.token.state === 'waiting';
  return (
    <Stack direction="column" gap={3}>
      {waiting && (
        <Alert severity="info" title={t('onboarding.waiting', 'The service is still getting its access to Grafana')}>
          {t('onboarding.waitingText', 'This takes a moment after the start. You can go on meanwhile.')}
        </Alert>
      )}
      <EmptyState
        variant="call-to-action"
        message={
          status.target.configured
            ? t('onboarding.almost', 'Almost there')
            : t('protection.unconfigured', 'Choose where backups go')
        }
        button={
          status.caller.home ? (
            <LinkButton size="lg" icon="database" href={routes.settings('target')}>
              {t('onboarding.button', 'Set up the backup target')}
            </LinkButton>
          ) : (
            t('onboarding.homeOnly', 'Only the home organization sets it up.')
          )
        }
      >
        {status.target.configured
          ? t('onboarding.almostText', 'The bucket is set. What is still missing is listed here.')
          : t(
              'onboarding.text',
              'Any S3-compatible storage will do: Amazon S3, Scaleway, MinIO, Ceph, Garage, Cloudflare R2, Backblaze B2. Every two hours everything in this Grafana is then stored there, and you can go back to any moment.',
            )}
      </EmptyState>
      <Warnings status={status} />
    </Stack>
  );
}
