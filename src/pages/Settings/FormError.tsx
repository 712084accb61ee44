import { Alert } from '@grafana/ui';
import { ServiceError } from '../../api/errors.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { neverArrived } from '../../data/useOutage.ts';
import { useStatus } from '../../data/useStatus.ts';
import { t } from '../../lib/i18n.ts';

interface Props {
  error: Error;
  /** Asks again; leave it out where that makes no sense. */
  onRetry?: () => void;
  retryLabel?: string;
  /** When it was sent to be saved, in milliseconds since 1970; leave it out for what is only tried. */
  sentAt?: number;
}

/**
 * Why what a form sent was refused: where fields are marked, they say it. Of what has passed since, such as a session
 * that had ended, only that the changes were not saved.
 */
export function FormError({ error, sentAt, ...retry }: Props) {
  const respondedAt = useStatus().dataUpdatedAt;
  if (sentAt !== undefined && respondedAt > sentAt && neverArrived(error)) {
    // Only the response may have been lost.
    if (error instanceof ServiceError && (error.failure === 'grafana' || error.failure === 'unreachable')) {
      return (
        <Alert
          severity="warning"
          bottomSpacing={0}
          title={t('settings.maybeSaved', 'Your changes may not have been saved')}
        >
          {t(
            'settings.maybeSavedText',
            'The response was lost, but the service is responding again. Save your changes again.',
          )}
        </Alert>
      );
    }
    return (
      <Alert severity="warning" bottomSpacing={0} title={t('settings.notSaved', 'Your changes are not saved')}>
        {t('settings.notSavedText', 'The service did not receive them, but it is responding again. Save them now.')}
      </Alert>
    );
  }
  if (error instanceof ServiceError && Object.keys(error.fields).length > 0) {
    return <Alert severity="error" bottomSpacing={0} title={t('settings.notValid', 'Correct the marked fields')} />;
  }
  return <ServiceNotice error={error} {...retry} />;
}
