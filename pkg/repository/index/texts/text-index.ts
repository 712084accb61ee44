import type { SnapshotSummary } from '../../../contract/manifest.ts';
import { isSearched } from '../../../grafana/search-texts/search-texts.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { compact } from '../../../contract/compact.ts';
import { hasCode } from '../../../lib/expected-errors.ts';
import { recipientSet } from '../../encryption/key-files.ts';
import { mapConcurrently, readAhead } from '../../../lib/concurrency/each-at-once.ts';
import type { IndexPorts } from '../generations/format.ts';
import { byShard, byThing } from '../generations/shards.ts';
import { keyOf } from '../generations/thing.ts';
import { eligibleSnapshotIds, type VersionIndex } from '../versions/version-index.ts';
import { shortId, type PackedTexts, type TextDoc, type TextHead } from './files.ts';
import { foldTexts, textFiles, type CatchUp, type TextFiles, type TextFlavor } from './generation.ts';
import { withDocs } from './merge.ts';
import { pack, unpack } from './packed.ts';
import { isRead, readDoc, type VersionRef } from './read-docs.ts';

export interface TextPorts extends IndexPorts {
  versions: VersionIndex;
  /** The stored JSON text of an object. */
  read: (object: string, calls: Abortable) => Promise<string>;
}

export interface TextUpdateOptions extends Abortable {
  onProgress?: (done: number, total: number) => void;
}

const LIMITS = {
  /** Characters of versions that are in the head before they go into the large part. */
  head: 1024 * 1024,
  /** Bodies that a publishing reads at most. Of more, the next search reads all. */
  bodiesAtPublishing: 200,
  /** Snapshots in the head. */
  snapshots: 1000,
  /** Characters of a part of the large part. */
  shard: 512 * 1024,
};

/** When more than one of that many snapshots in the index was forgotten, texts that only they had are removed. */
const FORGOTTEN_SHARE = 10;

const READS_AT_ONCE = 8;
/** Parts read ahead: one takes about a megabyte. */
const PARTS_AHEAD = 8;

/**
 * `cache/texts.json.gz` and `cache/texts/`: what people search for in every version of everything. Which versions there
 * are, and when, the index of versions knows. Only ever a cache: what is lost or damaged is made again, which reads
 * every body.
 */
export class TextIndex {
  readonly #ports: TextPorts;
  readonly #files: TextFiles;
  readonly #limits: typeof LIMITS;
  /** Whether an identity was missing for the content of some version. */
  #isLocked = false;
  /** Whether content is searched, or titles alone. */
  readonly flavor: TextFlavor;

  /** @param limits - of the head, and of a publishing */
  constructor(ports: TextPorts, limits = LIMITS) {
    const { encrypted, readsObjects, isForOthers } = ports.keyring;
    this.#ports = ports;
    this.#limits = limits;
    // Who cannot read old bodies could not keep texts of new ones without reading them afterwards, nor read back what
    // is for others.
    this.flavor = encrypted && (!readsObjects || isForOthers) ? 'titles' : 'texts';
    this.#files = textFiles(ports, this.flavor, limits.shard);
  }

  /**
   * Takes up versions that are not indexed yet, after the index of versions did. One update at a time.
   * @param summaries - of all snapshots, in any order
   */
  update(summaries: readonly SnapshotSummary[], options: TextUpdateOptions = {}): Promise<void> {
    return this.#files.update(() => this.#update(summaries, options));
  }

