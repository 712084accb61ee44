import type { Failure, ServiceError } from '../api/errors.ts';
import { t } from './i18n.ts';
import { explainProblem, type ExplainedProblem } from './problems.ts';

/** What a failed call means for the user, and what can be done about it from the page. */
export interface ExplainedFailure extends ExplainedProblem {
  /** `configure`: in the configuration of the app; `reload`: by loading the page again. */
  remedy?: 'configure' | 'reload';
}

type FailureText = [title: string, advice: string, remedy?: ExplainedFailure['remedy']];

/** Every way in which a call can fail before the service has a word. */
const FAILURE_TEXTS: Record<Exclude<Failure, 'service'>, () => FailureText> = {
  unreachable: () => [
    t('notice.unreachable', 'The Dashkeep service does not answer'),
    t(
      'notice.unreachableText',
      'Grafana cannot reach it at the moment. Backups that are stored are not affected. Check that the service runs and that its address is right.',
    ),
    'configure',
  ],
  timeout: () => [
    t('notice.timeout', 'The Dashkeep service took too long to answer'),
    t(
      'notice.timeoutText',
      'What you started may still be running: look at the runs before you start it again. If this stays, check the log of the service and the network between Grafana and the service.',
    ),
  ],
  grafana: () => [
    t('notice.grafana', 'Grafana does not answer'),
    t(
      'notice.grafanaText',
      'It is down or restarting, or this browser has lost its connection. Backups that are stored are not affected. Wait a moment, then try again.',
    ),
  ],
  session: () => [
    t('notice.session', 'You are no longer logged in to Grafana'),
    t('notice.sessionText', 'Load the page again to log in.'),
    'reload',
  ],
  forbidden: () => [
    t('notice.forbidden', 'You may not do this'),
    t('notice.forbiddenText', 'Only organization admins can use Dashkeep.'),
  ],
  refused: () => [
    t('notice.refused', 'Grafana did not pass this on to the Dashkeep service'),
    t(
      'notice.refusedText',
      'Check that the app is enabled and configured in this organization. After an update of the app, load the page again.',
    ),
    'configure',
  ],
  foreign: () => [
    t('notice.foreign', 'Something other than the Dashkeep service answered'),
    t(
      'notice.foreignText',
      'Check the address of the service. A login page or a proxy in between can also be the cause: load the page again.',
    ),
    'configure',
  ],
  token: () => [
    t('notice.token', 'The Dashkeep service refuses this Grafana'),
    t(
      'notice.tokenText',
      'The token that Grafana sends is not the one the service expects. Restart the service so that it connects again, or enter the token by hand.',
    ),
    'configure',
  ],
  disconnected: () => [
    t('notice.disconnected', 'No Dashkeep service is connected'),
    t('notice.disconnectedText', 'Install the service first; it then connects itself.'),
    'configure',
  ],
};

/** A failed call in words that say what to do; `detail` is what Grafana or the service said. */
export function explainFailure(error: ServiceError): ExplainedFailure {
  if (error.failure === 'service') {
    return explainProblem(error);
  }
  const [title, advice, remedy] = FAILURE_TEXTS[error.failure]();
  return { title, advice, detail: error.failure === 'token' ? '' : error.message, remedy };
}
