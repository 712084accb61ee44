import type { CHECK_REASONS } from '../../../pkg/contract/reasons/checks.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What a check of the deployment, of Grafana or of a token found. */
export const CHECK_TEXTS: Record<keyof typeof CHECK_REASONS, Text> = {
  'grafana-found': (given) => t('reason.grafana-found', 'Grafana {{version}} at {{url}}', given),
  'grafana-unversioned': (given) => t('reason.grafana-unversioned', 'Grafana of an unknown version at {{url}}', given),
  'rights-need-token': () => t('reason.rights-need-token', 'unknown without a token'),
  'rights-silent': (given) => t('reason.rights-silent', 'Grafana does not report the permissions: {{message}}', given),
  'rights-lacking': (given) => t('reason.rights-lacking', 'cannot be read: {{kinds}}', given),
  'token-given': () => t('reason.token-given', 'set by the deployment; its expiry is unknown'),
  'token-refused': () => t('reason.token-refused', 'Grafana refuses the stored token'),
  'token-not-yet': () => t('reason.token-not-yet', 'none yet; the service creates one when it starts'),
  'token-until': (given) => t('reason.token-until', 'expires at {{expires}}', given),
  'token-endless': () => t('reason.token-endless', 'its expiry is unknown'),
  'token-replaced': (given) =>
    t('reason.token-replaced', 'created at {{time}}, because Grafana refused the previous one', given),
  'api-token-given': () => t('reason.api-token-given', 'set by the deployment and never replaced'),
  'target-named': (given) => t('reason.target-named', '{{target}}', given),
  'not-in-cluster': (given) =>
    t('reason.not-in-cluster', 'not in a cluster; the state is stored in {{directory}}', given),
  'access-allowed': () => t('reason.access-allowed', 'allowed'),
  'access-denied': () => t('reason.access-denied', 'not allowed'),
  'tls-missing': (given) => t('reason.tls-missing', 'the API listens at {{host}} without TLS', given),
  'certificate-expires': (given) => t('reason.certificate-expires', 'the certificate expires at {{end}}', given),
  'certificate-expired': (given) => t('reason.certificate-expired', 'the certificate expired at {{end}}', given),
  'image-pinned': (given) => t('reason.image-pinned', '{{image}}, pinned by its digest', given),
  'image-tagged': (given) =>
    t('reason.image-tagged', '{{image}}, identified by a tag that can move to another image', given),
  'network-policy': () => t('reason.network-policy', 'the chart created a network policy'),
  'network-policy-missing': () =>
    t('reason.network-policy-missing', 'there is none, so every pod in the cluster can connect'),
};
