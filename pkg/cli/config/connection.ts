import { grafanaUrl } from '../../grafana/http/address.ts';
import { basicCredentials, tokenCredentials } from '../../grafana/http/credentials.ts';
import { compact } from '../../contract/compact.ts';
import type { Connection } from '../../operations/connection.ts';
import { CommandError } from '../command-error.ts';
import type { Configuration } from './configuration.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** All connections in the environment, sorted by name. @throws what `connectionOf` throws */
export function connectionsOf(configuration: Configuration): Connection[] {
  return configuration.connections().map((name) => connectionOf(configuration, name));
}

/** @throws DK_USAGE for a name that is none; DK_SETTINGS when address or credentials are missing */
export function connectionOf(configuration: Configuration, name: string): Connection {
  if (!NAME.test(name)) {
    throw new CommandError('DK_USAGE', `'${name.slice(0, 80)}' is not a valid connection name`, {
      hint: 'A name consists of up to 40 lowercase letters, digits and dashes.',
    });
  }
  const prefix = `DASHKEEP_CONNECTION_${name.toUpperCase().replaceAll('-', '_')}`;
  const url = configuration.ofConnection('DASHKEEP_CONNECTION_<NAME>_URL', name);
  const token = configuration.secretOfConnection('DASHKEEP_CONNECTION_<NAME>_TOKEN', name)?.value;
  const user = configuration.secretOfConnection('DASHKEEP_CONNECTION_<NAME>_ADMIN_USER', name)?.value;
  const password = configuration.secretOfConnection('DASHKEEP_CONNECTION_<NAME>_ADMIN_PASSWORD', name)?.value;
  const isAdmin = user !== undefined && password !== undefined;
  if (url === undefined || (token === undefined && !isAdmin)) {
    throw new CommandError(
      'DK_SETTINGS',
      `the connection ${name} has no ${url === undefined ? 'address' : 'credentials'}`,
      {
        hint: `Set ${prefix}_URL and either ${prefix}_TOKEN or both ${prefix}_ADMIN_USER and ${prefix}_ADMIN_PASSWORD; each secret also as …_FILE.`,
      },
    );
  }
  // Pages show the address, so it must not contain a password.
  grafanaUrl(url, `${prefix}_URL`);
  const credentials = isAdmin ? basicCredentials(user, password) : tokenCredentials(token ?? (async () => ''));
  const caFile = configuration.ofConnection('DASHKEEP_CONNECTION_<NAME>_CA_FILE', name);
  const orgs = configuration.ofConnection('DASHKEEP_CONNECTION_<NAME>_ORGS', name) ?? 'reached';
  return { name, prefix, url, credentials, orgs, ...compact({ caFile }) };
}
