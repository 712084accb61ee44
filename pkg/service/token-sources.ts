import { compact } from '../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { basicCredentials, orgTokenCredentials, type CredentialSource } from '../grafana/http/credentials.ts';
import type { GrafanaAccess } from '../operations/grafana.ts';
import type { StateStore } from '../lib/state.ts';
import { ApiTokens } from './api-tokens/api-tokens.ts';
import { readAdmin, type AdminKeys, type AdminSource } from './bootstrap/admin.ts';
import { GivenTokens } from './bootstrap/tokens/given.ts';
import { TokenKeeper } from './bootstrap/tokens/keeper.ts';
import type { ServiceConfig } from './config.ts';
import type { HomeOrganization } from './organizations/home.ts';
import type { Leadership } from './schedule/leadership.ts';
import type { SettingsStore } from './settings/store.ts';

export interface KeeperParts {
  admin: AdminSource | undefined;
  settings: SettingsStore;
  apiTokens: ApiTokens;
  leadership: Leadership;
  /** How Grafana reaches the API, once that is known. */
  reachedAt: () => string | undefined;
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** Creates the keeper of tokens; undefined where the deployment gives one and no admin. */
export function createTokenKeeper(config: ServiceConfig, parts: KeeperParts): TokenKeeper | undefined {
  const { grafana, orgIds } = config;
  const { keys } = config.admin;
  const { admin, settings, apiTokens, leadership, reachedAt, state, clock, randomness, log } = parts;
  if (grafana.token !== undefined && grafana.admin === undefined) {
    return undefined;
  }
  return new TokenKeeper({
    grafanaUrl: grafana.url,
    ...compact({ grafanaCaFile: grafana.caFile, admin, adminKeys: keys, orgIds }),
    // Both may change while the service runs, so they are looked up at each check.
    get allOrgs() {
      return settings.view().values.scope.orgs === 'all';
    },
    get app() {
      const url = reachedAt();
      return url === undefined ? undefined : { url, tokens: apiTokens };
    },
    state,
    clock,
    randomness,
    log,
    mayMint: () => leadership.leading,
  });
}

/**
 * The tokens of the API. They rotate where there is an admin, so that somebody can configure the app of each
 * organization.
 */
export function apiTokensOf(
  { apiToken, apiOrgTokens, apiTokenHours, grafana }: ServiceConfig,
  { admin, ...ports }: Pick<KeeperParts, 'admin' | 'state' | 'clock' | 'randomness' | 'log'>,
): ApiTokens {
  return new ApiTokens({
    ...compact({ given: apiToken }),
    givenByOrg: apiOrgTokens,
    rotates: admin !== undefined && (grafana.token === undefined || grafana.admin !== undefined),
    ...compact({ hours: apiTokenHours }),
    ...ports,
  });
}

/**
 * Makes the tokens of the API for the organizations whose Grafana tokens the deployment gives. Nobody informs the app
 * there: people read them from the state.
 */
export async function makeOrgTokens(
  { grafana }: ServiceConfig,
  { apiTokens, home, log }: { apiTokens: ApiTokens; home: HomeOrganization; log: Log },
): Promise<void> {
  try {
    const homeId = grafana.orgTokens.size === 0 ? 0 : await home.id();
    for (const org of [...grafana.orgTokens.keys()].filter((one) => one !== homeId)) {
      await apiTokens.current(org, homeId);
    }
  } catch (error) {
    log.warn({ reason: asDashkeepError(error).message }, 'other organizations have no API token yet');
  }
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

/** What the admin's name and password are when they are sent. */
export function adminCredentials(admin: AdminSource, keys: AdminKeys): CredentialSource {
  return basicCredentials(
    async () => (await readAdmin(admin, keys)).user,
    async () => (await readAdmin(admin, keys)).password,
  );
}

/**
 * How the service gets into Grafana: with the tokens that it keeps, or those that it is given. As an admin only to make
 * tokens, and to read what belongs to the whole server into a backup: anyone who commands the service must not gain
 * what only a server admin may do.
 */
export function grafanaAccess(
  { grafana, serverKinds, admin: { keys } }: ServiceConfig,
  keeper: TokenKeeper | undefined,
  given: GivenTokens | undefined,
  admin: AdminSource | undefined,
): GrafanaAccess {
  return {
    excludesServerKinds: !serverKinds,
    serverAdmin() {
      if (admin === undefined || !serverKinds) {
        return undefined;
      }
      // Each try with a refused password is a failed login to Grafana, which locks the account.
      if (keeper?.refused.error !== undefined) {
        throw keeper.refused.error;
      }
      return adminCredentials(admin, keys);
    },
    credentials() {
      if (given !== undefined) {
        return given.credentials();
      }
      if (keeper === undefined) {
        throw new DashkeepError('DK_BOOTSTRAP', 'there are no credentials for Grafana');
      }
      return keeper.credentials();
    },
    existing() {
      return keeper === undefined || keeper.existing.size === 0 || keeper.isExistingStale ? undefined : keeper.existing;
    },
    async noticeOrgs() {
      // A password that Grafana refused may be right by now, and decides what a backup covers.
      await keeper?.askAgain();
      await keeper?.noticeOrgs();
    },
    orgCredentials(): ReadonlyMap<number, CredentialSource> {
      if (keeper === undefined) {
        return given === undefined
          ? orgTokenCredentials(grafana.orgTokens)
          : new Map([...grafana.orgTokens.keys()].map((org) => [org, given.credentials(org)]));
      }
      return new Map(
        keeper.orgs.filter(({ org }) => org !== keeper.home).map(({ org }) => [org, keeper.credentials(org)]),
      );
    },
  };
}
