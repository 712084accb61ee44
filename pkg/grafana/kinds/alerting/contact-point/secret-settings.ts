import { stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { fieldAt, KEEP_STORED, withField } from './secrets.ts';

const TLS = ['caCertificate', 'clientCertificate', 'clientKey'];
const CREDENTIALS = ['password', 'authorization_credentials'];

/** Settings that Grafana 12.4 stores encrypted (`/api/alert-notifiers`), by type. */
const SECRET_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  LINE: ['token'],
  dingding: ['url'],
  discord: ['url'],
  email: [],
  googlechat: ['url'],
  jira: ['user', 'password', 'api_token'],
  kafka: ['password'],
  mqtt: ['password', ...TLS.map((name) => `tlsConfig.${name}`)],
  oncall: CREDENTIALS,
  opsgenie: ['apiKey'],
  pagerduty: ['integrationKey'],
  'prometheus-alertmanager': ['basicAuthPassword'],
  pushover: ['apiToken', 'userKey'],
  sensugo: ['apikey'],
  slack: ['token', 'url'],
  sns: ['sigv4.access_key', 'sigv4.secret_key'],
  teams: [],
  telegram: ['bottoken'],
  threema: ['api_secret'],
  victorops: ['url'],
  webex: ['bot_token'],
  webhook: [
    ...CREDENTIALS,
    'hmacConfig.secret',
    'http_config.oauth2.client_secret',
    ...TLS.flatMap((name) => [`tlsConfig.${name}`, `http_config.oauth2.tls_config.${name}`]),
  ],
  wecom: ['url', 'secret'],
};

/** Names that suggest a secret, for unknown types. */
const MAY_BE_SECRET = /secret|token|password|key|url|auth|credential|hook/i;

/** An integration with a mask for each secret, as Grafana's API shows it. */
export function withMaskedSecrets(integration: JsonObject, settings: JsonObject): JsonObject {
  const type = stringAt(integration, 'type') ?? '';
  const names =
    (Object.hasOwn(SECRET_SETTINGS, type) ? SECRET_SETTINGS[type] : undefined) ??
    Object.keys(settings).filter((name) => MAY_BE_SECRET.test(name) || typeof settings[name] === 'object');
  const set = names.filter((name) => !['', null, undefined].includes(fieldAt(settings, name) as string | null));
  return { ...integration, settings: set.reduce((all, name) => withField(all, name, KEEP_STORED), settings) };
}
