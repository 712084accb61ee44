import type { Manifest } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { inRoomyHeap } from '../../../lib/memory/heap-tuning.ts';
import { appendSnapshot, knownOrgs } from './append.ts';
import { cellsBefore } from './cells-before.ts';
import { keyOf, type Thing } from '../generations/thing.ts';
import type { HeadFile, VersionState } from './files.ts';
import { foldVersions, type VersionFiles } from './generation.ts';
import type { ManifestViews } from './manifest-views.ts';

export interface UpdateOptions extends Abortable {
  /** Read at most that many manifests, and look at what is newer than the large part alone. */
  most?: number;
  /** Manifests that are at hand. */
  known?: readonly Manifest[];
  onProgress?: (done: number, total: number) => void;
}

/** What is new in a snapshot. */
export interface Appended {
  /** The snapshot before it in the index, which may be forgotten by now; undefined when it is the first. */
  after: string | undefined;
  versions: (VersionState & { thing: Thing })[];
}

/** That many changes, or snapshots, are in the head before they are folded into the large part. */
export const LIMITS = {
  changes: 2000,
  snapshots: 1000,
  /** Changes while much is indexed in one go: a fold reads and writes everything. */
  changesInBulk: 40_000,
};
/** The head is saved meanwhile, so that an interrupted process goes on where it was. */
const SAVED_EVERY_MS = 20_000;
/** That many snapshots at a time are much. */
const BULK = 100;

/** Takes new snapshots into the index, oldest first. */
export class VersionUpdate {
  readonly #files: VersionFiles;
  readonly #views: ManifestViews;
  readonly #clock: Clock;
  readonly #limits: typeof LIMITS;
  /** Snapshots that cannot be read here. */
  readonly unreadable = new Set<string>();
  /** What the last publishing changed, by snapshot. */
  readonly appended = new Map<string, Appended>();

  constructor(files: VersionFiles, views: ManifestViews, clock: Clock, limits: typeof LIMITS) {
    this.#files = files;
    this.#views = views;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @returns the head that holds these snapshots. @throws PartLost */
  async run(ids: readonly string[], options: UpdateOptions): Promise<HeadFile> {
    try {
      return await this.#run(ids, options);
    } finally {
      this.#views.release();
    }
  }

  async #run(ids: readonly string[], options: UpdateOptions): Promise<HeadFile> {
    const { most } = options;
    this.appended.clear();
    let head = await this.#files.load(options);
    const table = most === undefined ? await this.#files.table(head, options) : undefined;
    const indexed = new Set([...(table?.snapshots ?? []), ...head.snapshots].map(([id]) => id));
    const isLeft = (id: string): boolean => most !== undefined && id <= (head.base?.last ?? '');
    const first = ids.find((id) => !indexed.has(id) && !this.unreadable.has(id) && !isLeft(id));
    if (first === undefined) {
      return head;
    }
    const existing = new Set(ids);
    if (first < (head.snapshots.at(-1)?.[0] ?? head.base?.last ?? '')) {
      head = await this.#cutBefore(head, first, existing, options);
    }
    const start = head.snapshots.at(-1)?.[0] ?? head.base?.last ?? '';
    const taken = ids.filter((id) => id > start && !this.unreadable.has(id)).slice(0, most);
    const work = () => this.#take(head, taken, existing, options);
    return taken.length > BULK ? inRoomyHeap(work) : work();
  }

  /** Takes up snapshots that are newer than all in the head, oldest first. */
  async #take(
    start: HeadFile,
    taken: readonly string[],
    existing: ReadonlySet<string>,
    options: UpdateOptions,
  ): Promise<HeadFile> {
    const { signal, onProgress } = options;
    const limits = this.#limits;
    const mostChanges = taken.length > BULK ? limits.changesInBulk : limits.changes;
    const atHand = new Set(options.known?.map(({ id }) => id));
    const toRead = taken.filter((id) => !atHand.has(id));
    let head = start;
    let [saved, read] = [this.#clock.monotonic(), 0];
    for (const [done, id] of taken.entries()) {
      signal?.throwIfAborted();
      this.#files.current = head;
      this.#views.readAhead(toRead, read, { signal });
      read += atHand.has(id) ? 0 : 1;
      if (!(await this.#append(head, id, existing, options))) {
        this.unreadable.add(id);
      }
      onProgress?.(done + 1, taken.length);
      if (head.changes.length > mostChanges || head.snapshots.length > limits.snapshots) {
        head = await foldVersions(this.#files, head, (one) => existing.has(one), options);
      } else if (this.#clock.monotonic() - saved > SAVED_EVERY_MS) {
        saved = this.#clock.monotonic();
        await this.#files.save(head, options);
      }
    }
    if (head.changes.length > limits.changes) {
      head = await foldVersions(this.#files, head, (one) => existing.has(one), options);
    }
    await this.#files.save(head, options);
    return head;
  }

  /** @returns whether the snapshot could be read */
  async #append(
    head: HeadFile,
    id: string,
    existing: ReadonlySet<string>,
    { known, signal }: UpdateOptions,
  ): Promise<boolean> {
    const orgs = knownOrgs(head);
    const view = await this.#views.get(id, orgs, known ?? [], { signal });
    if (view === undefined) {
      return false;
    }
    const ports = {
      head,
      files: this.#files,
      view: async (one: string) =>
        existing.has(one) ? this.#views.get(one, orgs, known ?? [], { signal }) : undefined,
    };
    const from = head.changes.length;
    const after = head.snapshots.at(-1)?.[0] ?? head.base?.last;
    appendSnapshot(head, view, await cellsBefore(ports, view, { signal }));
    if (known !== undefined) {
      const fresh = head.changes.slice(from);
      const versions = fresh.flatMap(([, thing, is]) => (typeof is === 'string' ? [] : { thing, ...is }));
      this.appended.set(id, { after, versions });
    }
    return true;
  }

  /** The index as it was before a snapshot, which turned up after younger ones: all from there on is read again. */
  async #cutBefore(head: HeadFile, id: string, existing: ReadonlySet<string>, calls: Abortable): Promise<HeadFile> {
    const { base } = head;
    if (base !== undefined && id < base.last) {
      return foldVersions(this.#files, head, (one) => existing.has(one) && one < id, calls);
    }
    const snapshots = head.snapshots.filter(([one]) => one < id);
    const changes = head.changes.filter(([at]) => at < snapshots.length);
    const unread = new Map((base?.unread ?? []).map((thing) => [keyOf(thing), thing]));
    for (const [, thing, is] of changes) {
      unread.delete(keyOf(thing));
      if (is === 'unread') {
        unread.set(keyOf(thing), thing);
      }
    }
    return { ...head, snapshots, changes, unread: [...unread.values()] };
  }
}
