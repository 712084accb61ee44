/** What a check of the deployment, of Grafana or of a token found. */
export const CHECK_REASONS = {
  'grafana-found': 'Grafana {version} at {url}',
  'grafana-unversioned': 'Grafana of an unknown version at {url}',
  'rights-need-token': 'to be seen with a token',
  'rights-silent': 'Grafana does not report them: {message}',
  'rights-lacking': 'not readable: {kinds}',

  'token-given': 'set by the deployment; its expiry is unknown',
  'token-refused': 'Grafana refuses the stored token',
  'token-not-yet': 'none yet: the service makes one with the admin credentials when it starts',
  'token-until': '{state} until {expires}',
  'token-endless': '{state}, expiry unknown',
  'token-replaced': 'made at {time} because Grafana refused the one before',
  'api-token-given': 'set by the deployment and never replaced: anyone who has seen it can use it until you change it',

  'target-named': '{target}',

  'not-in-cluster': 'not in a cluster; state is stored in {directory}',
  'access-allowed': 'allowed',
  'access-denied': 'not allowed',

  'tls-missing': 'the API listens at {host} without TLS: its token and its responses can be read on the network',
  'certificate-expires': 'the certificate expires at {end}',
  'certificate-expired': 'the certificate expired at {end}',
  'image-pinned': '{image}, which is always the same',
  'image-tagged': '{image} is identified by a tag, which can move to another image',
  'network-policy': 'the chart created one',
  'network-policy-missing': 'there is none, so every pod in the cluster can connect to this one',
} as const;
