import type { Permission, Role } from './model/model.ts';
import type { Fault } from './http/faults.ts';
import type { Load } from './http/load.ts';
import { PROFILES, type Profile, type ProfileName } from './profiles/profiles.ts';
import { isWrite, type Counters, type RequestRecord } from './http/record.ts';
import { allRoutes } from './routes/index.ts';
import { seedDashboards, touchDashboards, type SeedDashboards, type Seeded } from './seed/dashboards.ts';
import { obey } from './http/control.ts';
import { demoSeed } from './seed/demo.ts';
import { GrafanaServer } from './http/server.ts';
import { GrafanaState } from './state.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';

export interface SimulatorOptions extends Partial<Tuning>, Load {
  profile: ProfileName;
  /** Makes uids and chances repeatable. */
  seed?: number;
  /** How long the search index lags behind writes (12.4 and later), in milliseconds. */
  searchDelayMs?: number;
  port?: number;
  host?: string;
  /** Whether orders are taken over HTTP, for a simulator in a process of its own. */
  control?: boolean;
}

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
  setFaults(...faults: Fault[]): void;
  setLoad(load: Load): void;
  /** Moves the server's clock forward, in milliseconds. */
  advance(ms: number): void;
  /** The requests that were no reads. */
  writes(): RequestRecord[];
  clearRequests(): void;
  /** Whether records hold what writes sent; off at first. */
  keepBodies(on: boolean): void;
  /** Makes every write visible to searches now. */
  flushSearch(): void;
  /** A service account with a token; gives the token. */
  token(given?: TokenRequest): string;
  seedDashboards(given: SeedDashboards): Seeded;
  /** Edits so many dashboards of the first org, as people do between two backups; gives their uids. */
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

export async function startGrafana(options: SimulatorOptions): Promise<Simulator> {
  const profile = PROFILES[options.profile];
  const searchDelayMs = options.searchDelayMs ?? (profile.searchLags ? 200 : 0);
  const state = new GrafanaState(profile, { seed: options.seed ?? 1, searchDelayMs });
  const tuning: Tuning = { ...DEFAULT_TUNING, nestedFolders: profile.nestedFolders, ...given(options) };
  const server = new GrafanaServer(state, tuning, allRoutes());
  server.workers.load = options;
  const url = await server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  let accounts = 0;
  const simulator: Simulator = {
    url,
    profile,
    state,
    tuning,
    requests: server.requests,
    counters: server.counters,
    close: () => server.close(),
    wipe: () => state.wipe(),
    burn: () => state.reset(),
    setFaults: (...faults) => server.faults.set(faults),
    setLoad: (load) => {
      server.workers.load = load;
    },
    advance: (ms) => {
      state.skewMs += ms;
    },
    writes: () => server.requests.filter(isWrite),
    clearRequests: () => {
      server.requests.length = 0;
    },
    keepBodies: (on) => {
      server.keepBodies = on;
    },
    flushSearch: () => state.orgs.forEach((org) => org.index.flush()),
    token(request = {}) {
      const orgId = request.orgId ?? 1;
      const name = request.name ?? `account-${++accounts}`;
      const account = state.addServiceAccount(orgId, { ...request, name, role: request.role ?? 'Admin' });
      return state.addToken(orgId, { name, serviceAccountId: account.id, ttlSeconds: request.ttlSeconds }).key;
    },
    demoSeed: () => demoSeed(state, 1, tuning.nestedFolders),
    seedDashboards: (request) => state.versions.quietly(() => seedDashboards(state, request, tuning.nestedFolders)),
    touchDashboards: (count, seed = 1) => touchDashboards(state, count, seed),
    expireTokens: () => {
      for (const token of state.tokens) {
        token.expires = state.now() - 1;
      }
    },
  };
  server.control = options.control ? (order, text) => obey(simulator, order, text) : undefined;
  return simulator;
}

/** The members of the options that tune behaviour and were given. */
function given(options: SimulatorOptions): Partial<Tuning> {
  const known = ['nestedFolders', ...Object.keys(DEFAULT_TUNING)];
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => known.includes(name) && value !== undefined),
  );
}
