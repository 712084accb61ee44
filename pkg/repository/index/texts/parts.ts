import type { Abortable } from '../../../lib/abortable.ts';
import type { z } from 'zod';
import { cacheKey, type SealedCache } from '../../layout.ts';
import { CacheFile } from '../cache-file.ts';
import type { PartsPorts } from '../versions/parts.ts';
import { TextHead, TextShard, TextTable } from './files.ts';

/**
 * `texts`: titles and what is in the content. `titles`: titles alone, where content cannot be read; then anyone who can
 * read manifests can read it.
 */
export type TextFlavor = 'texts' | 'titles';

/** The files of the index of texts. */
export class TextParts {
  readonly head: CacheFile<typeof TextHead>;
  readonly #ports: PartsPorts;
  readonly #flavor: TextFlavor;
  /** For those who may read and not write. */
  readonly #unwritten = new Map<string, unknown>();

  constructor(ports: PartsPorts, flavor: TextFlavor) {
    this.#ports = ports;
    this.#flavor = flavor;
    this.head = this.#file(flavor, TextHead);
  }

  /** Undefined when it is gone or damaged. */
  async table(generation: string, calls: Abortable = {}): Promise<TextTable | undefined> {
    const found = await this.#read(this.#tableName(generation), TextTable, calls);
    return found?.generation === generation ? found : undefined;
  }

  /** Undefined when it is gone or damaged. */
  async shard(generation: string, shard: number, calls: Abortable = {}): Promise<TextShard | undefined> {
    const found = await this.#read(this.#shardName(generation, shard), TextShard, calls);
    return found?.generation === generation && found.shard === shard ? found : undefined;
  }

  writeTable(table: TextTable, calls: Abortable = {}): Promise<void> {
    return this.#write(this.#tableName(table.generation), TextTable, table, calls);
  }

  writeShard(shard: TextShard, calls: Abortable = {}): Promise<void> {
    return this.#write(this.#shardName(shard.generation, shard.shard), TextShard, shard, calls);
  }

  /** Removes the files of a generation that is no longer used; what stays is left to a prune. */
  async remove(generation: string, { signal }: Abortable = {}): Promise<void> {
    const { store, keyring } = this.#ports;
    for (const name of [...this.#unwritten.keys()].filter((one) => one.includes(`/${generation}/`))) {
      this.#unwritten.delete(name);
    }
    const keys: string[] = [];
    const folder = cacheKey(`${this.#flavor}/${generation}/`, keyring.encrypted).replace(/\.json\.gz.*$/, '');
    for await (const { key } of store.list(folder, { signal })) {
      keys.push(key);
    }
    await store.deleteMany(keys, { signal });
  }

  async #read<Schema extends z.ZodType>(
    name: SealedCache,
    schema: Schema,
    calls: Abortable,
  ): Promise<z.output<Schema> | undefined> {
    const kept = this.#unwritten.get(name);
    return kept === undefined ? this.#file(name, schema).read(calls) : schema.parse(kept);
  }

  async #write<Schema extends z.ZodType>(
    name: SealedCache,
    schema: Schema,
    value: z.input<Schema>,
    calls: Abortable,
  ): Promise<void> {
    if (!(await this.#file(name, schema).write(value, calls))) {
      this.#unwritten.set(name, value);
    }
  }

  #tableName(generation: string): SealedCache {
    return `${this.#flavor}/${generation}/snapshots`;
  }

  #shardName(generation: string, shard: number): SealedCache {
    return `${this.#flavor}/${generation}/${shard.toString(16).padStart(3, '0')}`;
  }

  #file<Schema extends z.ZodType>(name: SealedCache, schema: Schema): CacheFile<Schema> {
    return new CacheFile(this.#ports, name, schema, this.#flavor === 'texts' ? 'object' : 'metadata');
  }
}
