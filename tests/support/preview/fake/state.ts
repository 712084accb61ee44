import type { Preview } from '../../../../pkg/contract/api/previews.ts';
import type { Mappings } from '../../../../pkg/contract/api/mappings.ts';
import type { Run } from '../../../../pkg/contract/api/runs.ts';
import type { Fleet } from '../../../../pkg/contract/api/readiness.ts';
import { manyInstallations } from './fleet.ts';
import type { Connections, ResultPage, RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import type { Settings } from '../../../../pkg/contract/api/settings.ts';
import type { SnapshotRow } from '../../../../pkg/contract/api/snapshots.ts';
import type { Status } from '../../../../pkg/contract/api/status.ts';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import type { ReadinessFacts } from '../../../../pkg/service/readiness/facts.ts';
import { HEAVY_UID, heavyResources } from './heavy.ts';
import { keyOf, laterWorld, liveWorld, makeWorld, type World } from './world.ts';

export interface FakeOptions {
  /** How many snapshots the history has. */
  snapshots?: number;
  /** That many dashboards more than the usual dozen. */
  extraDashboards?: number;
  /** With this, there is one dashboard of about that many characters, much edited since the newest snapshot. */
  heavyBytes?: number;
  /** How long a run takes, in milliseconds. */
  runTime?: number;
  configured?: boolean;
}

/** Everything the made-up service knows; tests change it as they need. */
export interface FakeState {
  options: Required<FakeOptions>;
  live: World;
  latest: World;
  earlier: World;
  snapshots: SnapshotRow[];
  runs: Run[];
  settings: Settings;
  restores: Map<string, { plan: RestorePlan; items: PlanItem[]; results: ResultPage['items'] }>;
  previews: Preview[];
  connections: Connections['connections'];
  installations: Fleet['installations'];
  mappings: Mappings['mappings'];
  /** What is in the other Grafana. */
  elsewhere: World;
  /** When the service started; later for one that was restarted. */
  started: string;
  /** Laid over what GET /status answers. */
  status: Partial<Status>;
  /** Laid over the facts that readiness is judged by. */
  readiness: Partial<ReadinessFacts>;
  counter: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function makeState(options: FakeOptions): FakeState {
  const wanted = { snapshots: 36, extraDashboards: 0, heavyBytes: 0, runTime: 6000, configured: true, ...options };
  const earlier = makeWorld(wanted.extraDashboards);
  const latest = laterWorld(earlier);
  const state: FakeState = {
    options: wanted,
    earlier,
    latest,
    live: liveWorld(latest),
    snapshots: [],
    runs: [],
    settings: makeSettings(wanted.configured),
    restores: new Map(),
    previews: [],
    connections: [{ name: 'production', url: 'https://grafana.example.com' }],
    installations: manyInstallations(),
    mappings: [],
    elsewhere: new Map(),
    started: new Date(Date.now() - 24 * HOUR).toISOString(),
    status: {},
    readiness: {},
    counter: 0,
  };
  if (wanted.heavyBytes > 0) {
    const { before, after } = heavyResources(wanted.heavyBytes);
    const key = keyOf('dashboard', HEAVY_UID);
    latest.set(key, before);
    state.live.set(key, after);
  }
  if (wanted.configured) {
    makeHistory(state);
  }
  return state;
}

/** An id as the service makes them: time, then something random. */
export function newId(state: FakeState, time: Date): string {
  const stamp = time.toISOString().replace(/[-:]/g, '').slice(0, 15) + 'Z';
  state.counter++;
  return `${stamp}-${(state.counter * 2654435761).toString(16).slice(-8).padStart(8, '0')}`;
}

function makeHistory(state: FakeState): void {
  const start = Date.now() - 40 * MINUTE;
  for (let index = 0; index < state.options.snapshots; index++) {
    const time = new Date(start - index * 2 * HOUR);
    const id = newId(state, time);
    const partial = index % 9 === 4;
    const manual = index % 7 === 3;
    const row: SnapshotRow = {
      id,
      time: time.toISOString(),
      status: partial ? 'partial' : 'complete',
      trigger: manual ? 'manual' : index % 11 === 6 ? 'safety' : 'scheduled',
      by: manual ? 'ada' : undefined,
      resources: state.latest.size - Math.floor(index / 4),
      bytes: 180_000 - index * 900,
      duration: 4200 + ((index * 7919) % 2600),
      changes:
        index === 0 ? { added: 1, changed: 1, removed: 1 } : { added: index % 3, changed: index % 5, removed: 0 },
      problems: partial ? 1 : 0,
      signed: true,
      run: `run-${id}`,
    };
    state.snapshots.push(row);
    state.runs.push(backupRun(row));
    if (index % 8 === 2) {
      state.runs.push(failedRun(new Date(time.getTime() - HOUR), newId(state, time)));
    }
  }
}

export function backupRun(row: SnapshotRow): Run {
  const errors =
    row.status === 'partial'
      ? [
          {
            org: 1,
            kind: 'dashboard' as const,
            uid: 'redis',
            title: 'Redis',
            reason: 'Grafana answered 500 three times',
          },
        ]
      : [];
  return {
    id: row.run ?? row.id,
    kind: 'backup',
    status: row.status,
    trigger: row.trigger,
    by: row.by,
    started: new Date(Date.parse(row.time) - (row.duration ?? 0)).toISOString(),
    finished: row.time,
    duration: row.duration,
    snapshot: row.id,
    counts: { listed: row.resources, stored: 3, reused: row.resources - 3, failed: errors.length, bytes: row.bytes },
    problems: errors.length,
    cancellable: false,
    errors,
    undoable: false,
  };
}

function failedRun(time: Date, id: string): Run {
  return {
    id: `run-${id}`,
    kind: 'backup',
    status: 'failed',
    trigger: 'scheduled',
    started: time.toISOString(),
    finished: new Date(time.getTime() + 30_000).toISOString(),
    duration: 30_000,
    counts: {},
    problems: 0,
    cancellable: false,
    errors: [],
    undoable: false,
    failure: {
      code: 'DK_STORE_UNREACHABLE',
      message: 'The target did not respond: connection refused',
      hint: 'Check the endpoint, the network and the certificate of the target.',
    },
  };
}

function makeSettings(configured: boolean): Settings {
  const values: Settings['values'] = {
    target: {
      url: configured ? 's3://grafana-backups/production' : '',
      preset: configured ? 'scaleway' : 'other',
      endpoint: configured ? 'https://s3.fr-par.scw.cloud' : '',
      region: configured ? 'fr-par' : '',
      forcePathStyle: null,
      profile: '',
      objectLock: { mode: 'none', days: 0 },
    },
    schedule: {
      backup: '0 */2 * * *',
      verify: '30 3 * * 0',
      prune: '0 4 * * 0',
      drill: '',
      timezone: 'Europe/Paris',
      jitterSeconds: 60,
    },
    scope: { orgs: 'token', excludeKinds: [], plainCopies: 'auto', fullReadEvery: 12 },
    retention: {
      keepLast: 12,
      keepHourly: 48,
      keepDaily: 30,
      keepWeekly: 12,
      keepMonthly: 12,
      keepYearly: 3,
      keepWithin: '',
    },
    encryption: { recipients: [] },
    notifications: {
      ...{ format: 'generic', events: ['failed', 'partial', 'late'], changes: 'backup' },
      email: { host: '', port: 587, security: 'starttls', user: '', from: '', to: [] },
    },
  };
  const owners: Settings['owners'] = {};
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      Object.entries(value).forEach(([name, member]) => walk(member, path === '' ? name : `${path}.${name}`));
    } else {
      owners[path] = { owner: configured ? 'ui' : 'default' };
    }
  };
  walk(values, '');
  owners['schedule.timezone'] = { owner: 'deployment', source: 'DASHKEEP_TIMEZONE' };
  const none = { set: false, owner: 'default' as const };
  const typed = { set: configured, owner: configured ? ('ui' as const) : ('default' as const) };
  return {
    revision: '1',
    values,
    owners,
    secrets: {
      s3AccessKeyId: typed,
      s3SecretAccessKey: typed,
      s3SessionToken: none,
      ageIdentity: none,
      webhookUrl: none,
      smtpPassword: none,
    },
    writable: true,
  };
}
