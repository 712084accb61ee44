import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Annotated } from '../../contract/holds.ts';
import type { Manifest, SnapshotSignature, SnapshotSummary } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import type { NamedKey } from '../../repository/layout.ts';
import type { Repository } from '../../repository/repository.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { OpenedTarget } from './opened-target.ts';

/** A snapshot for people to look at: whether it counts goes with it. */
export interface ShownSnapshot {
  manifest: Manifest;
  signature: SnapshotSignature;
  encrypted: boolean;
  /** How its objects got their IDs. */
  scheme: string;
}

type OpenTarget = (settings: EffectiveSettings) => Promise<OpenedTarget>;

interface Opened {
  target: OpenedTarget;
  revision: string;
  users: number;
  retired: boolean;
}

/** Manifests of 20 000 entries take some megabytes each. */
const MANIFESTS_KEPT = 3;
const LIST_FRESH_MS = 15_000;

/** The repository as the pages see it: opened for the settings in force, with the newest answers at hand. */
export class RepositoryCache {
  readonly #open: OpenTarget;
  readonly #settings: () => Promise<EffectiveSettings>;
  readonly #clock: Clock;
  readonly #log: Log;
  #current: Opened | undefined;
  #opening: Promise<Opened> | undefined;
  readonly #kept = new RecentValues<Promise<ShownSnapshot>>(MANIFESTS_KEPT);
  #list: { at: number; whole: boolean; snapshots: Promise<SnapshotSummary[]> } | undefined;
  /** How the target answered last; undefined until it was asked. */
  reachable: boolean | undefined;
  /** Since when it answers like that, as far as this process has seen. */
  since: Date | undefined;
  /** When this target first answered. */
  firstAnswer: Date | undefined;
  problem: DashkeepError | undefined;
  /** Changes with the number of snapshots, and with the newest one, when they are listed. */
  listed: string | undefined;
  /** Counts the targets, so that a late answer of one that was replaced says nothing about the present one. */
  #targets = 0;
  #refreshes = 0;
  #isClosed = false;

