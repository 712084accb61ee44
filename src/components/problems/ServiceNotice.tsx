import { config } from '@grafana/runtime';
import { Alert, LinkButton, Button, Stack } from '@grafana/ui';
import { useContext } from 'react';
import { ServiceError } from '../../api/errors.ts';
import { neverArrived, OutageContext, RespondedContext, useShownAbove } from '../../data/useOutage.ts';
import { explainFailure, type ExplainedFailure } from '../../lib/problems/failures.ts';
import { t } from '../../lib/i18n.ts';
import { CONFIGURATION, isConfiguration, routes } from '../../lib/routes.ts';
import { ProblemText } from './ProblemAlert.tsx';

interface Props {
  error: unknown;
  /** Asks again; leave it out where that makes no sense. */
  onRetry?: () => void;
  /** What the button for that says. */
  retryLabel?: string;
}

/** A failed call in words that say what to do; nothing where the page says the same above. */
export function ServiceNotice({ error, onRetry, retryLabel }: Props) {
  const respondedAt = useContext(RespondedContext);
  if (useShownAbove(error)) {
    return null;
  }
  if (error instanceof ServiceError && neverArrived(error) && respondedAt > error.at && onRetry === undefined) {
    return (
      <Alert severity="warning" title={t('notice.notArrived', 'The service may not have received your request')}>
        {t(
          'notice.notArrivedText',
          'The service is responding again. Check whether your request took effect. If not, repeat it.',
        )}
      </Alert>
    );
  }
  const { remedy, ...explained } = explain(error);
  return (
    <Alert severity="error" title={explained.title}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <ProblemText explained={explained} />
        <Stack gap={1} wrap="wrap">
          {onRetry && mayHelp(error) && (
            <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
              {retryLabel ?? t('notice.retry', 'Try again')}
            </Button>
          )}
          {remedy === 'configure' && !isConfiguration(window.location.pathname) && (
            <LinkButton size="sm" variant="secondary" icon="cog" href={CONFIGURATION}>
              {t('notice.configure', 'Open the connection settings')}
            </LinkButton>
          )}
          {remedy === 'settings' && (
            <LinkButton size="sm" variant="secondary" icon="cog" href={routes.settings()}>
              {t('notice.settings', 'Open the settings')}
            </LinkButton>
          )}
          {remedy === 'login' && (
            <LinkButton
              size="sm"
              variant="secondary"
              icon="external-link-alt"
              href={`${config.appSubUrl}/login`}
              target="_blank"
            >
              {t('notice.login', 'Open the login page')}
            </LinkButton>
          )}
        </Stack>
      </Stack>
    </Alert>
  );
}

/** Why no call gets to the service: once on a page, and in a dialog, which covers the page. */
export function OutageNotice({ onRetry }: Pick<Props, 'onRetry'>) {
  const outage = useContext(OutageContext);
  return (
    outage && (
      <OutageContext.Provider value={undefined}>
        <ServiceNotice error={outage} onRetry={onRetry} />
      </OutageContext.Provider>
    )
  );
}

/** Whether asking once more can have another answer. */
function mayHelp(error: unknown): boolean {
  return !(error instanceof ServiceError && error.code === 'DK_HOME_ORGANIZATION');
}

function explain(error: unknown): ExplainedFailure {
  if (error instanceof ServiceError) {
    return explainFailure(error);
  }
  return {
    title: t('notice.unexpected', 'An error occurred on this page'),
    detail: '',
    advice: t('notice.unexpectedText', 'Reload the page. If the error persists, see the browser console for details.'),
  };
}
