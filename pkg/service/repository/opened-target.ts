import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { Finding } from '../../contract/findings.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { PreviewRecords } from '../../engine/preview/record.ts';
import type { CopyPlace } from '../../operations/copy.ts';
import type { GrafanaAccess, GrafanaLink } from '../../operations/grafana.ts';
import type { Session } from '../../operations/session.ts';
import { isFindingCode } from '../../repository/verify/inspect.ts';
import { configDamage } from '../../repository/config.ts';
import { quickView, type QuickView } from '../../repository/index/quick-view.ts';
import { openRepository, type OpenOptions } from '../../repository/open.ts';
import type { Repository } from '../../repository/repository.ts';
import type { StateStore } from '../../lib/state.ts';
import { openStore } from '../../storage/open.ts';
import { probeOf, type StoreProbe } from '../../storage/probe.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { ServiceConfig } from '../config.ts';
import type { StoreOptionsResolver } from '../storage/store-options.ts';
import type { Caller } from '../organizations/caller.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { selectedOrgs } from '../settings/selected-orgs.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

export interface TargetPorts {
  config: Pick<ServiceConfig, 'version' | 'grafana' | 'orgIds' | 'mirror'> &
    Pick<ServiceConfig, 'trustedKeys' | 'alarm' | 'ignoreClock' | 'agePassphrase'>;
  access: GrafanaAccess;
  state: StateStore;
  /** Whether several processes of this service may work at the same time. */
  replicated: boolean;
  storeOptions: Pick<StoreOptionsResolver, 'of'>;
  /** See `OpenOptions`. */
  beside?: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** What the service works with for as long as its settings stay: one target and one Grafana. */
export class OpenedTarget {
  readonly settings: EffectiveSettings;
  /** Grafana in all organizations that the service works on. */
  readonly grafana: GrafanaLink;
  /** The record of temporary copies. */
  readonly previews: PreviewRecords;
  readonly #ports: TargetPorts;
  readonly #store: ObjectStore;
  #repository: Repository | undefined;
  #isToWrite = false;
  #opening: Promise<Repository> | undefined;

  private constructor(ports: TargetPorts, settings: EffectiveSettings, store: ObjectStore) {
    const { config, access, state, clock, randomness, log } = ports;
    this.settings = settings;
    this.previews = new PreviewRecords(state, log);
    const orgs = selectedOrgs(config, settings.values);
    // Who sets the target in a page could otherwise read what only a server admin may see.
    const serverAdmin = settings.deploymentTarget ? access.serverAdmin : undefined;
    const link = { ...config.grafana, ...access, serverAdmin };
    this.grafana = { ...link, orgs, previews: this.previews, clock, randomness, log };
    this.#ports = ports;
    this.#store = store;
  }

  /** Opens the store of a target; its repository is opened when it is first needed, and not before. */
  static async open(ports: TargetPorts, settings: EffectiveSettings): Promise<OpenedTarget> {
    const { storeOptions, clock, randomness: random, log } = ports;
    const store = await openStore(settings.values.target.url, { ...storeOptions.of(settings), clock, random, log });
    return new OpenedTarget(ports, settings, store);
  }

  /** From when on backups report deleted and changed resources. */
  get alarm(): ServiceConfig['alarm'] {
    return this.#ports.config.alarm;
  }

  /** Of the target, for people. */
  get description(): string {
    return this.#store.description;
  }

