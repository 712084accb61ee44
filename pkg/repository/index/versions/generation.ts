import { knownOrgs } from './append.ts';
import {
  keyOf,
  type HeadFile,
  type NamesFile,
  type ShardFile,
  type TableFile,
  type Thing,
  type ThingHistory,
} from './files.ts';
import {
  foldedChanges,
  historyOf,
  KeptRows,
  nameOf,
  rowsOf,
  shardOf,
  shardsFor,
  tableOf,
  withoutGone,
  type DatedChange,
} from './fold.ts';
import type { VersionParts } from './parts.ts';

export interface GenerationOptions {
  head: HeadFile;
  /** Its name. */
  generation: string;
  parts: VersionParts;
  /** Which snapshots stay in the index. */
  stays: (id: string) => boolean;
  signal?: AbortSignal | undefined;
}

/** A resource with its changes, oldest first. */
export interface Known {
  thing: Thing;
  changes: DatedChange[];
}

/**
 * Writes the large part of the index once more, with what is in the head and without the snapshots that do not stay, a
 * shard at a time.
 * @returns the head that goes with it; undefined when it could not be written, or what is there not be read: then all
 * is as before.
 */
export async function writeGeneration(options: GenerationOptions): Promise<HeadFile | undefined> {
  const { head, generation, parts, signal } = options;
  const { base } = head;
  const table = base === undefined ? EMPTY : await parts.table(base.generation, { signal });
  if (table === undefined) {
    return undefined;
  }
  const rows = new KeptRows([...rowsOf(table), ...rowsOf(head)], options.stays);
  const { kept } = rows;
  const fresh = tableOf(generation, kept);
  const places = new Map(kept.map(({ id }, place) => [id, place]));
  const before = base?.shards ?? 1;
  const shards = shardsFor((base?.size ?? 0) + sizeOf(head.changes), before);
  const news = bySharding(head, before);
  const names: NamesFile['names'] = [];
  const folders = new Map<string, number>();
  const unread: Thing[] = [];
  let size = 0;
  if (!(await parts.writeTable(fresh, { signal }))) {
    return undefined;
  }
  for (let old = 0; old < before; old++) {
    const known = base === undefined ? [] : (await parts.shard(base.generation, old, { signal }))?.things;
    if (known === undefined) {
      return undefined;
    }
    const split = new Map<number, ThingHistory[]>();
    for (let shard = old; shard < shards; shard += before) {
      split.set(shard, []);
    }
    for (const { thing, changes } of merged(known, table, news.get(old) ?? [])) {
      const left = withoutGone(thing, changes, rows);
      if (left.length > 0) {
        const history = historyOf(thing, left, places);
        split.get(shardOf(thing, shards))?.push(history);
        names.push(nameOf(history, folders));
        if (left.at(-1)?.is === 'unread') {
          unread.push(thing);
        }
      }
    }
    for (const [shard, things] of split) {
      const file: ShardFile = { format: 2, generation, shard, things };
      size += sizeOf(file);
      if (!(await parts.writeShard(file, { signal }))) {
        return undefined;
      }
    }
  }
  const last = kept.at(-1)?.id;
  if (last === undefined) {
    return { format: 2, scopes: [], snapshots: [], changes: [], unread: [] };
  }
  if (!(await parts.writeNames({ format: 2, generation, folders: [...folders.keys()], names }, { signal }))) {
    return undefined;
  }
  const orgs = [...knownOrgs({ ...head, base: undefined, scopes: fresh.scopes, snapshots: fresh.snapshots })];
  return {
    format: 2,
    base: {
      generation,
      ...(base === undefined ? {} : { previous: base.generation }),
      shards,
      size,
      last,
      unread,
      orgs,
    },
    scopes: [],
    snapshots: [],
    changes: [],
    unread,
  };
}

const EMPTY: Pick<TableFile, 'scopes' | 'snapshots'> = { scopes: [], snapshots: [] };

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

/** What the head has of each shard. */
export function bySharding(head: HeadFile, shards: number): Map<number, Known[]> {
  const things = new Map<string, Known>();
  for (const [at, thing, is] of head.changes) {
    const known = things.get(keyOf(thing)) ?? { thing, changes: [] };
    things.set(keyOf(thing), known);
    known.changes.push({ snapshot: head.snapshots[at]?.[0] ?? '', is });
  }
  const found = new Map<number, Known[]>();
  for (const known of things.values()) {
    const shard = shardOf(known.thing, shards);
    const others = found.get(shard) ?? [];
    others.push(known);
    found.set(shard, others);
  }
  return found;
}

/** What the shard has with what the head has. */
function merged(
  known: readonly ThingHistory[],
  { snapshots }: Pick<TableFile, 'snapshots'>,
  news: readonly Known[],
): Known[] {
  const things = new Map<string, Known>();
  for (const history of known) {
    things.set(keyOf(history.thing), { thing: history.thing, changes: foldedChanges(history, snapshots) });
  }
  for (const { thing, changes } of news) {
    const before = things.get(keyOf(thing))?.changes ?? [];
    things.set(keyOf(thing), { thing, changes: [...before, ...changes] });
  }
  return [...things.values()];
}
