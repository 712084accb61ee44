import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { Finding } from '../../contract/findings.ts';
import { isFindingCode } from '../../repository/verify/inspect.ts';
import { quickView, type QuickView } from '../../repository/index/quick-view.ts';
import { openRepository, type OpenedRepository, type OpenOptions } from '../../repository/repository.ts';
import type { StateStore } from '../../lib/state.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { EffectiveSettings } from '../settings/effective.ts';

export interface OpeningPorts {
  state: StateStore;
  /** Whether several processes of this service may work at the same time. */
  replicated: boolean;
  passphrases: () => Promise<string[]>;
  /** Fingerprints of signing keys that the deployment trusts. */
  trustedKeys: readonly string[];
  /** Go on although clocks differ: this machine's is right. */
  ignoreClock: boolean;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** The repository of one target, opened when it is first needed and not before. */
export class LazyRepository {
  readonly #ports: OpeningPorts;
  readonly #settings: EffectiveSettings;
  readonly #store: ObjectStore;
  #repository: OpenedRepository | undefined;
  #opening: Promise<OpenedRepository> | undefined;

  constructor(ports: OpeningPorts, settings: EffectiveSettings, store: ObjectStore) {
    this.#ports = ports;
    this.#settings = settings;
    this.#store = store;
  }

  /** Of the target, for people. */
  get description(): string {
    return this.#store.description;
  }

  /** As it is, or as it would be made. */
  get encrypted(): boolean {
    return this.#repository?.encrypted ?? this.#settings.values.encryption.recipients.length > 0;
  }

  /** @throws DK_REPOSITORY_MISSING */
  open(signal: AbortSignal): Promise<OpenedRepository> {
    return this.#open(false, signal);
  }

  /** Makes one where there is none, and opens one to write where it was opened to look at only. */
  async openOrMake(signal: AbortSignal): Promise<OpenedRepository> {
    await this.#closeIfOutdated();
    if (this.#repository?.keyring.readOnly === true) {
      await this.#forget();
    }
    return this.#open(true, signal);
  }

  /**
   * How the repository differs from what this service remembers of its target; nothing where there is none yet.
   */
  async inspect(signal: AbortSignal): Promise<Finding[]> {
    await this.#closeIfOutdated();
    try {
      return (await (await this.openIfThere(signal))?.inspect({ signal }))?.all ?? [];
    } catch (error) {
      if (error instanceof DashkeepError && isFindingCode(error.code)) {
        return [{ code: error.code, since: this.#ports.clock.now().toISOString(), params: error.why?.params ?? {} }];
      }
      throw error;
    }
  }

  async openIfThere(signal: AbortSignal): Promise<OpenedRepository | undefined> {
    try {
      return await this.open(signal);
    } catch (error) {
      if (error instanceof DashkeepError && error.code === 'DK_REPOSITORY_MISSING') {
        return undefined;
      }
      throw error;
    }
  }

  /** Quicker than opening for anyone who only wants to see what there is; undefined when it is open. */
  async quickView(signal: AbortSignal): Promise<QuickView | undefined> {
    return this.#repository === undefined ? quickView(await this.#openOptions(false, signal)) : undefined;
  }

  async close(): Promise<void> {
    await this.#repository?.close();
    await this.#store.close();
  }

  /** A person may have accepted another repository since. */
  async #closeIfOutdated(): Promise<void> {
    if ((await this.#repository?.trust.keys.isOutdated()) === true) {
      await this.#forget();
    }
  }

  async #forget(): Promise<void> {
    await this.#repository?.close();
    this.#repository = undefined;
  }

  async #open(create: boolean, signal: AbortSignal): Promise<OpenedRepository> {
    if (this.#repository !== undefined) {
      return this.#repository;
    }
    this.#opening ??= this.#openNow(create, signal).finally(() => (this.#opening = undefined));
    try {
      return await this.#opening;
    } catch (error) {
      // Somebody who only looks may have asked at the same moment as the first backup.
      if (create && error instanceof DashkeepError && error.code === 'DK_REPOSITORY_MISSING') {
        return this.#openNow(true, signal);
      }
      throw error;
    }
  }

  async #openNow(create: boolean, signal: AbortSignal): Promise<OpenedRepository> {
    const { state, replicated, randomness } = this.#ports;
    const service = await serviceId(state, randomness);
    const identity = service === undefined ? undefined : { service, sole: !replicated };
    this.#repository = await openRepository({ ...(await this.#openOptions(create, signal)), identity });
    return this.#repository;
  }

  async #openOptions(create: boolean, signal: AbortSignal): Promise<OpenOptions> {
    const { passphrases, replicated: _, ...ports } = this.#ports;
    const { encryption } = this.#settings.values;
    const { ageIdentity } = this.#settings.secrets;
    return {
      ...ports,
      store: this.#store,
      recipients: encryption.recipients,
      identities: ageIdentity === undefined ? [] : [ageIdentity],
      passphrases: await passphrases(),
      create,
      signal,
    };
  }
}

const SERVICE_ID = 'service-id';

/** What a service is known by after a restart; undefined where nothing can be kept. */
async function serviceId(state: StateStore, randomness: Randomness): Promise<string | undefined> {
  try {
    const known = (await state.get(SERVICE_ID))?.toString('utf8').trim();
    if (known !== undefined && /^[0-9a-f]{32}$/.test(known)) {
      return known;
    }
    const made = randomness.hex(16);
    await state.set(SERVICE_ID, Buffer.from(made));
    return made;
  } catch {
    // Without it a session of this service that died holds up a prune for ten minutes, and nothing else happens.
    return undefined;
  }
}
