import type { GRAFANA_ADVICE } from '../../../../pkg/contract/reasons/advice/grafana.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of Grafana, or with the credentials for it. */
export const GRAFANA_ADVICE_TEXTS: Record<keyof typeof GRAFANA_ADVICE, Text> = {
  'add-organization-admin': () =>
    t(
      'reason.add-organization-admin',
      'Give that organization another Admin, or delete it if Grafana created it for this account. Then restore again.',
    ),
  'change-email': (given) =>
    t(
      'reason.change-email',
      'Change the email address of the account that has {{login}} as its address, then try again.',
      given,
    ),
  'enable-dashboard-version': () =>
    t(
      'reason.enable-dashboard-version',
      'Enable that version of the dashboard API in Grafana, or save the dashboard again.',
    ),
  'let-apis-through': () => t('reason.let-apis-through', 'Let requests to /apis through to Grafana.'),
  'write-scheme': () => t('reason.write-scheme', 'Write it with its scheme, such as http://grafana:3000.'),
  'use-admin-variables': () => t('reason.use-admin-variables', 'Set user and password separately in the deployment.'),
  'check-password': () =>
    t(
      'reason.check-password',
      'Check user and password. If both are right, wait: Grafana locks an account for five minutes after five wrong passwords, and then refuses the right one too.',
    ),
  'give-grafana-permission': (given) =>
    t(
      'reason.give-grafana-permission',
      'Give the service account the permission {{permission}}. The Admin role includes it, and a custom role can grant it.',
      given,
    ),
  'give-api-permission': (given) =>
    t(
      'reason.give-api-permission',
      'Give the service account this permission: {{verb}} {{resource}} ({{group}}). The Admin role includes it, and a custom role can grant it.',
      given,
    ),
  'replace-token-by-server-admin': () =>
    t(
      'reason.replace-token-by-server-admin',
      'A token belongs to one organization. Give the service the user and password of a server admin.',
    ),
  'use-server-admin': () =>
    t(
      'reason.use-server-admin',
      'This user is not a server admin. Give the service the user and password of a server admin.',
    ),
  'set-org-token': (given) =>
    t(
      'reason.set-org-token',
      'Give the service a token of organization {{org}}, or the user and password of a server admin.',
      given,
    ),
};
