import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../grafana/credentials.ts';
import type { StateStore } from '../repository/state.ts';
import type { ApiToken } from './api-token.ts';
import type { AdminSource } from './bootstrap/admin.ts';
import { GivenTokens } from './bootstrap/given-tokens.ts';
import { TokenKeeper } from './bootstrap/keeper.ts';
import type { ServiceConfig } from './config.ts';
import type { Leadership } from './leadership.ts';
import type { SettingsStore } from './settings/store.ts';
import type { GrafanaAccess } from './engine-work/grafana-access.ts';

export interface KeeperParts {
  admin: AdminSource | undefined;
  settings: SettingsStore;
  apiToken: ApiToken;
  leadership: Leadership;
  /** How Grafana reaches the API, once that is known. */
  reachedAt: () => string | undefined;
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** The keeper of tokens; undefined where the deployment gives one. */
export function keeperOf({ grafana, admin: { keys } }: ServiceConfig, parts: KeeperParts): TokenKeeper | undefined {
  const { admin, settings, apiToken, leadership, reachedAt, state, clock, randomness, log } = parts;
  if (grafana.token !== undefined) {
    return undefined;
  }
  return new TokenKeeper({
    grafanaUrl: grafana.url,
    grafanaCaFile: grafana.caFile,
    admin,
    adminKeys: keys,
    // Both may change while the service runs, so they are looked up at each check.
    get allOrgs() {
      return settings.view().values.scope.orgs === 'all';
    },
    get app() {
      const [token, url] = [apiToken.value, reachedAt()];
      return token === undefined || url === undefined ? undefined : { url, token };
    },
    state,
    clock,
    randomness,
    log,
    mayMint: () => leadership.leading,
  });
}

/** Watches the tokens that the deployment gives; undefined where it gives none, or where the admin is used instead. */
export function givenTokensOf(
  { grafana }: ServiceConfig,
  ports: Pick<KeeperParts, 'clock' | 'randomness' | 'log'>,
): GivenTokens | undefined {
  const { url: grafanaUrl, caFile: grafanaCaFile, token, orgTokens, admin } = grafana;
  return token === undefined || admin !== undefined
    ? undefined
    : new GivenTokens({ grafanaUrl, grafanaCaFile, ...ports }, token, orgTokens);
}

/** How the service gets into Grafana: as the admin that it is given, with the tokens that it is given, or with those that it keeps. */
export function grafanaAccess(
  { grafana }: ServiceConfig,
  keeper: TokenKeeper | undefined,
  given: GivenTokens | undefined,
): GrafanaAccess {
  return {
    credentials() {
      const { admin } = grafana;
      if (admin !== undefined) {
        return basicCredentials(admin.user, admin.password);
      }
      if (given !== undefined) {
        return given.credentials();
      }
      if (keeper === undefined) {
        throw new DashkeepError('DK_BOOTSTRAP', 'there are no credentials for Grafana');
      }
      return keeper.credentials();
    },
    async noticeOrgs() {
      await keeper?.noticeOrgs();
    },
    orgCredentials(): ReadonlyMap<number, CredentialSource> {
      if (keeper === undefined) {
        return new Map(
          [...grafana.orgTokens].map(([org, read]) => [org, given?.credentials(org) ?? tokenCredentials(read)]),
        );
      }
      return new Map(
        keeper.orgs.filter(({ org }) => org !== keeper.home).map(({ org }) => [org, keeper.credentials(org)]),
      );
    },
  };
}
