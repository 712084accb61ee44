import { compact } from '../../../contract/compact.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { append } from '../../../lib/append.ts';
import type { AnyHead, AnyTable, Base, OfThing } from './format.ts';
import type { GenerationalIndex } from './generational-index.ts';
import { bitReversed, byShard, lastOnly, shardOf, shardsFor } from './shards.ts';

export interface FoldOptions<Table, Known, News extends OfThing> {
  table: Omit<Table, 'generation'>;
  /** The newest snapshot in it. */
  last: string;
  /** What is new. */
  news: readonly News[];
  /** Characters that are expected besides; those of the large part when absent. */
  expected?: number;
  /** In how many passes at least, a power of two. */
  passes?: number;
  /** The records of a pass by what was there and what is new. */
  merge: (known: Known[], news: readonly News[], pass: Pass) => Known[] | Promise<Known[]>;
}

export interface Pass {
  number: number;
  holds: (one: OfThing) => boolean;
}

/**
 * Writes the large part once more with what is new, a shard at a time.
 * @returns where it is, for the head that goes with it
 */
export async function fold<
  Head extends AnyHead,
  Table extends AnyTable,
  Stored extends OfThing,
  Known extends OfThing,
  News extends OfThing,
>(
  index: GenerationalIndex<Head, Table, Stored, Known>,
  head: Head,
  { table, last, news, expected, passes = 1, merge }: FoldOptions<Table, Known, News>,
  calls: Abortable,
): Promise<Base> {
  const { base } = head;
  const { bounded, mostShards } = index.format;
  const generation = index.newGeneration();
  await index.writeTable({ ...table, generation } as Table, calls);
  const before = base?.shards ?? 1;
  const shards = shardsFor((expected ?? base?.size ?? 0) + JSON.stringify(news).length, before, index.format);
  const order = bitReversed(Math.max(before, shards, passes));
  const fresh = byShard(news, order.length);
  const stored = lastOnly((shard) => index.stored(head, shard, calls));
  let size = 0;
  let records: Known[] = [];
  for (const [at, number] of order.entries()) {
    const holds = ({ thing }: OfThing): boolean => shardOf(thing, order.length) === number;
    const old = (await stored(number & (before - 1))).filter(holds);
    const known = await index.unpacked(head, old, calls);
    append(records, await merge(known, fresh.get(number) ?? [], { number, holds }));
    const shard = number & (shards - 1);
    if (((order[at + 1] ?? -1) & (shards - 1)) !== shard || at === order.length - 1) {
      // As long as there can be more shards, the next fold splits a large one.
      const kept = shards < mostShards ? records : (bounded?.(records) ?? records);
      size += await index.writeShard(generation, shard, kept, calls);
      records = [];
    }
  }
  return compact({ generation, previous: base?.generation, shards, size, last });
}
