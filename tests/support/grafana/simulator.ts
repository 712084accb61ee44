import type { Fault } from './http/faults.ts';
import type { Load } from './http/load.ts';
import type { RequestRecord, Counters } from './http/record.ts';
import type { Role } from './model/stored.ts';
import type { Permission } from './model/model.ts';
import type { Profile } from './profiles/profiles.ts';
import type { SeedDashboards, Seeded } from './seed/dashboards.ts';
import type { GrafanaState } from './state.ts';
import type { Tuning } from './tuning.ts';

/** A Grafana that exists for a test, the demo or a benchmark. */
export interface Simulator {
  readonly url: string;
  readonly profile: Profile;
  readonly state: GrafanaState;
  /** Every request since the start or the last clearRequests. */
  readonly requests: RequestRecord[];
  readonly counters: Counters;
  readonly tuning: Tuning;
  close(): Promise<void>;
  /** Empties every org and leaves access as it is: orgs, users, service accounts and tokens go on working. */
  wipe(): void;
  /** A new Grafana under the same address: every token, user and org but the first ones is gone. */
  burn(): void;
  /**
   * Keeps a copy of what it holds, so that tests with the same beginning have to make it only once.
   * @returns a function that goes back to it, without faults and recorded requests
   */
  keep(): () => void;
  setFaults(...faults: Fault[]): void;
  /** Holds matching requests until the returned function is called. */
  hold(match: string): () => void;
  setLoad(load: Load): void;
  /** Moves the server's clock forward, in milliseconds. */
  advance(ms: number): void;
  /** The same, and its responses are dated by it. */
  advanceDated(ms: number): void;
  /** The requests that were no reads. */
  writes(): RequestRecord[];
  clearRequests(): void;
  /** Whether records hold what writes sent; off at first. */
  keepBodies(on: boolean): void;
  /** A service account with a token; gives the token. */
  token(given?: TokenRequest): string;
  seedDashboards(given: SeedDashboards): Seeded;
  /** Edits that many dashboards of the first org, as people do between two backups; gives their uids. */
  touchDashboards(count: number, seed?: number): string[];
  /** Every token handed out so far is refused from now on. */
  expireTokens(): void;
  /** A made-up company with something of every kind. */
  demoSeed(): void;
}

export interface TokenRequest {
  role?: Role;
  orgId?: number;
  name?: string;
  ttlSeconds?: number;
  /** Actions taken away from the role. */
  without?: string[];
  /** Permissions on top of the role. */
  extra?: Permission[];
}
