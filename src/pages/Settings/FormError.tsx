import { Alert } from '@grafana/ui';
import { ServiceError } from '../../api/errors.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { t } from '../../lib/i18n.ts';

interface Props {
  error: Error;
  /** Asks again; leave it out where that makes no sense. */
  onRetry?: () => void;
  retryLabel?: string;
}

/** Why what a form sent was refused: where fields are marked, they say it. */
export function FormError({ error, ...retry }: Props) {
  if (error instanceof ServiceError && Object.keys(error.fields).length > 0) {
    return <Alert severity="error" bottomSpacing={0} title={t('settings.notValid', 'Correct the marked fields')} />;
  }
  return <ServiceNotice error={error} {...retry} />;
}
