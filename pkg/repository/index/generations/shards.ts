import { createHash } from 'node:crypto';
import { groupBy } from '../../../lib/group-by.ts';
import { keyOf, type Thing } from './thing.ts';

/** Which of that many shards, a power of two, holds a resource. */
export function shardOf(thing: Thing, shards: number): number {
  return createHash('sha256').update(keyOf(thing)).digest().readUInt32BE(0) & (shards - 1);
}

/** What there is of each shard. */
export function byShard<T extends { thing: Thing }>(all: Iterable<T>, shards: number): Map<number, [T, ...T[]]> {
  return groupBy(all, ({ thing }) => shardOf(thing, shards));
}

/** What there is of each resource. */
export function byThing<T extends { thing: Thing }>(all: Iterable<T>): Map<string, [T, ...T[]]> {
  return groupBy(all, ({ thing }) => keyOf(thing));
}

/** How many shards that many characters take; never fewer than before, so that a shard only ever splits. */
export function shardsFor(size: number, before: number, { shardSize, mostShards }: ShardLimits): number {
  let shards = before;
  while (shards < mostShards && size > shards * shardSize) {
    shards *= 2;
  }
  return shards;
}

export interface ShardLimits {
  /** Characters that one shard should have at most. */
  shardSize: number;
  mostShards: number;
}

/** Reads by number, and keeps what was read last. */
export function lastOnly<T>(read: (number: number) => Promise<T>): (number: number) => Promise<T> {
  let last: { number: number; value: T } | undefined;
  return async (number) => {
    if (last?.number !== number) {
      last = { number, value: await read(number) };
    }
    return last.value;
  };
}

/**
 * The numbers below a power of two, so ordered that those with the same last bits follow each other, however many bits
 * these are: then each shard is needed once, whatever the number of shards.
 */
export function bitReversed(count: number): number[] {
  const bits = Math.log2(count);
  return Array.from({ length: count }, (_, at) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) {
      reversed |= ((at >> bit) & 1) << (bits - 1 - bit);
    }
    return reversed;
  });
}
