import { asDashkeepError, DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { KubeClient } from './client.ts';
import { isKubernetesStatus } from './errors.ts';
import { notesOf, WANTED_BY, annotationsWithNotes } from './lease-notes.ts';
import { readLease, replaceLease, type LeaseName } from './leases.ts';
import type { Lease } from './types.ts';

export interface ElectionOptions {
  client: KubeClient;
  lease: LeaseName;
  /** Names this replica; two must never share it. */
  identity: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Milliseconds; client-go's 15 s, 10 s and 2 s by default. */
  timing?: { lease: number; renewDeadline: number; retry: number };
  /** Whether another replica that asks may have the lease now: only while nothing runs. */
  mayYield?: () => boolean;
}

/**
 * Leadership among replicas by one Lease. Expiry is judged by how long this process has seen the Lease unchanged, never
 * by comparing clocks. A leader that has not renewed within the deadline ends its term itself, before anybody else may
 * begin one:
 * `term` is aborted, and whatever it guards must stop on that signal.
 */
export class Election {
  readonly #options: ElectionOptions;
  readonly #timing: { lease: number; renewDeadline: number; retry: number };
  readonly #stopping = new AbortController();
  /** What was last seen of the Lease, and since when it has been so. */
  #seen:
    | { version: string; holder: string; duration: number; notes: Record<string, string>; since: number }
    | undefined;
  #term: { controller: AbortController; renewed: number } | undefined;
  #notes: Record<string, string> = {};
  #isWanted = false;
  #loop: Promise<void> | undefined;
  #problem: DashkeepError | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#timing = options.timing ?? { lease: 15_000, renewDeadline: 10_000, retry: 2_000 };
  }

  /**
   * Aborted when the current term ends; undefined while somebody else leads, or when the term is over but nobody
   * noticed yet.
   */
  get term(): AbortSignal | undefined {
    const term = this.#term;
    const alive = term !== undefined && this.#options.clock.monotonic() - term.renewed < this.#timing.renewDeadline;
    return alive ? term.controller.signal : undefined;
  }

  get leading(): boolean {
    return this.term !== undefined;
  }

  get identity(): string {
    return this.#options.identity;
  }

  /** Who leads as far as is known. */
  get holder(): string | undefined {
    return this.leading ? this.#options.identity : this.#seen?.holder || undefined;
  }

  /** Why the Lease can't be used, while it can't. */
  get problem(): DashkeepError | undefined {
    return this.#problem;
  }

  /** What the leader has announced (see `announce`), as last seen. */
  note(name: string): string | undefined {
    return (this.leading ? this.#notes : this.#seen?.notes)?.[name];
  }

  /** Sends a small text along with every renewal from now on; undefined takes it back. */
  announce(name: string, value: string | undefined): void {
    const { [name]: _old, ...others } = this.#notes;
    this.#notes = value === undefined ? others : { ...others, [name]: value };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /**
   * Asks the leader to hand over and waits for it, a few rounds at most.
   * Returns the new term; undefined when the leader is busy or can't be reached.
   */
  async request(): Promise<AbortSignal | undefined> {
    const { clock } = this.#options;
    const until = clock.monotonic() + 5 * this.#timing.retry;
    this.#isWanted = true;
    while (this.term === undefined && clock.monotonic() < until && !this.#stopping.signal.aborted) {
      await clock.sleep(Math.min(100, this.#timing.retry));
    }
    this.#isWanted = false;
    return this.term;
  }

  /** Stop what the term guards first: this gives the Lease back, so that another replica can begin immediately. */
  async stop(): Promise<void> {
    this.#stopping.abort(new DashkeepError('DK_INTERRUPTED', 'the service is stopping'));
    await this.#loop;
    const held = this.leading;
    this.#end('the service is stopping');
    if (held) {
      await this.#release().catch((error: unknown) => {
        this.#options.log.debug({ reason: asDashkeepError(error).message }, 'the lease is left to expire');
      });
    }
  }

  async #run(): Promise<void> {
    const { clock, randomness } = this.#options;
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      await this.#round(signal);
      // Scattered, so that candidates don't all ask in the same moment.
      const pause = this.#timing.retry * (this.#term === undefined ? 1 + 0.2 * randomness.fraction() : 1);
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    try {
      await (this.#term === undefined ? this.#tryBegin(signal) : this.#renew(this.#term, signal));
      this.#problem = undefined;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      const problem = asDashkeepError(error);
      if (this.#problem?.message !== problem.message) {
        log.warn({ reason: problem.message, hint: problem.hint }, 'the lease cannot be used');
      }
      this.#problem = problem;
    }
  }

  async #tryBegin(signal: AbortSignal): Promise<void> {
    const { client, lease: name, clock, identity, log } = this.#options;
    const lease = await readLease(client, name, { signal, timeout: this.#timing.renewDeadline });
    const now = clock.monotonic();
    this.#look(lease, now);
    const seen = this.#seen;
    const free =
      seen === undefined || seen.holder === '' || seen.holder === identity || now - seen.since > seen.duration;
    if (!free) {
      if (this.#isWanted && lease.metadata.annotations?.[WANTED_BY] === undefined) {
        await this.#ask(lease, signal);
      }
      return;
    }
    const begun = await this.#write(lease, identity, signal);
    if (begun !== undefined) {
      const term = { controller: new AbortController(), renewed: now };
      this.#term = term;
      this.#isWanted = false;
      this.#look(begun, clock.monotonic());
      void this.#watch(term);
      log.info({ replica: identity, transitions: begun.spec?.leaseTransitions ?? 0 }, 'this replica leads now');
    }
  }

  /** Ends a term at its deadline, whatever a request in flight may be waiting for. */
  async #watch(term: { controller: AbortController; renewed: number }): Promise<void> {
    const { clock } = this.#options;
    while (this.#term === term) {
      const left = this.#timing.renewDeadline - (clock.monotonic() - term.renewed);
      if (left <= 0) {
        this.#end('the lease could not be renewed in time');
        return;
      }
      await clock.sleep(left, term.controller.signal).catch(() => undefined);
    }
  }

  async #renew(term: { controller: AbortController; renewed: number }, stopping: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stopping, term.controller.signal]);
    const { client, lease: name, clock, identity } = this.#options;
    // The term is counted from before the request: the server can have stamped it no earlier.
    const asked = clock.monotonic();
    const lease = await readLease(client, name, { signal });
    if (lease.spec?.holderIdentity !== identity) {
      this.#look(lease, clock.monotonic());
      this.#end(`${lease.spec?.holderIdentity || 'another replica'} took the lease`);
      return;
    }
    const wantedBy = lease.metadata.annotations?.[WANTED_BY];
    if (wantedBy !== undefined && this.#options.mayYield?.() === true) {
      this.#end(`${wantedBy} asked for the lease`);
      await this.#write(lease, wantedBy, stopping);
      return;
    }
    const renewed = await this.#write(lease, identity, signal);
    if (renewed !== undefined && this.#term === term) {
      term.renewed = asked;
      this.#look(renewed, clock.monotonic());
    }
  }

  /** Leaves the holder and its renewals as they are and only says who would like to be next. */
  async #ask(lease: Lease, signal: AbortSignal): Promise<void> {
    const { client, lease: name, identity } = this.#options;
    const { managedFields: _managed, ...metadata } = lease.metadata;
    const annotations = { ...metadata.annotations, [WANTED_BY]: identity };
    await replaceLease(client, name, { ...lease, metadata: { ...metadata, annotations } }, { signal }).catch(
      (error: unknown) => {
        if (!isKubernetesStatus(error, 409)) {
          throw error;
        }
      },
    );
  }

  /** Undefined when somebody else was faster. */
  async #write(lease: Lease, holder: string, signal?: AbortSignal): Promise<Lease | undefined> {
    const { client, lease: name, clock } = this.#options;
    const now = microTime(clock.now());
    const before = lease.spec ?? {};
    const changed = before.holderIdentity !== holder;
    const annotations = annotationsWithNotes(lease, holder === '' ? {} : this.#notes);
    const { managedFields: _managed, ...metadata } = lease.metadata;
    try {
      return await replaceLease(
        client,
        name,
        {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { ...metadata, annotations },
          spec: {
            holderIdentity: holder,
            leaseDurationSeconds: Math.max(1, Math.ceil(this.#timing.lease / 1000)),
            acquireTime: changed ? now : (before.acquireTime ?? now),
            renewTime: now,
            leaseTransitions: (before.leaseTransitions ?? 0) + (changed && holder !== '' ? 1 : 0),
          },
        },
        { signal, timeout: this.#timing.renewDeadline },
      );
    } catch (error) {
      if (isKubernetesStatus(error, 409)) {
        return undefined;
      }
      throw error;
    }
  }

  async #release(): Promise<void> {
    const { client, lease: name, identity } = this.#options;
    const lease = await readLease(client, name, { timeout: this.#timing.retry });
    if (lease.spec?.holderIdentity === identity) {
      await this.#write(lease, '');
    }
  }

  #look(lease: Lease, now: number): void {
    const version = `${lease.metadata.resourceVersion ?? ''}/${lease.spec?.renewTime ?? ''}`;
    if (this.#seen?.version === version) {
      return;
    }
    this.#seen = {
      version,
      holder: lease.spec?.holderIdentity ?? '',
      // Anyone who holds it says how long: replicas of two releases may differ.
      duration: Math.max(this.#timing.lease, (lease.spec?.leaseDurationSeconds ?? 0) * 1000),
      notes: notesOf(lease),
      since: now,
    };
  }

  #end(reason: string): void {
    const term = this.#term;
    this.#term = undefined;
    if (term !== undefined) {
      this.#options.log.info({ replica: this.#options.identity, reason }, 'this replica no longer leads');
      term.controller.abort(new DashkeepError('DK_INTERRUPTED', `this replica no longer leads: ${reason}`));
    }
  }
}

/** A time as Kubernetes' MicroTime wants it. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
