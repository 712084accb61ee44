import * as z from 'zod';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { cacheKey, type GrowingIndex, type IndexPart } from '../../layout.ts';
import { CacheFile } from '../cache-file.ts';
import {
  Generation,
  type AnyHead,
  type AnyTable,
  type Base,
  type IndexFormat,
  type IndexPorts,
  type OfThing,
  type Schema,
} from './format.ts';

/** What is to be done is begun again, with an index that is made again. */
class PartLost extends DashkeepError {
  readonly index: GrowingIndex;

  constructor(index: GrowingIndex) {
    super('DK_INTEGRITY', `a part of the index of ${index} is damaged`);
    this.index = index;
  }
}

/**
 * An index in `cache/` that grows with the history: a small head, which every publishing rewrites, and a large part,
 * files of one generation, written once and never changed. Only ever a cache: what is gone or damaged is made again.
 */
export class GenerationalIndex<
  Head extends AnyHead,
  Table extends AnyTable,
  Stored extends OfThing,
  Known extends OfThing,
> {
  /** What the last update came to, or the one that runs has come to so far. */
  current: Head | undefined;
  readonly #ports: IndexPorts;
  readonly format: IndexFormat<Head, Table, Stored, Known>;
  readonly #shard: Schema<{ format: 2; generation: string; shard: number; things: Stored[] }>;
  /** What this process knows and could not write; some may read and not write. */
  #unsaved: Head | undefined;
  readonly #unwritten = new Map<string, { value: unknown; write: (calls: Abortable) => Promise<boolean> }>();
  #table: Table | undefined;
  #updating: Promise<unknown> = Promise.resolve();
  /** Updates that are under way or wait for their turn. */
  #underWay = 0;

  constructor(ports: IndexPorts, format: IndexFormat<Head, Table, Stored, Known>) {
    this.#ports = ports;
    this.format = format;
    const things = z.array(format.stored);
    const shard = z.int().nonnegative();
    this.#shard = z.object({ format: z.literal(2), generation: Generation, shard, things });
  }

  /** One update at a time, from the beginning when a part was lost. */
  update(work: () => Promise<Head>): Promise<void> {
    this.#underWay++;
    const run = this.#updating.then(async () => {
      try {
        this.current = await this.again(work);
      } finally {
        this.#underWay--;
      }
    });
    this.#updating = run.catch(() => undefined);
    return run;
  }

  /**
   * The same after publishing, when nothing may fail any more. While another update is under way, which may take
   * minutes, nothing is done: the next answer takes up the rest.
   */
  async published(work: () => Promise<Head>, calls: Abortable): Promise<void> {
    if (this.#underWay === 0) {
      await this.#unlessFailing(() => this.update(work), calls);
    }
  }

  /** Does it once more when a part was lost meanwhile. */
  async again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PartLost && error.index === this.format.name) {
        return work();
      }
      throw error;
    }
  }

  /** The head as far as this process knows. */
  async known(calls: Abortable): Promise<Head> {
    return this.current ?? (await this.load(calls));
  }

  /** The head as it is stored, or as this process knows it where it could not write it. */
  async load(calls: Abortable): Promise<Head> {
    return this.#unsaved ?? (await this.#head.read(calls)) ?? this.format.empty();
  }

  async save(head: Head, calls: Abortable): Promise<void> {
    const isWritten = (await this.#writeRest(head.base, calls)) && (await this.#head.write(head, calls));
    this.#unsaved = isWritten ? undefined : head;
  }

  /** The table of the large part; undefined when there is none. @throws PartLost, as the others do */
  async table({ base }: Head, calls: Abortable): Promise<Table | undefined> {
    if (base === undefined) {
      return undefined;
    }
    if (this.#table?.generation !== base.generation) {
      this.#table = await this.part(base, 'snapshots', this.format.table, calls);
    }
    return this.#table;
  }

  /** The records of a shard as they are stored. */
  async stored({ base }: Head, shard: number, calls: Abortable): Promise<Stored[]> {
    if (base === undefined) {
      return [];
    }
    const found = await this.part(base, shardName(shard), this.#shard, calls);
    return found.shard === shard ? found.things : this.lost(base, calls);
  }

  /** Records as they are worked with. */
  async unpacked({ base }: Head, stored: readonly Stored[], calls: Abortable): Promise<Known[]> {
    const found = stored.map(this.format.unpack);
    return found.includes(undefined) ? this.lost(base, calls) : found.filter((one) => one !== undefined);
  }

  /** The records of a shard, or those of them that are wanted. */
  async shard(
    head: Head,
    shard: number,
    calls: Abortable,
    isWanted: (one: Stored) => boolean = () => true,
  ): Promise<Known[]> {
    return this.unpacked(head, (await this.stored(head, shard, calls)).filter(isWanted), calls);
  }

  /** A file of the large part. */
  async part<T extends { generation: string }>(
    base: Base,
    part: string,
    schema: Schema<T>,
    calls: Abortable,
  ): Promise<T> {
    const name = this.#name(base.generation, part);
    const found = (this.#unwritten.get(name)?.value as T | undefined) ?? (await this.#file(name, schema).read(calls));
    // A file of another generation under this name is none.
    return found?.generation === base.generation ? found : this.lost(base, calls);
  }

  async writePart<T extends { generation: string }>(
    part: string,
    value: T,
    schema: Schema<T>,
    calls: Abortable,
  ): Promise<void> {
    const name = this.#name(value.generation, part);
    const write = (options: Abortable): Promise<boolean> => this.#file(name, schema).write(value, options);
    if (this.#unwritten.size > 0 || !(await write(calls))) {
      this.#unwritten.set(name, { value, write });
    }
  }

  /** A name for a large part that is to be written. */
  newGeneration(): string {
    return this.#ports.randomness.hex(8);
  }

  writeTable(table: Table, calls: Abortable): Promise<void> {
    return this.writePart('snapshots', table, this.format.table, calls);
  }

  /** @returns how many characters it has. */
  async writeShard(generation: string, shard: number, records: readonly Known[], calls: Abortable): Promise<number> {
    const file = { format: 2 as const, generation, shard, things: records.map(this.format.pack) };
    await this.writePart(shardName(shard), file, this.#shard, calls);
    return JSON.stringify(file).length;
  }

  /** Saves what a fold came to, and removes what nothing goes by any more. */
  async replace(before: Head, folded: Head, calls: Abortable): Promise<Head> {
    await this.save(folded, calls);
    if (before.base?.previous !== undefined && this.#unsaved === undefined) {
      await this.#remove(before.base.previous, calls);
    }
    return folded;
  }

  /** Generations of the large part whose files are in use. */
  async generations(calls: Abortable = {}): Promise<Set<string>> {
    const { base } = (await this.#head.read(calls)) ?? this.format.empty();
    return new Set([base?.generation, base?.previous].filter((one) => one !== undefined));
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  async rewrite(fold: (head: Head) => Promise<Head>, calls: Abortable): Promise<void> {
    await this.#unlessFailing(async () => {
      const head = await this.#head.read(calls);
      const folded = head?.base === undefined ? head : await fold(head);
      if (folded === undefined) {
        return;
      }
      const { base } = folded;
      await this.save(base === undefined ? folded : { ...folded, base: { ...base, previous: undefined } }, calls);
      if (base?.previous !== undefined) {
        await this.#remove(base.previous, calls);
      }
    }, calls);
  }

  /** Begins the index again, for a part of it is gone or damaged. @throws PartLost */
  async lost(base: Base | undefined, calls: Abortable): Promise<never> {
    this.current = undefined;
    // Another process may have written a new generation since the head was read.
    if ((await this.load(calls)).base?.generation === base?.generation) {
      await this.save(this.format.empty(), calls);
    }
    throw new PartLost(this.format.name);
  }

  async #unlessFailing(work: () => Promise<void>, { signal }: Abortable): Promise<void> {
    try {
      await work();
    } catch (error) {
      signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, `the index of ${this.format.name} was not written`);
    }
  }

  /** Parts of a generation that could not be written before. @returns whether none is left */
  async #writeRest(base: Base | undefined, calls: Abortable): Promise<boolean> {
    for (const [name, { write }] of this.#unwritten) {
      if (name.split('/')[1] === base?.generation && !(await write(calls))) {
        return false;
      }
      this.#unwritten.delete(name);
    }
    return true;
  }

  /** Removes the files of a generation; what stays is left to a prune. */
  async #remove(generation: string, { signal }: Abortable): Promise<void> {
    const { store, keyring } = this.#ports;
    const folder = cacheKey(this.#name(generation, ''), keyring.encrypted).replace(/\.json\.gz.*$/, '');
    const keys: string[] = [];
    for await (const { key } of store.list(folder, { signal })) {
      keys.push(key);
    }
    await store.deleteMany(keys, { signal });
  }

  get #head(): CacheFile<Schema<Head>> {
    return this.#file(this.format.name, this.format.head);
  }

  #name(generation: string, part: string): IndexPart {
    return `${this.format.name}/${generation}/${part}`;
  }

  #file<T>(name: GrowingIndex | IndexPart, schema: Schema<T>): CacheFile<Schema<T>> {
    return new CacheFile(this.#ports, name, schema, this.format.sealed);
  }
}

function shardName(shard: number): string {
  return shard.toString(16).padStart(3, '0');
}
