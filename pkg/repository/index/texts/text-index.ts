import type { Abortable } from '../../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import type { SnapshotSummary } from '../../../contract/manifest.ts';
import type { Randomness } from '../../../contract/ports.ts';
import { isSearched } from '../../../grafana/search-texts/search-texts.ts';
import { mapConcurrently, readAhead } from '../../../lib/concurrency/each-at-once.ts';
import type { EveryVersion } from '../versions/every-version.ts';
import { keyOf } from '../versions/files.ts';
import { shardOf } from '../versions/fold.ts';
import type { PartsPorts } from '../versions/parts.ts';
import { countingIds, type VersionIndex } from '../versions/version-index.ts';
import { emptyTextHead, shortId, type PackedTexts, type TextDoc, type TextHead, type TextTable } from './files.ts';
import { writeTexts } from './generation.ts';
import { withDocs } from './merge.ts';
import { pack, unpack } from './packed.ts';
import { TextParts, type TextFlavor } from './parts.ts';
import { isRead, readDoc, type VersionRef } from './read-docs.ts';

export interface TextPorts extends PartsPorts {
  randomness: Randomness;
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
  readonly #parts: TextParts;
  readonly #limits: typeof LIMITS;
  /** Whether content is searched, or titles alone. */
  readonly flavor: TextFlavor;
  /** What this process knows and could not write. */
  #unsaved: TextHead | undefined;
  #head: TextHead | undefined;
  #table: TextTable | undefined;
  #updating: Promise<unknown> = Promise.resolve();
  /** Updates that are under way or wait for their turn. */
  #underWay = 0;

  /** @param limits - of the head, and of a publishing */
  constructor(ports: TextPorts, limits = LIMITS) {
    const { encrypted, readsObjects } = ports.keyring;
    this.#ports = ports;
    this.#limits = limits;
    // Who cannot read old bodies could not keep texts of new ones without reading them afterwards.
    this.flavor = encrypted && !readsObjects ? 'titles' : 'texts';
    this.#parts = new TextParts(ports, this.flavor);
  }

  /**
   * Takes up versions that are not indexed yet, after the index of versions did. One update at a time.
   * @param summaries - of all snapshots, in any order
   */
  update(summaries: readonly SnapshotSummary[], options: TextUpdateOptions = {}): Promise<void> {
    return this.#inTurn(() => this.#update(summaries, options));
  }

