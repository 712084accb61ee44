import type { Load } from './http/load.ts';
import { PROFILES, type ProfileName } from './profiles/profiles.ts';
import { isWrite } from './http/record.ts';
import { allRoutes } from './routes/index.ts';
import { seedDashboards, touchDashboards } from './seed/dashboards.ts';
import { obey } from './http/control.ts';
import { demoSeed } from './seed/demo.ts';
import { GrafanaServer } from './http/server.ts';
import { GrafanaState } from './state.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';
import type { Simulator } from './simulator.ts';

export interface SimulatorOptions extends Partial<Tuning>, Load {
  profile: ProfileName;
  /** Makes uids and chances repeatable. */
  seed?: number;
  /**
   * How long the search index lags behind writes, in milliseconds. It does on 12.4 and later; not here by default,
   * because what a test finds must not depend on the speed of the machine.
   */
  searchDelayMs?: number;
  port?: number;
  host?: string;
  /** Whether orders are taken over HTTP, for a simulator in its own process. */
  control?: boolean;
}

export async function startGrafana(options: SimulatorOptions): Promise<Simulator> {
  const profile = PROFILES[options.profile];
  const { seed = 1, searchDelayMs = 0 } = options;
  const state = new GrafanaState(profile, { seed, searchDelayMs });
  const tuning: Tuning = { ...DEFAULT_TUNING, nestedFolders: profile.nestedFolders, ...given(options) };
  const server = new GrafanaServer(state, tuning, allRoutes());
  server.workers.load = options;
  const url = (await server.listen(options.port ?? 0, options.host ?? '127.0.0.1')) + tuning.subPath;
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
    keep() {
      const restore = state.keep();
      return () => {
        restore();
        server.faults.set([]);
        server.requests.length = 0;
      };
    },
    setFaults: (...faults) => server.faults.set(faults),
    hold(match) {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      server.faults.set([{ match, action: { kind: 'before', run: () => released } }]);
      return () => {
        server.faults.set([]);
        release();
      };
    },
    setLoad: (load) => {
      server.workers.load = load;
    },
    advance: (ms) => {
      state.skewMs += ms;
    },
    advanceDated: (ms) => {
      state.skewMs += ms;
      server.dateSkewMs += ms;
    },
    writes: () => server.requests.filter(isWrite),
    clearRequests: () => {
      server.requests.length = 0;
    },
    keepBodies: (on) => {
      server.keepBodies = on;
    },
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
