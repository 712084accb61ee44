import type { Manifest } from '../../pkg/contract/manifest.ts';
import { silentLog, type Clock } from '../../pkg/contract/ports.ts';
import { backup } from '../../pkg/engine/backup/backup.ts';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Restored, Plan, PlanRequest, RestoreOptions, Selection } from '../../pkg/engine/restore/types.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { tokenCredentials, type CredentialSource } from '../../pkg/grafana/http/credentials.ts';
import { connect, type Instance } from '../../pkg/grafana/instance.ts';
import type { KnownPreviews } from '../../pkg/grafana/known-previews.ts';
import { runRestore } from '../../pkg/operations/restore.ts';
import { recordRun } from '../../pkg/operations/run.ts';
import { openRepository } from '../../pkg/repository/open.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { HEARTBEAT } from '../../pkg/repository/sessions/current.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { Role } from '../support/grafana/model/stored.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { call, type HttpResponse } from '../simulator/http.ts';
import { copyOf, SeededRandomness, stateOf as keptFor } from '../support/repository/repository.ts';

export interface Wanted {
  selection?: Selection;
  options?: Partial<RestoreOptions>;
  manifest?: Manifest;
  signal?: AbortSignal;
}

/** A Grafana, a repository in memory, and what people do with both. Sleeping moves Grafana's clock. */
export class RestoreBench {
  readonly sim: Simulator;
  readonly repository: Repository;
  readonly clock: Clock;
  /** Milliseconds that the clocks of this machine and the store are behind Grafana's. */
  readonly behind: { machine: number; store: number };
  /** Who works with Grafana. */
  readonly account: { login: string; password: string };
  /** The record of temporary copies that backups, comparisons and plans go by. */
  previews: KnownPreviews | undefined;
  readonly #store: MemoryStore;
  readonly #client: GrafanaClient;
  #closeGrafana = (): Promise<void> => this.sim.close();
  #runs = 0;

  private constructor(
    sim: Simulator,
    repository: Repository,
    store: MemoryStore,
    client: GrafanaClient,
    behind: RestoreBench['behind'],
    account: RestoreBench['account'],
  ) {
    this.behind = behind;
    this.account = account;
    this.sim = sim;
    this.repository = repository;
    this.clock = repository.clock;
    this.#store = store;
    this.#client = client;
  }

  static async start(options: SimulatorOptions): Promise<RestoreBench> {
    return this.#open(await startGrafana(options));
  }

