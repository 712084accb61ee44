import type { Text } from '../texts.ts';

/** What a check of the deployment, of Grafana or of a token found. */
export const CHECK_REASONS = {
  'grafana-found': 'Grafana {version} at {url}',
  'other-version': 'the latest snapshot is from Grafana {version}; a plan lists the unsupported content',
  'another-grafana': 'not the Grafana that the snapshots come from',
  'grafana-unversioned': 'Grafana (unknown version) at {url}',
  'rights-need-token': 'unknown, because there is no token',
  'rights-silent': 'Grafana does not report the permissions: {message}',
  'rights-lacking': 'cannot be read: {kinds}',

  'token-given': {
    cli: 'from GRAFANA_API_TOKEN; its expiry is unknown',
    page: 'set by the deployment; its expiry is unknown',
  },
  'token-refused': 'Grafana refuses the stored token',
  'token-not-yet': 'none yet; the service creates one when it starts',
  'token-until': { cli: '{state} until {expires}', page: 'expires on {expires}' },
  'token-endless': { cli: '{state}; its expiry is unknown', page: 'its expiry is unknown' },
  'token-replaced': 'created on {time}, because Grafana refused the previous one',
  'api-token-given': 'set by the deployment and never replaced; anyone who has seen it can use it until you change it',

  'target-named': '{target}',

  'not-in-cluster': 'not in a cluster; the state is stored in {directory}',
  'access-allowed': 'allowed',
  'access-denied': 'not allowed',

  'tls-missing': 'the API listens on {host} without TLS, so its token and responses can be read on the network',
  'certificate-expires': 'the certificate expires on {end}',
  'certificate-expired': 'the certificate expired on {end}',
  'image-pinned': '{image}, pinned by its digest',
  'image-tagged': '{image}, identified by a tag that can move to another image',
  'network-policy': 'the chart created a network policy',
  'network-policy-missing': 'none, so every pod in the cluster can connect',
} as const satisfies Record<string, Text>;
