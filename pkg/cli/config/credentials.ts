import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { SecretReader } from '../../grafana/http/credentials.ts';
import { secretReader, type Environment } from './environment.ts';

export interface AdminReaders {
  user: SecretReader;
  password: SecretReader;
}

/**
 * A Grafana admin's name and password; undefined when neither is given. @throws DK_SETTINGS naming the one that is
 * missing.
 */
export function adminReaders(environment: Environment): AdminReaders | undefined {
  const user = secretReader(environment, 'GRAFANA_ADMIN_USER');
  const password = secretReader(environment, 'GRAFANA_ADMIN_PASSWORD');
  if (user !== undefined && password !== undefined) {
    return { user, password };
  }
  if (user === undefined && password === undefined) {
    return undefined;
  }
  const missing = user === undefined ? 'GRAFANA_ADMIN_USER' : 'GRAFANA_ADMIN_PASSWORD';
  throw new DashkeepError('DK_SETTINGS', `${missing} is missing: set both user and password`);
}

/** Warns about a token that is never sent, valid or not, because the credentials of an admin are used. */
export function warnOfIgnoredToken(environment: Environment, log: Log): void {
  const name = ['GRAFANA_API_TOKEN', 'GRAFANA_API_TOKEN_FILE'].find((one) => environment[one] !== undefined);
  if (name !== undefined && adminReaders(environment) !== undefined) {
    log.warn(
      { setting: name },
      `${name} is ignored, because GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD are set. Unset ${name}, or unset both to use it.`,
    );
  }
}

/** Tokens of further orgs, by org: GRAFANA_API_TOKEN_ORG_<n>, DASHKEEP_API_TOKEN_ORG_<n>. */
export function orgReaders(environment: Environment, prefix: string): Map<number, SecretReader> {
  const found = new Map<number, SecretReader>();
  for (const name of Object.keys(environment)) {
    const [, start, org] = /^(.+)_ORG_(\d+)(?:_FILE)?$/.exec(name) ?? [];
    const token = start !== prefix || org === undefined ? undefined : secretReader(environment, `${prefix}_ORG_${org}`);
    if (org !== undefined && token !== undefined) {
      found.set(Number(org), token);
    }
  }
  return found;
}