  constructor(open: OpenTarget, settings: () => Promise<EffectiveSettings>, ports: { clock: Clock; log: Log }) {
    this.#open = open;
    this.#settings = settings;
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  get description(): string | undefined {
    return this.#current?.target.description;
  }

  get encrypted(): boolean | undefined {
    return this.#current?.target.encrypted;
  }

  /** Changes with the target, and with what may have made old what was read of it. */
  get revision(): string {
    return `${this.#current?.revision} ${this.#refreshes}`;
  }

  /** As the target says. */
  get latecomers(): readonly string[] {
    return this.#current?.target.latecomers ?? [];
  }

  /** As the target says. */
  get successor(): string | undefined {
    return this.#current?.target.successor;
  }

  /**
   * Lends the target of the settings in force; one that was replaced meanwhile is closed when nobody uses it.
   * @throws DK_UNCONFIGURED without a target, and whatever opening it throws
   */
  async use<T>(signal: AbortSignal, action: (target: OpenedTarget) => Promise<T>): Promise<T> {
    const opened = await this.#opened(signal);
    const targets = this.#targets;
    opened.users++;
    try {
      const result = await action(opened.target);
      this.#answered(targets, undefined);
      return result;
    } catch (error) {
      this.#answered(targets, error);
      throw error;
    } finally {
      opened.users--;
      await this.#closeIfUnused(opened);
    }
  }

  /** Lends the repository. @throws DK_REPOSITORY_MISSING, and what `use` throws */
  read<T>(signal: AbortSignal, action: (repository: Repository) => Promise<T>): Promise<T> {
    return this.use(signal, async (target) => action(await target.open(signal)));
  }

  /** The JSON text of a stored object. */
  object(id: string, signal: AbortSignal): Promise<string> {
    return this.read(signal, (repository) => repository.getObject(id, { signal }));
  }

  /**
   * Newest first; at most some seconds old.
   * @param whole - look for every one of them in the target, not only for the newest
   */
  snapshots(signal: AbortSignal, whole = false): Promise<SnapshotSummary[]> {
    const now = this.#clock.monotonic();
    if (this.#list === undefined || now - this.#list.at > LIST_FRESH_MS || (whole && !this.#list.whole)) {
      const snapshots = this.use(signal, (target) => target.snapshots(signal, whole));
      const list = { at: now, whole, snapshots };
      this.#list = list;
      const listed = (found: readonly SnapshotSummary[]): void => {
        this.listed = this.#list === list ? `${found.length} ${found[0]?.id}` : this.listed;
      };
      snapshots.then(listed, () => (this.#list = undefined));
    }
    return this.#list.snapshots;
  }

  /** What people added to a snapshot. */
  async annotations(id: string, signal: AbortSignal): Promise<Annotated> {
    const found = (await this.snapshots(signal)).find((one) => one.id === id);
    return { hold: found?.hold ?? null, ...compact({ note: found?.note }) };
  }

  async manifest(id: string, signal: AbortSignal): Promise<Manifest> {
    return (await this.snapshot(id, signal)).manifest;
  }

  /** By id, or `latest`. Manifests never change, so the last few are kept. */
  async snapshot(named: string, signal: AbortSignal): Promise<ShownSnapshot> {
    const find = (): Promise<NamedKey> => this.#readIfThere(signal, (repository) => repository.find(named, { signal }));
    const { id } = named === 'latest' ? await find() : { id: named };
    const shown = await this.#kept.use(id, () => this.readSnapshot(id, signal));
    if (shown.signature.foreign === true) {
      // A person may trust its key at any time, in another process.
      this.#kept.delete(id);
    }
    return shown;
  }

  /** The same, read now. @throws DK_NOT_FOUND */
  readSnapshot(id: string, signal: AbortSignal): Promise<ShownSnapshot> {
    return this.#readIfThere(signal, async (repository) => {
      const { manifest, author, encrypted, scheme } = await repository.stored(id, { signal });
      return { manifest, signature: repository.trust.signature(author), encrypted, scheme };
    });
  }

  #readIfThere<T>(signal: AbortSignal, action: (repository: Repository) => Promise<T>): Promise<T> {
    return this.use(signal, async (target) => {
      const repository = await target.openIfThere(signal);
      if (repository === undefined) {
        throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot in ${target.description} yet`);
      }
      return action(repository);
    });
  }

  /** Lists the snapshots again when someone asks for them. */
  relist(): void {
    this.#list = undefined;
  }

  /** After a run, or a deletion: what is at hand may be old. */
  refresh(): void {
    this.relist();
    this.#kept.clear();
    this.#refreshes++;
  }

  /** The target is another one: what the earlier one answered says nothing any more, nor what it answers late. */
  retarget(): void {
    this.refresh();
    this.listed = undefined;
    this.#targets++;
    this.#opening = undefined;
    this.reachable = undefined;
    this.since = undefined;
    this.firstAnswer = undefined;
    this.problem = undefined;
  }

  /** For good: nothing is opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = this.#current;
    this.#current = undefined;
    if (opened !== undefined) {
      opened.retired = true;
      await opened.target.close();
    }
  }

  async #opened(signal: AbortSignal): Promise<Opened> {
    if (this.#isClosed) {
      throw stopped();
    }
    const settings = await this.#settings();
    if (settings.values.target.url === '') {
      this.retarget();
      throw new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    }
    if (this.#current?.revision === settings.revision) {
      return this.#current;
    }
    if (this.#opening === undefined) {
      const opening = this.#reopen(settings, signal).finally(() => {
        if (this.#opening === opening) {
          this.#opening = undefined;
        }
      });
      this.#opening = opening;
    }
    return this.#opening;
  }

  async #reopen(settings: EffectiveSettings, signal: AbortSignal): Promise<Opened> {
    const targets = this.#targets;
    let target: OpenedTarget;
    try {
      target = await this.#open(settings);
    } catch (error) {
      // What keeps a target from being opened keeps all of it out of reach, also settings that are not complete.
      if (targets === this.#targets && !signal.aborted) {
        this.#settle(false, asDashkeepError(error));
      }
      throw error;
    }
    if (this.#isClosed) {
      await target.close();
      throw stopped();
    }
    const before = this.#current;
    this.#current = { target, revision: settings.revision, users: 0, retired: false };
    // What was asked for while the first one was opened is asked of it.
    if (before !== undefined) {
      this.#list = undefined;
      this.#kept.clear();
      before.retired = true;
      await this.#closeIfUnused(before);
    }
    return this.#current;
  }

  async #closeIfUnused(opened: Opened): Promise<void> {
    if (opened.retired && opened.users === 0) {
      await opened.target.close().catch((error: unknown) => {
        this.#log.debug({ reason: asDashkeepError(error).message }, 'a target could not be closed');
      });
    }
  }

  #answered(targets: number, error: unknown): void {
    if (targets !== this.#targets) {
      return;
    }
    const problem = error === undefined ? undefined : asDashkeepError(error);
    if (problem === undefined) {
      this.#settle(true, undefined);
    } else if (
      /^DK_(STORE_(?!NOT_FOUND|EXISTS|LOCKED)|REPOSITORY_(?!MISSING)|ENCRYPTION|IDENTITY)/.test(problem.code)
    ) {
      this.#settle(false, problem);
    }
  }

  #settle(reachable: boolean, problem: DashkeepError | undefined): void {
    if (this.reachable !== reachable) {
      this.since = this.#clock.now();
    }
    if (reachable) {
      this.firstAnswer ??= this.since;
    }
    this.reachable = reachable;
    this.problem = problem;
  }
}

function stopped(): DashkeepError {
  return new DashkeepError('DK_INTERRUPTED', 'the service is stopping');
}
