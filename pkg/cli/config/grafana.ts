import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { grafanaUrl } from '../../grafana/http/address.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../grafana/http/credentials.ts';
import type { ServiceConfig } from '../../service/config.ts';
import { CommandError } from '../command-error.ts';
import type { Configuration } from './configuration.ts';

/** Which Grafana, and the credentials that are given. @throws DK_SETTINGS for no usable address, or half of an admin */
export function grafanaConfig(configuration: Configuration): ServiceConfig['grafana'] {
  const url = configuration.get('GRAFANA_URL');
  if (url === undefined) {
    throw new CommandError('DK_SETTINGS', 'the address of Grafana is not set', {
      hint: 'Set GRAFANA_URL (or --grafana-url) to an address such as http://localhost:3000.',
    });
  }
  grafanaUrl(url);
  return {
    url,
    caFile: configuration.get('DASHKEEP_GRAFANA_CA_FILE'),
    concurrency: configuration.get('DASHKEEP_GRAFANA_CONCURRENCY'),
    timeout: configuration.get('DASHKEEP_GRAFANA_TIMEOUT'),
    token: configuration.secret('GRAFANA_API_TOKEN')?.value,
    orgTokens: configuration.secretsByOrg('GRAFANA_API_TOKEN_ORG_<n>'),
    admin: adminOf(configuration),
  };
}

function adminOf(configuration: Configuration): ServiceConfig['grafana']['admin'] {
  const user = configuration.secret('GRAFANA_ADMIN_USER')?.value;
  const password = configuration.secret('GRAFANA_ADMIN_PASSWORD');
  if ((user === undefined) !== (password === undefined)) {
    const missing = user === undefined ? 'GRAFANA_ADMIN_USER' : 'GRAFANA_ADMIN_PASSWORD';
    throw new DashkeepError('DK_SETTINGS', `${missing} is missing: set both user and password`);
  }
  return user === undefined || password === undefined
    ? undefined
    : { user, password: password.value, from: password.from };
}

/**
 * What commands send. An admin's name and password win over a token: they reach everything that the token does, and
 * more.
 * @throws DK_SETTINGS when neither is given, or no usable address
 */
export function credentialsOf(configuration: Configuration): CredentialSource {
  const { admin, token } = grafanaConfig(configuration);
  if (admin !== undefined) {
    return basicCredentials(admin.user, admin.password);
  }
  if (token === undefined) {
    const isPod = configuration.find('DASHKEEP_TOKEN_SECRET') !== undefined;
    const near = configuration.variable('GRAFANA_TOKEN');
    const mistaken = near === undefined ? '' : 'GRAFANA_TOKEN is not a Dashkeep setting. ';
    throw new CommandError('DK_SETTINGS', 'no credentials for Grafana are set', {
      hint: isPod
        ? 'Commands have no credentials for Grafana in this pod: use the app, or run this command outside the cluster.'
        : `${mistaken}Set GRAFANA_API_TOKEN, or GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD; each also as …_FILE.`,
    });
  }
  return tokenCredentials(token);
}

/** Warns about a token that is never sent, valid or not, because the credentials of an admin are used. */
export function warnOfIgnoredToken(configuration: Configuration, log: Log): void {
  const name = configuration.secret('GRAFANA_API_TOKEN')?.from;
  // The chart gives each Job the token that `dashkeep bootstrap` stores.
  const isOfChart = configuration.find('DASHKEEP_TOKEN_SECRET') !== undefined;
  if (name !== undefined && !isOfChart && adminOf(configuration) !== undefined) {
    log.warn(
      { setting: name },
      `${name} is ignored, because GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD are set. Unset ${name} or, to use it, unset the other two.`,
    );
  }
}
