import type { Connections as ConnectionList } from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { RunRecord } from '../../contract/runs.ts';
import { continuationOf, withEnd } from '../../engine/runs.ts';
import { linkOf, targetOfConnection, withName, type Connection } from '../../operations/connection.ts';
import type { GrafanaLink } from '../../operations/grafana.ts';
import type { Session } from '../../operations/session.ts';
import type { OutboundPolicy } from '../../storage/outbound/policy.ts';
import type { ServiceConfig } from '../config.ts';
import type { Caller } from '../organizations/caller.ts';
import { recipientsOf, settingsAt } from '../repository/another-target.ts';
import { OpenedTarget, type TargetPorts } from '../repository/opened-target.ts';
import { RepositoryCache } from '../repository/repository-cache.ts';
import { runRecord } from '../repository/stored-runs.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { SettingsStore } from '../settings/store.ts';

export interface ConnectionsParts {
  config: Pick<ServiceConfig, 'connections' | 'agePassphrase' | 'grafana'>;
  settings: SettingsStore;
  /** Of the first target: the repositories of connections are below it. */
  repositoryCache: RepositoryCache;
  target: TargetPorts;
  outbound: OutboundPolicy;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/**
 * The other Grafanas that the deployment names, each with its own repository for safety snapshots, records and
 * locks. Only the home organization may know of them. No page can name an address.
 */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #caches = new Map<string, RepositoryCache>();

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  get all(): readonly Connection[] {
    return this.#parts.config.connections;
  }

  /**
   * Names and addresses, for the home organization only.
   * @throws DK_SETTINGS if nothing can be sent there, because a page sets the target
   */
  async list({ home }: Caller): Promise<ConnectionList> {
    if (!home || this.all.length === 0) {
      return { connections: [] };
    }
    await this.#decided();
    return { connections: this.all.map(({ name, url }) => ({ name, url })) };
  }

  /** @throws DK_NOT_FOUND, also for any organization but the home one */
  find(name: string, { home }: Caller): Connection {
    const found = home ? this.all.find((one) => one.name === name) : undefined;
    if (found === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no connection '${name}'`);
    }
    return found;
  }

  linkOf(connection: Connection): GrafanaLink {
    const { config, target, outbound } = this.#parts;
    const { concurrency, timeout } = config.grafana;
    const { clock, randomness, log } = target;
    return linkOf(connection, { ...compact({ concurrency, timeout }), outbound, clock, randomness, log });
  }

  /**
   * Lends the repository and the Grafana of a connection. Creates the repository if it is missing.
   * @throws what `find` throws
   */
  async use<T>(
    name: string,
    caller: Caller,
    signal: AbortSignal,
    work: (session: Session, connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = this.find(name, caller);
    try {
      return await this.#cacheOf(connection).use(signal, async (opened) => {
        const session = await opened.session(signal, { create: true });
        const link = this.linkOf(connection);
        return work({ ...session, mirror: undefined, grafana: () => link }, connection);
      });
    } catch (error) {
      throw withName(name, error);
    }
  }

  /** The repository of a connection; undefined for one that the deployment no longer names. @param name - of it */
  repositoryOf(name: string, { home }: Caller): RepositoryCache | undefined {
    const connection = home ? this.all.find((one) => one.name === name) : undefined;
    return connection && this.#cacheOf(connection);
  }

  /** A run with its record in the repository of the connection, if that can be read. */
  async whole(record: RunRecord, caller: Caller, signal: AbortSignal): Promise<RunRecord> {
    const own = await this.#read(record.connection, caller, signal, (opened) => runRecord(opened, record.id, signal));
    return own === undefined ? record : withEnd(own, record);
  }

  /** A run that only the repository of a connection lists, because the command line did it. */
  async runOnlyThere(id: string, caller: Caller, signal: AbortSignal): Promise<RunRecord | undefined> {
    for (const { name } of this.all) {
      const found = await this.#read(name, caller, signal, (opened) => runRecord(opened, id, signal));
      if (found !== undefined) {
        return { ...found, connection: name };
      }
    }
    return undefined;
  }

  /** The later restore that undid or finished a run, by the repository of its connection. */
  continuationOf(record: RunRecord, caller: Caller, signal: AbortSignal): Promise<RunRecord | undefined> {
    return this.#read(record.connection, caller, signal, async (opened) => {
      const repository = await opened.openIfThere(signal);
      return repository && continuationOf(repository, record, { signal });
    });
  }

  /** Reads from the repository of a connection; undefined where that cannot be read. */
  async #read<T>(
    name: string | undefined,
    caller: Caller,
    signal: AbortSignal,
    work: (opened: OpenedTarget) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    try {
      return await (name === undefined ? undefined : this.repositoryOf(name, caller)?.use(signal, work));
    } catch (error) {
      signal.throwIfAborted();
      const { log } = this.#parts.target;
      log.debug({ connection: name, reason: reasonOf(error) }, 'the repository of a connection cannot be read');
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#caches.values()].map((cache) => cache.close()));
  }

  #cacheOf(connection: Connection): RepositoryCache {
    const { name } = connection;
    const { target } = this.#parts;
    const cache =
      this.#caches.get(name) ??
      new RepositoryCache(
        async (settings) => OpenedTarget.open({ ...target, beside: await this.#firstId() }, settings),
        () => this.#settingsOf(connection),
        target,
      );
    this.#caches.set(name, cache);
    return cache;
  }

  /** ID of the repository of the first target; empty where there is none. */
  async #firstId(): Promise<string> {
    const { repositoryCache, signal } = this.#parts;
    return (await repositoryCache.use(signal, (first) => first.openIfThere(signal)))?.id ?? '';
  }

  /** Safety snapshots contain resources of the other Grafana, so no page may decide where they are stored. */
  async #settingsOf(connection: Connection): Promise<EffectiveSettings> {
    const first = await this.#decided();
    const { url } = first.values.target;
    return settingsAt(first, targetOfConnection(url, connection), await recipientsOf(this.#parts));
  }

  async #decided(): Promise<EffectiveSettings> {
    const settings = await this.#parts.settings.effective();
    if (!settings.deploymentTarget) {
      throw refusal('DK_SETTINGS', reason('connections-need-target'), { advice: reason('set-deployment-target') });
    }
    return settings;
  }
}
