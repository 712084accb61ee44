import type { z } from 'zod';
import type { Abortable } from '../../../lib/abortable.ts';
import type { Log } from '../../../contract/ports.ts';
import type { ObjectStore } from '../../../storage/store.ts';
import type { Keyring } from '../../encryption/keyring.ts';
import { cacheKey, type IndexPart } from '../../layout.ts';
import type { Trust } from '../../signing/trust.ts';
import { CacheFile } from '../cache-file.ts';
import { keyOf, NamesFile, ShardFile, TableFile, ThingHistory, type Thing } from './files.ts';

export interface PartsPorts {
  store: ObjectStore;
  keyring: Keyring;
  trust: Trust;
  log: Log;
}

/** The large part of the index: files of one generation, written once and never changed. */
export class VersionParts {
  readonly #ports: PartsPorts;

  constructor(ports: PartsPorts) {
    this.#ports = ports;
  }

  /** Undefined when it is gone or damaged; so with the others. */
  async table(generation: string, calls: Abortable = {}): Promise<TableFile | undefined> {
    return checked(generation, await this.#file(`versions/${generation}/snapshots`, TableFile).read(calls));
  }

  async names(generation: string, calls: Abortable = {}): Promise<NamesFile | undefined> {
    return checked(generation, await this.#file(`versions/${generation}/names`, NamesFile).read(calls));
  }

  /** @param options.of - keys of the resources that are wanted; all when absent */
  async shard(
    generation: string,
    shard: number,
    { of, ...calls }: Abortable & { of?: ReadonlySet<string> } = {},
  ): Promise<ShardFile | undefined> {
    const found = checked(generation, await this.#file(shardName(generation, shard), ShardFile).read(calls));
    if (found?.shard !== shard) {
      return undefined;
    }
    const wanted = of === undefined ? found.things : found.things.filter(({ thing }) => of.has(keyOf(thing)));
    const things = wanted.map(({ thing, history }) => parsed(thing, history));
    return things.includes(undefined) ? undefined : { ...found, things: things.filter((one) => one !== undefined) };
  }

  /** @returns whether it was written. */
  writeTable(table: TableFile, calls: Abortable = {}): Promise<boolean> {
    return this.#file(`versions/${table.generation}/snapshots`, TableFile).write(table, calls);
  }

  writeNames(names: NamesFile, calls: Abortable = {}): Promise<boolean> {
    return this.#file(`versions/${names.generation}/names`, NamesFile).write(names, calls);
  }

  writeShard(shard: ShardFile, calls: Abortable = {}): Promise<boolean> {
    const things = shard.things.map(({ thing, ...history }) => ({ thing, history: JSON.stringify(history) }));
    return this.#file(shardName(shard.generation, shard.shard), ShardFile).write({ ...shard, things }, calls);
  }

  /** Removes the files of a generation that nothing goes by any more; what stays is left to a prune. */
  async remove(generation: string, { signal }: Abortable = {}): Promise<void> {
    const { store, keyring } = this.#ports;
    const keys: string[] = [];
    const folder = cacheKey(`versions/${generation}/`, keyring.encrypted).replace(/\.json\.gz.*$/, '');
    for await (const { key } of store.list(folder, { signal })) {
      keys.push(key);
    }
    await store.deleteMany(keys, { signal });
  }

  #file<Schema extends z.ZodType>(name: IndexPart<'versions'>, schema: Schema): CacheFile<Schema> {
    return new CacheFile(this.#ports, name, schema);
  }
}

function shardName(generation: string, shard: number): IndexPart<'versions'> {
  return `versions/${generation}/${shard.toString(16).padStart(3, '0')}`;
}

/** Undefined for what is no history. */
function parsed(thing: Thing, history: string): ThingHistory | undefined {
  try {
    return ThingHistory.parse({ ...(JSON.parse(history) as object), thing });
  } catch {
    return undefined;
  }
}

/** A file of another generation under this name is none. */
function checked<T extends { generation: string }>(generation: string, file: T | undefined): T | undefined {
  return file?.generation === generation ? file : undefined;
}
