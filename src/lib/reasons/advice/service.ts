import type { SERVICE_ADVICE } from '../../../../pkg/contract/reasons/advice/service.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of the service, or a warning of its status. */
export const SERVICE_ADVICE_TEXTS: Record<keyof typeof SERVICE_ADVICE, Text> = {
  'omit-below': () => t('reason.omit-below', 'Ask for it without its content.'),
  'pair-certificate': () =>
    t(
      'reason.pair-certificate',
      'Give the certificate, with those between it and its authority, and the key that belongs to it, both as PEM.',
    ),
  'see-openapi': () => t('reason.see-openapi', 'Update the app and the service to the same version.'),
  'make-new-plan': () => t('reason.make-new-plan', 'Make a new plan.'),
  'plan-again': () => t('reason.plan-again', 'A plan is valid for one hour. Make a new one.'),
  'stay-in-organization': () => t('reason.stay-in-organization', 'In the app, each organization sees only itself.'),
  'confirm-prune': (given) =>
    t('reason.confirm-prune', 'If you intend that, prune with the confirmation “{{confirm}}”.', given),
  'make-settings-writable': () =>
    t('reason.make-settings-writable', 'Until this is resolved, no changes here can be saved.'),
  'join-organizations': () =>
    t('reason.join-organizations', 'Make the admin of the service a member of these organizations, or exclude them.'),
  'correct-schedule': () => t('reason.correct-schedule', 'Correct the expression or the time zone.'),
  'set-in-deployment': (given) =>
    t('reason.set-in-deployment', 'Check where backups go, and set these values in the deployment: {{names}}.', given),
  'set-target-in-deployment': () =>
    t(
      'reason.set-target-in-deployment',
      'Set the target in the deployment, with the address and the keys that it needs. The settings page lists the names.',
    ),
  'enter-identity': () =>
    t('reason.enter-identity', 'This may be intended. Otherwise enter the private key in the settings.'),
  'mount-admin-secret': () =>
    t(
      'reason.mount-admin-secret',
      'Check that the Secret exists and is mounted. It is optional, so the pod starts without it.',
    ),
  'name-secret-keys': () => t('reason.name-secret-keys', 'Set the names of the keys in the deployment.'),
  'check-other-grafana': () =>
    t(
      'reason.check-other-grafana',
      'Look at the log of Grafana, and check whether there is more than one Grafana behind this address.',
    ),
  'replace-given-token': (given) =>
    t(
      'reason.replace-given-token',
      'Check whether the token or its service account was deleted. Create a new token in Grafana for a service account with the Admin role, and set it as {{names}}. If it is read from a file, no restart is needed.',
      given,
    ),
  'reset-admin-password': (given) =>
    t(
      'reason.reset-admin-password',
      'Grafana uses this password only when it creates its database. A Secret that was rendered again later contains another one. Put the real one into the Secret, or reset it with this command: {{command}}. If it is right, wait: Grafana locks an account for five minutes after five wrong passwords, and then refuses the right one too.',
      given,
    ),
  'provide-admin': () => t('reason.provide-admin', 'Mount the admin Secret, or give the service a token.'),
};
