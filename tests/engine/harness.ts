import { afterEach } from 'vitest';
import { compact } from '../../pkg/contract/compact.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type { ToBeWritten } from '../../pkg/engine/backup/options.ts';
import type { Manifest, SnapshotTrigger } from '../../pkg/contract/manifest.ts';
import type { ApplyResult } from '../../pkg/contract/plan.ts';
import type { StoredRun } from '../../pkg/repository/runs.ts';
import { silentLog, type Clock, type Log } from '../../pkg/contract/ports.ts';
import { backup } from '../../pkg/engine/backup/backup.ts';
import { diffLive, type LiveDiffOptions } from '../../pkg/engine/live-diff.ts';
import type { OnProgress } from '../../pkg/engine/progress.ts';
import { recentOf, type Recent } from '../../pkg/engine/recent.ts';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Plan, PlanRequest, Selection } from '../../pkg/engine/restore/types.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../pkg/grafana/http/credentials.ts';
import { connect, type Instance } from '../../pkg/grafana/instance.ts';
import { runRestore } from '../../pkg/operations/restore.ts';
import { recordRun } from '../../pkg/operations/run.ts';
import { openRepository } from '../../pkg/repository/open.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import type { ObjectStore } from '../../pkg/storage/store.ts';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { stateOf } from '../support/repository/repository.ts';

export const DASHBOARDS: KindName[] = ['folder', 'dashboard'];

export interface Bench {
  grafana: Simulator;
  store: ObjectStore;
  repository: Repository;
  instance(options?: InstanceChoice): Promise<Instance>;
  backup(options?: BackupChoice): Promise<Manifest>;
  plan(manifest: Manifest, options?: PlanChoice): Promise<Plan>;
  apply(manifest: Manifest, options?: PlanChoice): Promise<ApplyResult[]>;
  /** With a safety snapshot and a record, as people restore. */
  restoreRun(manifest: Manifest, options?: PlanChoice & { safetySnapshot?: boolean }): Promise<StoredRun>;
  diffLive(manifest: Manifest, options?: LiveChoice & Pick<LiveDiffOptions, 'onPart'>): ReturnType<typeof diffLive>;
  close(): Promise<void>;
}

interface InstanceChoice {
  token?: string;
  /** In place of a token or the admin. */
  credentials?: CredentialSource;
  timeout?: number;
  /** Milliseconds that Grafana is waited for. */
  wait?: number;
  clock?: Clock;
  log?: Log;
  orgs?: 'all';
}

interface BackupChoice {
  /** As another process opens it. */
  repository?: Repository;
  kinds?: KindName[];
  trigger?: SnapshotTrigger;
  instance?: Instance;
  fullReadEvery?: number;
  plainCopies?: boolean;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  clock?: Clock;
  mustRead?: (org: number, uid: string) => boolean;
  deletesNothing?: boolean;
  touched?: readonly ToBeWritten[];
  version?: string;
}

interface LiveChoice {
  /** Go by what the last backup knows. */
  byLastBackup?: boolean;
  clock?: Clock;
  onProgress?: OnProgress;
}

interface PlanChoice extends LiveChoice {
  /** Another than the bench's own. */
  repository?: Repository;
  selection?: Selection;
  overwrite?: boolean;
  includeManaged?: boolean;
  deleteExtra?: boolean;
}

/** The repository in a store, which is made where there is none, with what one machine keeps of it. */
export function openStored(store: ObjectStore): Promise<Repository> {
  const state = stateOf(store);
  return openRepository({ store, clock: realClock, randomness: realRandomness, log: silentLog, create: true, state });
}

/** A simulated Grafana, a repository in memory, and the engine between them. */
export async function openBench(options: SimulatorOptions, store: ObjectStore = new MemoryStore()): Promise<Bench> {
  const grafana = await startGrafana(options);
  const repository = await openStored(store);
  const clients: GrafanaClient[] = [];
  const signal = new AbortController().signal;
  const ports = { clock: hastyClock, randomness: realRandomness, log: silentLog, signal };

  const open: Bench['instance'] = async (choice = {}) => {
    const credentials =
      choice.token === undefined
        ? basicCredentials(
            async () => 'admin',
            async () => 'admin',
          )
        : tokenCredentials(async () => choice.token ?? '');
    const client = GrafanaClient.open({ url: grafana.url, credentials, ...ports, ...choice });
    clients.push(client);
    return connect({ client, orgs: choice.orgs });
  };
  const recent = async (instance: Instance, choice: LiveChoice): Promise<{ recent?: Recent }> =>
    choice.byLastBackup === true
      ? compact({ recent: await recentOf({ ...ports, ...choice, repository, instance, version: 'test' }) })
      : {};
  const request = async (manifest: Manifest, choice: PlanChoice, instance: Instance): Promise<PlanRequest> => ({
    ...ports,
    ...(await recent(instance, choice)),
    ...compact({ onProgress: choice.onProgress }),
    manifest,
    repository: choice.repository ?? repository,
    instance,
    selection: choice.selection ?? {},
    options: {
      overwrite: choice.overwrite ?? false,
      includeManaged: choice.includeManaged ?? false,
      deleteExtra: choice.deleteExtra === true,
    },
  });
  return {
    grafana,
    store,
    repository,
    instance: open,
    async backup(choice = {}) {
      return backup({
        ...ports,
        repository,
        trigger: 'manual',
        plainCopies: false,
        version: 'test',
        ...choice,
        instance: choice.instance ?? (await open()),
      });
    },
    async plan(manifest, choice = {}) {
      return planRestore(await request(manifest, choice, await open()));
    },
    async apply(manifest, choice = {}) {
      const asked = await request(manifest, choice, await open());
      const plan = await planRestore(asked);
      const facts = { safetySnapshot: false, version: 'test', ...compact({ confirm: plan.confirm }) };
      const { results } = await restore({ ...asked, ...ports, ...facts, plan });
      return results;
    },
    async restoreRun(manifest, choice = {}) {
      const clock = choice.clock ?? hastyClock;
      const asked = { ...(await request(manifest, choice, await open())), ...ports, clock };
      const plan = await planRestore(asked);
      let run = '';
      const { signal, onProgress } = asked;
      await recordRun(asked, { kind: 'restore', trigger: 'manual', signal, onProgress }, (one) => {
        run = one.id;
        const { safetySnapshot = true } = choice;
        const chosen = { request: asked, plan, safetySnapshot, ...compact({ confirm: plan.confirm }) };
        return runRestore({ ...ports, version: 'test' }, chosen, one);
      });
      return (await repository.run(run))!;
    },
    async diffLive(manifest, choice = {}) {
      const instance = await open();
      return diffLive({ ...ports, ...choice, ...(await recent(instance, choice)), manifest, repository, instance });
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await repository.close();
      await grafana.close();
    },
  };
}

let opened: Bench[] = [];

afterEach(async () => {
  const benches = opened;
  opened = [];
  await Promise.all(benches.map((bench) => bench.close()));
});

/** A bench for one test, closed after it. */
export async function start(...given: Parameters<typeof openBench>): Promise<Bench> {
  const bench = await openBench(...given);
  opened.push(bench);
  return bench;
}

/** What identifies each resource of a manifest and what it holds, for comparing two of them. */
export function identities(manifest: Manifest, kinds?: readonly KindName[]): string[] {
  return manifest.resources
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
    .map(({ org, kind, uid, object, folder }) => [org, kind, uid, object, folder].join(' '));
}
