import { Alert, LinkButton, Button, Stack } from '@grafana/ui';
import { ServiceError } from '../api/errors.ts';
import { t } from '../lib/i18n.ts';
import { explainProblem, type ExplainedProblem } from '../lib/problems.ts';
import { CONFIGURATION } from '../lib/routes.ts';
import { ProblemText } from './ProblemAlert.tsx';

interface Props {
  error: unknown;
  /** Asks again; leave it out where that makes no sense. */
  onRetry?: () => void;
  /** What the button for that says. */
  retryLabel?: string;
}

/** A failed call in words that say what to do. */
export function ServiceNotice({ error, onRetry, retryLabel }: Props) {
  const { configure = false, ...explained } = explain(error);
  return (
    <Alert severity="error" title={explained.title}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <ProblemText explained={explained} />
        <Stack gap={1} wrap="wrap">
          {onRetry && (
            <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
              {retryLabel ?? t('notice.retry', 'Try again')}
            </Button>
          )}
          {configure && (
            <LinkButton size="sm" variant="secondary" icon="cog" href={CONFIGURATION}>
              {t('notice.configure', 'Open the configuration')}
            </LinkButton>
          )}
        </Stack>
      </Stack>
    </Alert>
  );
}

/** What happened, and what to do about it; `configure`: in the configuration. */
function explain(error: unknown): ExplainedProblem & { configure?: boolean } {
  if (!(error instanceof ServiceError)) {
    return {
      title: t('notice.unexpected', 'Something went wrong on this page'),
      detail: '',
      advice: t('notice.unexpectedText', 'Reload the page. If it stays, the browser console has the details.'),
    };
  }
  switch (error.failure) {
    case 'unreachable':
      return {
        title: t('notice.unreachable', 'The Dashkeep service does not answer'),
        detail: '',
        advice: t(
          'notice.unreachableText',
          'Grafana cannot reach it at the moment. Backups that are stored are not affected. Check that the service runs and that its address is right.',
        ),
        configure: true,
      };
    case 'token':
      return {
        title: t('notice.token', 'The Dashkeep service refuses this Grafana'),
        detail: '',
        advice: t(
          'notice.tokenText',
          'The token that Grafana sends is not the one the service expects. Restart the service so that it connects again, or enter the token by hand.',
        ),
        configure: true,
      };
    case 'forbidden':
      return {
        title: t('notice.forbidden', 'You may not do this'),
        detail: '',
        advice: t('notice.forbiddenText', 'Only organization admins can use Dashkeep.'),
      };
    case 'disconnected':
      return {
        title: t('notice.disconnected', 'No Dashkeep service is connected'),
        detail: '',
        advice: t('notice.disconnectedText', 'Install the service first; it then connects itself.'),
        configure: true,
      };
    case 'service':
      return explainProblem(error);
  }
}
