import type { Failure, ServiceError } from '../../api/errors.ts';
import { errorText } from '../catalogue/texts.ts';
import { t } from '../i18n.ts';
import { whoMay } from '../permissions.ts';
import { grafanaDown } from './grafanaDown.ts';
import { explainProblem, type ExplainedProblem } from './problems.ts';

/** What a failed call means for the user, and what can be done about it from the page. */
export interface ExplainedFailure extends ExplainedProblem {
  /** `configure`: in the app's configuration; `settings`: on the settings page; `login`: in another tab. */
  remedy?: 'configure' | 'settings' | 'login';
}

type FailureText = [title: string, advice: string, remedy?: ExplainedFailure['remedy']];

/** Every way in which a call can fail before the service has a word. */
const FAILURE_TEXTS: Record<Exclude<Failure, 'service'>, () => FailureText> = {
  unreachable: () => [
    t('notice.unreachable', 'The Dashkeep service is not responding'),
    t(
      'notice.unreachableText',
      'Grafana cannot reach the service. Your snapshots are not affected. Check that the service is running and that its address is correct. This page resumes automatically when the service responds.',
    ),
    'configure',
  ],
  timeout: () => [
    t('notice.timeout', 'The Dashkeep service took too long to respond'),
    t(
      'notice.timeoutText',
      'Your request may still be running. Check the runs before you repeat it. If this happens again, check the service’s log and its connection to Grafana.',
    ),
  ],
  grafana: grafanaDown,
  session: () => [
    t('notice.session', 'You are no longer logged in to Grafana'),
    t(
      'notice.sessionText',
      'Log in again in another tab, then continue here. This page keeps what you have typed, unless Grafana opens its login page.',
    ),
    'login',
  ],
  forbidden: () => [t('notice.forbidden', 'You do not have permission to do this'), whoMay('here')],
  refused: () => [
    t('notice.refused', 'Grafana did not forward the request to the Dashkeep service'),
    t(
      'notice.refusedText',
      'Check that the app is enabled and configured in this organization. After an update of the app, reload the page.',
    ),
    'configure',
  ],
  foreign: () => [
    t('notice.foreign', 'The response did not come from the Dashkeep service'),
    t(
      'notice.foreignText',
      'Check the address of the service. A login page or a proxy in between can also be the cause. Reload the page.',
    ),
    'configure',
  ],
  token: () => {
    const { title, hint } = errorText('DK_UNAUTHORIZED');
    return [title, hint, 'configure'];
  },
  disconnected: () => [
    t('notice.disconnected', 'No Dashkeep service is connected'),
    t('notice.disconnectedText', 'Install the service. It then connects this app.'),
    'configure',
  ],
};

/** A failed call in words that say what to do; `detail` is what Grafana or the service said. */
export function explainFailure(error: ServiceError): ExplainedFailure {
  if (error.failure === 'service') {
    const explained = explainProblem(error);
    return error.code === 'DK_UNCONFIGURED' ? { ...explained, remedy: 'settings' } : explained;
  }
  const [title, advice, remedy] = FAILURE_TEXTS[error.failure]();
  // Grafana says no more than the title does.
  const isSaid = error.failure === 'token' || error.failure === 'session';
  return { title, advice, detail: isSaid ? '' : error.message, remedy };
}