  /**
   * After the index of versions took up what was published: reads the bodies of versions that are new in it, unless
   * something else is not indexed yet, they are too many, or an update is under way. Nothing may fail any more.
   */
  async published(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<void> {
    if (this.#underWay > 0) {
      return;
    }
    try {
      await this.#inTurn(() => this.#append(summaries, calls));
    } catch (error) {
      calls.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of texts was not updated');
    }
  }

  /** How many of the snapshots that there are are not indexed yet. */
  async pending(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<number> {
    const head = this.#head ?? (await this.#load(calls));
    const covered = new Set([...((await this.#readTable(head, calls))?.snapshots ?? []), ...head.snapshots]);
    return countingIds(summaries).filter((id) => !covered.has(id)).length;
  }

  /** The texts of every resource. @throws DK_INTEGRITY for a part that is gone or damaged: update, and begin again */
  async *things(calls: Abortable = {}): AsyncGenerator<PackedTexts> {
    const head = this.#head ?? (await this.#load(calls));
    const { base } = head;
    const shards = base?.shards ?? 1;
    const docs = new Map<number, Map<string, TextDoc[]>>();
    for (const doc of head.docs) {
      const shard = shardOf(doc.thing, shards);
      const ofShard = docs.get(shard) ?? new Map<string, TextDoc[]>();
      docs.set(shard, ofShard.set(keyOf(doc.thing), [...(ofShard.get(keyOf(doc.thing)) ?? []), doc]));
    }
    const read = async (shard: number): Promise<PackedTexts[]> =>
      base === undefined
        ? []
        : ((await this.#parts.shard(base.generation, shard, calls)) ?? (await this.#lost(calls))).things;
    let shard = 0;
    for await (const known of readAhead(PARTS_AHEAD, Array(shards).keys(), read)) {
      const added = docs.get(shard++) ?? new Map<string, TextDoc[]>();
      for (const one of known) {
        const key = keyOf(one.thing);
        const news = added.get(key);
        added.delete(key);
        yield news === undefined ? one : pack(withDocs(unpack(one), one.thing, news));
      }
      for (const news of added.values()) {
        if (news[0] !== undefined) {
          yield pack(withDocs(undefined, news[0].thing, news));
        }
      }
    }
  }

  /** Generations of the large part whose files are in use. */
  async generations(calls: Abortable = {}): Promise<Set<string>> {
    const { base } = (await this.#parts.head.read(calls)) ?? emptyTextHead();
    return new Set([base?.generation, base?.previous].filter((one) => one !== undefined));
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  async rewrite(calls: Abortable = {}): Promise<void> {
    try {
      const head = await this.#parts.head.read(calls);
      const folded = head?.base === undefined ? head : await this.#fold(head, undefined, calls);
      if (folded === undefined) {
        return;
      }
      const { base } = folded;
      await this.#save(base === undefined ? folded : { ...folded, base: { ...base, previous: undefined } }, calls);
      if (base?.previous !== undefined) {
        await this.#parts.remove(base.previous, calls);
      }
    } catch (error) {
      calls.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of texts was not written again');
    }
  }

  #inTurn(update: () => Promise<TextHead>): Promise<void> {
    this.#underWay++;
    const run = this.#updating.then(async () => {
      try {
        this.#head = await update();
      } finally {
        this.#underWay--;
      }
    });
    this.#updating = run.catch(() => undefined);
    return run;
  }

  async #update(summaries: readonly SnapshotSummary[], options: TextUpdateOptions): Promise<TextHead> {
    const { versions } = this.#ports;
    const loaded = await this.#load(options);
    const table = await this.#readTable(loaded, options);
    const head = loaded.base !== undefined && table === undefined ? emptyTextHead() : loaded;
    const every = await versions.everyVersion(summaries, options);
    const covered = new Set([...(table?.snapshots ?? []), ...head.snapshots]);
    const existing = new Set(every.snapshots);
    const gone = [...covered].filter((id) => !existing.has(id)).length;
    if (gone * FORGOTTEN_SHARE <= covered.size && every.snapshots.every((id) => covered.has(id))) {
      return head;
    }
    const total = options.onProgress === undefined ? 0 : (await versions.names(options)).length;
    let done = 0;
    const onThing = (): void => options.onProgress?.(Math.min(++done, total), total);
    const catchUp = (from: TextHead): Promise<TextHead | undefined> =>
      this.#fold(from, { versions: every, onThing }, options);
    return (await catchUp(head)) ?? (await catchUp(emptyTextHead())) ?? emptyTextHead();
  }

  async #append(summaries: readonly SnapshotSummary[], calls: Abortable): Promise<TextHead> {
    const head = await this.#load(calls);
    const { base } = head;
    const covered = new Set(head.snapshots);
    const missing = countingIds(summaries).filter((id) => id > (base?.last ?? '') && !covered.has(id));
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
      const folded = await this.#fold(grown, undefined, calls);
      if (folded !== undefined) {
        return folded;
      }
    }
    await this.#save(grown, calls);
    return grown;
  }

  #doc(version: VersionRef, calls: Abortable): Promise<TextDoc> {
    return readDoc(version, this.flavor === 'texts' ? (object) => this.#ports.read(object, calls) : undefined);
  }

  /** Puts what is in the head into the large part; undefined when a part is gone or damaged. */
  async #fold(
    head: TextHead,
    catchUp: { versions: EveryVersion; onThing: () => void } | undefined,
    calls: Abortable,
  ): Promise<TextHead | undefined> {
    const table = await this.#readTable(head, calls);
    if (head.base !== undefined && table === undefined) {
      return undefined;
    }
    const folded = await writeTexts({
      ...catchUp,
      head,
      snapshots: table?.snapshots ?? [],
      generation: this.#ports.randomness.hex(8),
      parts: this.#parts,
      shardSize: this.#limits.shard,
      doc: (version) => this.#doc(version, calls),
      signal: calls.signal,
    });
    if (folded === undefined) {
      return undefined;
    }
    await this.#save(folded, calls);
    if (head.base?.previous !== undefined && this.#unsaved === undefined) {
      await this.#parts.remove(head.base.previous, calls);
    }
    return folded;
  }

  async #load(calls: Abortable): Promise<TextHead> {
    return this.#unsaved ?? (await this.#parts.head.read(calls)) ?? emptyTextHead();
  }

  async #save(head: TextHead, calls: Abortable): Promise<void> {
    this.#unsaved = (await this.#parts.head.write(head, calls)) ? undefined : head;
  }

  async #readTable({ base }: TextHead, calls: Abortable): Promise<TextTable | undefined> {
    if (base !== undefined && this.#table?.generation !== base.generation) {
      this.#table = await this.#parts.table(base.generation, calls);
    }
    return base === undefined ? undefined : this.#table;
  }

  /** Begins the index again, for a part of it is gone or damaged. */
  async #lost(calls: Abortable): Promise<never> {
    this.#head = emptyTextHead();
    await this.#save(this.#head, calls);
    throw new DashkeepError('DK_INTEGRITY', 'a part of the index of texts is damaged');
  }
}