  /**
   * After the index of versions took up what was published: reads the bodies of versions that are new in it, unless
   * something else is not indexed yet, they are too many, or an update is under way. Nothing may fail any more.
   */
  published(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<void> {
    return this.#files.published(() => this.#append(summaries, calls), calls);
  }

  /** How many of the snapshots that there are are not indexed yet. */
  async pending(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<number> {
    const covered = await this.#covered(await this.#files.known(calls), calls);
    return eligibleSnapshotIds(summaries).filter((id) => !covered.has(id)).length;
  }

  /** The texts of every resource. @throws PartLost: update, and begin again */
  async *things(calls: Abortable = {}): AsyncGenerator<PackedTexts> {
    const head = await this.#files.known(calls);
    const shards = head.base?.shards ?? 1;
    const docs = byShard(head.docs, shards);
    const read = (shard: number): Promise<PackedTexts[]> => this.#files.stored(head, shard, calls);
    let shard = 0;
    for await (const known of readAhead(PARTS_AHEAD, Array(shards).keys(), read)) {
      const added = byThing(docs.get(shard++) ?? []);
      for (const one of known) {
        const news = added.get(keyOf(one.thing));
        added.delete(keyOf(one.thing));
        yield news === undefined ? one : pack(withDocs(unpack(one), news));
      }
      for (const news of added.values()) {
        yield pack(withDocs({ thing: news[0].thing }, news));
      }
    }
  }

  /** Generations of the large part whose files are in use. */
  generations(calls: Abortable = {}): Promise<Set<string>> {
    return this.#files.generations(calls);
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  rewrite(calls: Abortable = {}): Promise<void> {
    // Also by who reads with an identity that is no longer that of a recipient.
    const flavor = this.#ports.keyring.readsObjects ? 'texts' : this.flavor;
    const files = flavor === this.flavor ? this.#files : textFiles(this.#ports, flavor, this.#limits.shard);
    return files.rewrite(
      // What could not be decrypted may be now.
      (head) =>
        head.locked === this.#nobody(flavor)
          ? this.#fold(head, calls, undefined, files)
          : files.replace(head, files.format.empty(), calls),
      calls,
    );
  }

  async #update(summaries: readonly SnapshotSummary[], options: TextUpdateOptions): Promise<TextHead> {
    const { versions } = this.#ports;
    const head = await this.#load(options);
    const covered = await this.#covered(head, options);
    const every = await versions.everyVersion(summaries, options);
    const existing = new Set(every.snapshots);
    const gone = [...covered].filter((id) => !existing.has(id)).length;
    if (gone * FORGOTTEN_SHARE <= covered.size && every.snapshots.every((id) => covered.has(id))) {
      return head;
    }
    const total = options.onProgress === undefined ? 0 : (await versions.names(options)).length;
    let done = 0;
    const onThing = (): void => options.onProgress?.(Math.min(++done, total), total);
    return this.#fold(head, options, { versions: every, onThing });
  }

  async #append(summaries: readonly SnapshotSummary[], calls: Abortable): Promise<TextHead> {
    const head = await this.#load(calls);
    const { base } = head;
    const covered = new Set(head.snapshots);
    const missing = eligibleSnapshotIds(summaries).filter((id) => id > (base?.last ?? '') && !covered.has(id));
    const news = missing.flatMap((id) => this.#ports.versions.appended(id) ?? []);
    // What only a forgotten snapshot before was the first to show must not be missed.
    const isAfterIndexed = news[0]?.after === (head.snapshots.at(-1) ?? base?.last);
    if (missing.length === 0 || news.length < missing.length || !isAfterIndexed) {
      return head;
    }
    const known = new Set(head.docs.map(({ thing, object }) => `${keyOf(thing)} ${object}`));
    const fresh = new Map<string, VersionRef>();
    for (const { thing, object, title, bytes } of news.flatMap(({ versions }) => versions)) {
      const name = `${keyOf(thing)} ${shortId(object)}`;
      if (isSearched(thing[1]) && !known.has(name)) {
        fresh.set(name, { thing, object, title, bytes });
      }
    }
    const bodies = this.flavor === 'texts' ? [...fresh.values()].filter(isRead).length : 0;
    if (bodies > this.#limits.bodiesAtPublishing) {
      return head;
    }
    const docs = await mapConcurrently(READS_AT_ONCE, fresh.values(), (one) => this.#doc(one, calls), calls.signal);
    const grown = { ...head, snapshots: [...head.snapshots, ...missing], docs: [...head.docs, ...docs] };
    if (JSON.stringify(grown.docs).length > this.#limits.head || grown.snapshots.length > this.#limits.snapshots) {
      return this.#fold(grown, calls);
    }
    const marked = this.#marked(grown);
    await this.#files.save(marked, calls);
    return marked;
  }

  /** The head; empty where others left out what they could not decrypt: who comes with another identity tries it. */
  async #load(calls: Abortable): Promise<TextHead> {
    const head = await this.#files.load(calls);
    return [this.#nobody(this.flavor), this.#identities].includes(head.locked) ? head : this.#files.format.empty();
  }

  /** Says by whom content could not be decrypted, or that all was. */
  #marked(head: TextHead): TextHead {
    const locked = this.#isLocked ? this.#identities : (head.locked ?? this.#nobody(this.flavor));
    return compact({ ...head, locked });
  }

  /** What a head says where all was decrypted. */
  #nobody(flavor: TextFlavor): string | undefined {
    return flavor === 'texts' && this.#ports.keyring.encrypted ? '' : undefined;
  }

  get #identities(): string {
    return recipientSet(this.#ports.keyring.own);
  }

  #doc(version: VersionRef, calls: Abortable): Promise<TextDoc> {
    const read = (object: string): Promise<string> =>
      this.#ports.read(object, calls).catch((error: unknown) => {
        this.#isLocked ||= hasCode('DK_IDENTITY_MISSING')(error);
        throw error;
      });
    return readDoc(version, this.flavor === 'texts' ? read : undefined);
  }

  #fold(head: TextHead, calls: Abortable, catchUp?: CatchUp, files = this.#files): Promise<TextHead> {
    const doc = (version: VersionRef): Promise<TextDoc> => this.#doc(version, calls);
    // From nothing, all is read again.
    this.#isLocked &&= head.base !== undefined;
    const mark = (folded: TextHead): TextHead => this.#marked({ ...folded, ...compact({ locked: head.locked }) });
    return foldTexts(files, head, { doc, mark, signal: calls.signal }, catchUp);
  }

  /** Ids of the snapshots that are indexed. */
  async #covered(head: TextHead, calls: Abortable): Promise<Set<string>> {
    return new Set([...((await this.#files.table(head, calls))?.snapshots ?? []), ...head.snapshots]);
  }
}
