import { isSearched } from '../../../grafana/search-texts/search-texts.ts';
import { append } from '../../../lib/append.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { EveryVersion, ThingVersions } from '../versions/every-version.ts';
import { keyOf } from '../versions/files.ts';
import { shardOf } from '../versions/fold.ts';
import { emptyTextHead, shortId, type TextDoc, type TextHead, type ThingTexts } from './files.ts';
import { bounded, MOST_OF_A_THING, MOST_SHARDS, shardsOfTexts, withDocs, withoutUnused } from './merge.ts';
import { pack, unpack } from './packed.ts';
import type { TextParts } from './parts.ts';
import { isRead, type VersionRef } from './read-docs.ts';

/** Bodies read concurrently, each of which may take megabytes. */
const READS_AT_ONCE = 8;

export interface TextGenerationOptions {
  head: TextHead;
  /** Snapshots of the large part that is there. */
  snapshots: readonly string[];
  /** Its name. */
  generation: string;
  parts: TextParts;
  /** Every version that there is: what is missing is added, what is gone left out. Absent = all stays as it is. */
  versions?: EveryVersion | undefined;
  /** Characters that a shard should have at most. Once there can be no more shards, twice as many are the limit. */
  shardSize: number;
  doc: (version: VersionRef) => Promise<TextDoc>;
  /** Called for each resource that is done. */
  onThing?: (() => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes the large part of the index once more with what is in the head, a shard at a time.
 * @returns the head that goes with it; undefined when a part of what is there is gone or damaged
 */
export async function writeTexts(options: TextGenerationOptions): Promise<TextHead | undefined> {
  const { head, generation, parts, versions, signal } = options;
  const { base } = head;
  const snapshots = versions?.snapshots ?? [...options.snapshots, ...head.snapshots];
  const last = [...snapshots].sort().at(-1);
  if (last === undefined) {
    return emptyTextHead();
  }
  await parts.writeTable({ format: 2, generation, snapshots }, { signal });
  const before = base?.shards ?? 1;
  const expected = base === undefined && versions !== undefined ? await expectedSize(versions) : (base?.size ?? 0);
  const shards = shardsOfTexts(expected + JSON.stringify(head.docs).length, before, options.shardSize);
  const passes = Math.max(before, shards, versions?.shards ?? 1);
  const docs = docsByThing(head.docs);
  const known = lastOnly(async (shard) =>
    base === undefined ? [] : (await parts.shard(base.generation, shard, { signal }))?.things,
  );
  const there = lastOnly(async (shard) => versions?.things(shard));
  let size = 0;
  let things: ThingTexts[] = [];
  const order = bitReversed(passes);
  for (const [at, pass] of order.entries()) {
    const isOfPass = ({ thing }: Pick<ThingTexts, 'thing'>): boolean => shardOf(thing, passes) === pass;
    const old = await known(pass & (before - 1));
    if (old === undefined) {
      return undefined;
    }
    const texts = new Map(old.filter(isOfPass).map((one) => [keyOf(one.thing), unpack(one)]));
    for (const [key, added] of docs) {
      if (added[0] !== undefined && isOfPass(added[0])) {
        texts.set(key, withDocs(texts.get(key), added[0].thing, added));
      }
    }
    const all = versions && ((await there(pass & (versions.shards - 1))) ?? []).filter(isOfPass);
    append(things, all === undefined ? [...texts.values()] : await caughtUp(all, texts, options));
    const shard = pass & (shards - 1);
    if (((order[at + 1] ?? -1) & (shards - 1)) !== shard || at === order.length - 1) {
      // As long as there can be more shards, the next fold splits a large one.
      const kept = shards < MOST_SHARDS ? things : bounded(things, 2 * options.shardSize);
      const file = { format: 2 as const, generation, shard, things: kept.map(pack) };
      size += JSON.stringify(file).length;
      await parts.writeShard(file, { signal });
      things = [];
    }
  }
  const previous = base === undefined ? {} : { previous: base.generation };
  return { format: 2, base: { generation, ...previous, shards, size, last }, snapshots: [], docs: [] };
}

/** Texts of all versions that there are: those that are known, and of the others what their content says. */
async function caughtUp(
  versions: readonly ThingVersions[],
  known: ReadonlyMap<string, ThingTexts>,
  { doc, onThing, signal }: TextGenerationOptions,
): Promise<ThingTexts[]> {
  const found: ThingTexts[] = [];
  const searched = versions.filter(({ thing: [, kind], states }) => isSearched(kind) && states.length > 0);
  const work = async ({ thing, states }: ThingVersions): Promise<void> => {
    const used = new Set(states.map(({ object }) => shortId(object)));
    const old = known.get(keyOf(thing));
    const left = old && withoutUnused(old, (object) => used.has(object));
    const present = new Set(left?.objects);
    const docs: TextDoc[] = [];
    for (const { object, title, bytes } of states) {
      if (!present.has(shortId(object))) {
        present.add(shortId(object));
        docs.push(await doc({ thing, object, title, bytes }));
      }
    }
    found.push(docs.length === 0 && left !== undefined ? left : withDocs(left, thing, docs));
    onThing?.();
  };
  await forEachConcurrently(READS_AT_ONCE, searched, work, signal);
  return found;
}

/** About how many characters the texts of all versions take: a quarter of a body, and little for each further one. */
async function expectedSize(versions: EveryVersion): Promise<number> {
  let size = 0;
  for (let shard = 0; shard < versions.shards; shard++) {
    for (const { thing, states } of await versions.things(shard)) {
      const bytes = states.filter((state) => isRead({ thing, ...state })).map((state) => state.bytes / 4);
      size += Math.min(MOST_OF_A_THING, Math.max(200, ...bytes)) + states.length * 100;
    }
  }
  return size;
}

function docsByThing(docs: readonly TextDoc[]): Map<string, TextDoc[]> {
  const found = new Map<string, TextDoc[]>();
  for (const doc of docs) {
    const key = keyOf(doc.thing);
    found.set(key, [...(found.get(key) ?? []), doc]);
  }
  return found;
}

/** Reads by number, and keeps what was read last. */
function lastOnly<T>(read: (number: number) => Promise<T>): (number: number) => Promise<T> {
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
function bitReversed(count: number): number[] {
  const bits = Math.log2(count);
  return Array.from({ length: count }, (_, at) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) {
      reversed |= ((at >> bit) & 1) << (bits - 1 - bit);
    }
    return reversed;
  });
}