  /** What only a check asks of the store; undefined for a directory. */
  get probe(): StoreProbe | undefined {
    return probeOf(this.#store);
  }

  /** As it is, or as it would be made. */
  get encrypted(): boolean {
    return this.#repository?.encrypted ?? this.settings.values.encryption.recipients.length > 0;
  }

  /** Recipients who cannot read all of what new snapshots reuse, as far as the repository was opened. */
  get latecomers(): readonly string[] {
    return this.#repository?.keyring.latecomers ?? [];
  }

  /** ID of a key that replaced one for other recipients, as far as the repository was opened. */
  get successor(): string | undefined {
    const { isSuccessor = false, current, latecomers = [] } = this.#repository?.keyring ?? {};
    return isSuccessor && latecomers.length === 0 ? current?.id : undefined;
  }

  /** Grafana in the caller's organization. The home organization needs no id: a small token may not ask for its own. */
  grafanaOf({ org, home }: Caller): GrafanaLink {
    return { ...this.grafana, orgs: home ? undefined : [org] };
  }

  /**
   * What operations work with: for a caller, in its organization alone.
   * @param create - makes a repository where there is none
   * @throws DK_REPOSITORY_MISSING
   */
  async session(
    signal: AbortSignal,
    { caller, create = false }: { caller?: Caller; create?: boolean } = {},
  ): Promise<Session> {
    const repository = await (create ? this.openOrMake(signal) : this.open(signal));
    const grafana = caller === undefined ? this.grafana : this.grafanaOf(caller);
    const { config, clock, randomness, log } = this.#ports;
    const { version, mirror } = config;
    return { repository, grafana: () => grafana, mirror, version, clock, randomness, log };
  }

  /** @throws DK_REPOSITORY_MISSING */
  open(signal: AbortSignal): Promise<Repository> {
    return this.#open(false, signal);
  }

  /** Makes one where there is none, and opens one to write where it was opened to look at only. */
  async openOrMake(signal: AbortSignal): Promise<Repository> {
    await this.#closeIfOutdated(true);
    const { readOnly = false, latecomers = [] } = this.#repository?.keyring ?? {};
    // Another process may have encrypted everything again for these.
    if (readOnly || latecomers.length > 0) {
      await this.#forget();
    }
    const repository = await this.#open(true, signal);
    if (this.#isToWrite) {
      return repository;
    }
    // Only those that come to write sign the key of the repository.
    await this.#forget();
    return this.#open(true, signal);
  }

  /**
   * How the repository differs from what this service remembers of its target; nothing where there is none yet.
   */
  async inspect(signal: AbortSignal): Promise<Finding[]> {
    await this.#closeIfOutdated(false);
    try {
      return (await (await this.openIfThere(signal))?.inspect({ signal }))?.all ?? [];
    } catch (error) {
      if (error instanceof DashkeepError && isFindingCode(error.code)) {
        return [{ code: error.code, since: this.#ports.clock.now().toISOString(), params: error.why?.params ?? {} }];
      }
      throw error;
    }
  }

  /** To copy to. */
  place(signal: AbortSignal): CopyPlace {
    return { store: this.#store, open: async (work) => work(await this.openOrMake(signal)) };
  }

  /** What is wrong with the configuration of the repository; nothing where there is no repository yet. */
  async configDamage(signal: AbortSignal): Promise<DashkeepError | undefined> {
    return (await this.openIfThere(signal)) && configDamage(this.#store, signal);
  }

  openIfThere(signal: AbortSignal): Promise<Repository | undefined> {
    return this.open(signal).catch(valueIf(hasCode('DK_REPOSITORY_MISSING'), undefined));
  }

  /** Newest first. With `whole` the store is asked for every one of them, not only for the last page. */
  async snapshots(signal: AbortSignal, whole = false): Promise<SnapshotSummary[]> {
    const quick = whole ? undefined : await (await this.quickView(signal))?.snapshots({ signal });
    return quick ?? (await this.openIfThere(signal))?.snapshots({ whole, signal }) ?? [];
  }

  /** Quicker than opening for anyone who only wants to see what there is; undefined when it is open. */
  async quickView(signal: AbortSignal): Promise<QuickView | undefined> {
    return this.#repository === undefined ? quickView(await this.#openOptions(false, signal)) : undefined;
  }

  async close(): Promise<void> {
    await this.#repository?.close();
    await this.#store.close();
  }

  /**
   * A person may have accepted another repository since, or another process stored another key. Where this was opened
   * to write, a lost key file matters only to the next write: opened to look at, it would write it without a report.
   */
  async #closeIfOutdated(writes: boolean): Promise<void> {
    const { trust, keyring } = this.#repository ?? {};
    const isOfKey = async (): Promise<boolean> =>
      (writes || !this.#isToWrite) && (await keyring?.isOutdated()) === true;
    if ((await trust?.keys.isOutdated()) === true || (await isOfKey())) {
      await this.#forget();
    }
  }

  async #forget(): Promise<void> {
    await this.#repository?.close();
    this.#repository = undefined;
  }

  async #open(create: boolean, signal: AbortSignal): Promise<Repository> {
    if (this.#repository !== undefined) {
      return this.#repository;
    }
    this.#opening ??= this.#openNow(create, signal).finally(() => (this.#opening = undefined));
    try {
      return await this.#opening;
    } catch (error) {
      // A status may be read at the same moment as the first backup starts. Later readers wait for the same opening:
      // opened twice, the repository would not trust the key that the backup creates.
      if (create && error instanceof DashkeepError && error.code === 'DK_REPOSITORY_MISSING') {
        return this.#open(true, signal);
      }
      throw error;
    }
  }

  async #openNow(create: boolean, signal: AbortSignal): Promise<Repository> {
    const { state, replicated, randomness } = this.#ports;
    const service = await serviceId(state, randomness);
    const identity = service === undefined ? undefined : { service, sole: !replicated };
    this.#repository = await openRepository({ ...(await this.#openOptions(create, signal)), identity });
    this.#isToWrite = create;
    return this.#repository;
  }

  /**
   * The tokens that a service creates are in the state: without it, a first backup would only leave an empty
   * repository.
   * @throws DK_STATE
   */
  async #assertStateOfTokens(): Promise<void> {
    const problem: unknown = await this.#ports.access
      .credentials()
      .authorization()
      .catch((error: unknown) => error);
    if (hasCode('DK_STATE')(problem)) {
      throw problem;
    }
  }

  async #openOptions(create: boolean, signal: AbortSignal): Promise<OpenOptions> {
    const { config, state, beside, clock, randomness, log } = this.#ports;
    const { trustedKeys, ignoreClock, agePassphrase } = config;
    const { ageIdentity } = this.settings.secrets;
    return {
      ...{ store: this.#store, state, trustedKeys, ignoreClock, clock, randomness, log },
      recipients: this.settings.values.encryption.recipients,
      identities: ageIdentity === undefined ? [] : [ageIdentity],
      passphrases: (await agePassphrase?.value()) ?? [],
      create,
      beforeNew: () => this.#assertStateOfTokens(),
      signal,
      ...compact({ beside }),
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
