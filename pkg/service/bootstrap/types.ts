import type { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { StateStore } from '../../lib/state.ts';
import type { ApiTokens } from '../api-tokens/api-tokens.ts';
import type { AdminKeys, AdminSource } from './admin.ts';
import type { AppOutcome } from './app-plugin.ts';
import type { OtherService } from './other-service.ts';

export interface BootstrapOptions {
  grafanaUrl: string;
  grafanaCaFile?: string;
  /** Undefined where no admin credentials are given: then only stored tokens can be used. */
  admin?: AdminSource;
  adminKeys?: AdminKeys;
  allOrgs: boolean;
  /** How long a new token lives; 30 days by default. Renewed when a third of that is left. */
  tokenSeconds?: number;
  /** Further orgs by id, where not all are meant. */
  orgIds?: readonly number[];
  /** What the app is configured with; undefined = the app is left alone (no service to reach). */
  app?: AppConnection;
  /** Whether to look at the permissions of tokens that work: Grafana accepts that of an account that was demoted. */
  checksPermissions?: boolean;
  /** Whether to go on although Grafana's clock differs by more than five minutes; undefined: they are not compared. */
  ignoreClock?: boolean;
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** How the app reaches the service: the address, and in each org its own token. */
export interface AppConnection {
  url: string;
  tokens: Pick<ApiTokens, 'current' | 'delivered' | 'revoke'>;
}

export interface OrgToken {
  org: number;
  token: string;
  /** Undefined for a token that somebody else made. */
  expires: Date | undefined;
  minted: boolean;
  /** Why it was not renewed although it expires soon. */
  notRenewed?: DashkeepError;
  /** What a backup needs and a stored token that works does not permit. */
  lacks?: string[];
  /** Whether it was made because Grafana refused the stored one. */
  refused?: true;
  /** The service account, and the usual name where somebody else's has that. Absent for a token of somebody else. */
  account?: { name: string; instead?: string };
  app: AppOutcome | 'forbidden' | undefined;
  /** The service that has the app of the organization, if that is another one. */
  other?: OtherService;
}

export interface Bootstrapped {
  home: number;
  /** Milliseconds that Grafana's clock was ahead of this machine's; absent where that is not known. */
  ahead?: number;
  orgs: OrgToken[];
  /** Orgs other than the home org that have no token, and why. */
  failed: { org: number; problem: DashkeepError }[];
}