  static async #open(sim: Simulator, kept?: MemoryStore): Promise<RestoreBench> {
    const behind = { machine: 0, store: 0 };
    const clock: Clock = {
      now: () => new Date(sim.state.now() - behind.machine),
      monotonic: () => sim.state.now(),
      // A heartbeat that never comes keeps the process from spinning.
      sleep: (milliseconds, signal) =>
        milliseconds === HEARTBEAT
          ? new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
          : Promise.resolve(sim.advance(milliseconds)),
    };
    const randomness = new SeededRandomness();
    const account = { login: 'admin', password: 'admin' };
    const credentials: CredentialSource = {
      kind: 'basic',
      authorization: async () => `Basic ${Buffer.from(`${account.login}:${account.password}`).toString('base64')}`,
      refresh: async () => false,
    };
    const client = GrafanaClient.open({ url: sim.url, credentials, clock, randomness, log: silentLog });
    const of = { clock: { now: () => new Date(sim.state.now() - behind.store) } };
    const store = kept === undefined ? new MemoryStore(of) : await copyOf(kept, of);
    const repository = await openRepository({
      store,
      clock,
      randomness,
      log: silentLog,
      create: true,
      state: keptFor(store),
    });
    return new RestoreBench(sim, repository, store, client, behind, account);
  }

  async close(): Promise<void> {
    await this.repository.close();
    await this.#client.close();
    await this.#closeGrafana();
  }

  /**
   * Keeps a copy of Grafana and the repository, so that tests with the same beginning have to make it only once.
   * @returns a function that opens such a copy. All share one Grafana, so only one is used at a time, and no request of
   * one may still be on its way when the next is opened
   */
  async keep(): Promise<() => Promise<RestoreBench>> {
    const restore = this.sim.keep();
    const store = await copyOf(this.#store, { clock: this.clock });
    return async () => {
      restore();
      const bench = await RestoreBench.#open(this.sim, store);
      bench.#closeGrafana = async () => undefined;
      return bench;
    };
  }

  /** As a person, leaving alerting objects editable. */
  async api(route: string, body?: unknown, org = 1): Promise<HttpResponse> {
    const headers = { 'x-disable-provenance': 'true', 'x-grafana-org-id': String(org) };
    const answer = await call(this.sim, 'admin:admin', route, body, headers);
    if (answer.status >= 300) {
      throw new Error(`${route}: ${answer.status} ${answer.text}`);
    }
    return answer;
  }

  async instance(): Promise<Instance> {
    return { ...(await connect({ client: this.#client, orgs: 'all' })), previews: this.previews };
  }

  /** As a service account in the first org. */
  async asAccount<T>(work: (instance: Instance) => Promise<T>, role: Role = 'Admin'): Promise<T> {
    const token = this.sim.token({ role });
    const client = GrafanaClient.open({
      url: this.sim.url,
      credentials: tokenCredentials(async () => token),
      clock: this.clock,
      randomness: new SeededRandomness(),
      log: silentLog,
    });
    try {
      return await work(await connect({ client }));
    } finally {
      await client.close();
    }
  }

  async backup(): Promise<Manifest> {
    return backup({
      instance: await this.instance(),
      repository: this.repository,
      trigger: 'manual',
      plainCopies: false,
      // What people changed a moment ago must be in it, permissions too.
      fullReadEvery: 1,
      version: '0.1.0',
      clock: this.clock,
      randomness: new SeededRandomness(`run at ${this.sim.state.now()} ${this.sim.requests.length}`),
      log: silentLog,
      signal: new AbortController().signal,
    });
  }

  async request(wanted: Wanted): Promise<PlanRequest> {
    return {
      manifest: wanted.manifest ?? (await this.repository.manifest('latest')),
      repository: this.repository,
      instance: await this.instance(),
      selection: wanted.selection ?? {},
      options: { overwrite: false, includeManaged: false, ...wanted.options },
      clock: this.clock,
      log: silentLog,
      signal: wanted.signal ?? new AbortController().signal,
    };
  }

  async plan(wanted: Wanted = {}): Promise<Plan> {
    return planRestore(await this.request(wanted));
  }

  /** The same with a record of the run, as the command line and the service keep one. */
  async applyRecorded(
    wanted: Wanted = {},
    safetySnapshot = false,
    confirm?: string,
    planOf: (request: PlanRequest) => Promise<Plan> = planRestore,
  ): Promise<Restored & { plan: Plan; run: string }> {
    const request = await this.request(wanted);
    const plan = await planOf(request);
    const randomness = new SeededRandomness(`run ${this.#runs++}`);
    let run = '';
    const session = { ...request, randomness, version: '0.1.0' };
    const asked = { kind: 'restore', trigger: 'manual', signal: request.signal } as const;
    const restored = await recordRun(session, asked, (one) => {
      run = one.id;
      return runRestore(session, { request, plan, safetySnapshot, ...typedFor(plan, confirm) }, one);
    });
    return { ...restored, plan, run };
  }

  async apply(wanted: Wanted = {}, confirm?: string): Promise<Restored & { plan: Plan }> {
    const request = await this.request(wanted);
    const plan = await planRestore(request);
    const restored = await restore({
      ...request,
      plan,
      safetySnapshot: false,
      version: '0.1.0',
      randomness: new SeededRandomness(),
      ...typedFor(plan, confirm),
    });
    return { ...restored, plan };
  }
}

/** What a person types; without it they agree to what changes security, and not to what is deleted. */
export function typedFor(plan: Plan, confirm?: string): { confirm?: string } {
  const typed = confirm ?? (named(plan, 'delete').length === 0 ? plan.confirm : undefined);
  return typed === undefined ? {} : { confirm: typed };
}

/** `kind/uid` of the items with an action, sorted. */
export function named(plan: Plan, ...actions: Plan['items'][number]['action'][]): string[] {
  const items = plan.items.filter(({ action }) => actions.length === 0 || actions.includes(action));
  return items.map(({ kind, uid }) => `${kind}/${uid}`).sort();
}

/** Why items are not written, by `kind/uid`. */
export function reasons(plan: Plan, action: Plan['items'][number]['action']): Record<string, string> {
  const items = plan.items.filter((item) => item.action === action);
  return Object.fromEntries(items.map(({ kind, uid, reason }) => [`${kind}/${uid}`, reason]));
}

/** What a manifest holds of what people made: objects by org, kind and uid, without what is of the Grafana itself. */
export function stateOf(manifest: Manifest): Record<string, string> {
  const own = manifest.resources.filter(
    ({ kind }) => !['org', 'user', 'server-settings', 'service-account'].includes(kind),
  );
  return Object.fromEntries(
    own.map(({ org, kind, uid, object, folderUid }) => [`${org}/${kind}/${uid}`, `${object} ${folderUid ?? ''}`]),
  );
}
