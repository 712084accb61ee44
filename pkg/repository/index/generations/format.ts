import * as z from 'zod';
import type { Log, Randomness } from '../../../contract/ports.ts';
import type { ObjectStore } from '../../../storage/store.ts';
import type { Keyring } from '../../encryption/keyring.ts';
import type { GrowingIndex } from '../../layout.ts';
import type { Trust } from '../../signing/trust.ts';
import type { ShardLimits } from './shards.ts';
import type { Thing } from './thing.ts';

export const Generation = z.string().regex(/^[0-9a-f]{16}$/);

/** Where the large part of an index is. */
export const Base = z.object({
  generation: Generation,
  /** The one before, whose files stay for a while: another process may still go by it. */
  previous: Generation.optional(),
  shards: z.int().positive(),
  /** Characters of all shards, before compression. */
  size: z.int().nonnegative(),
  /** The newest snapshot in it. */
  last: z.string(),
});
export type Base = z.infer<typeof Base>;

export interface IndexPorts {
  store: ObjectStore;
  keyring: Keyring;
  trust: Trust;
  log: Log;
  randomness: Randomness;
}

export interface OfThing {
  thing: Thing;
}

export interface AnyHead {
  base?: Base | undefined;
}

export interface AnyTable {
  generation: string;
}

export type Schema<T> = z.ZodType<T, T>;

/** What distinguishes one index from another: its files, and its records, one for each resource. */
export interface IndexFormat<Head, Table, Stored extends OfThing, Known extends OfThing> extends ShardLimits {
  name: GrowingIndex;
  /** In an encrypted repository `object` is for those alone who can read objects. */
  sealed: 'metadata' | 'object';
  /** The part that every publishing rewrites: what is newer than the large part, and where that is. */
  head: Schema<Head>;
  empty: () => Head;
  /** The snapshots of the large part. */
  table: Schema<Table>;
  /** A record as a shard keeps it. */
  stored: Schema<Stored>;
  pack: (known: Known) => Stored;
  /** Undefined for what is no record. */
  unpack: (stored: Stored) => Known | undefined;
  /** What a shard may hold once there can be no more of them; all of it when absent. */
  bounded?: (records: Known[]) => Known[];
}
