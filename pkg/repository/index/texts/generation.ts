import { isSearched } from '../../../grafana/search-texts/search-texts.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { fold } from '../generations/fold.ts';
import type { IndexPorts } from '../generations/format.ts';
import { GenerationalIndex } from '../generations/generational-index.ts';
import { byThing, lastOnly } from '../generations/shards.ts';
import { keyOf } from '../generations/thing.ts';
import type { EveryVersion, ThingVersions } from '../versions/every-version.ts';
import { PackedTexts, shortId, TextHead, TextTable, type TextDoc, type ThingTexts } from './files.ts';
import { bounded, MOST_OF_A_THING, withDocs, withoutUnused } from './merge.ts';
import { pack, unpack } from './packed.ts';
import { isRead, type VersionRef } from './read-docs.ts';

/** Bodies read concurrently, each of which may take megabytes. */
const READS_AT_ONCE = 8;

/**
 * `texts`: titles and what is in the content. `titles`: titles alone, where content cannot be read; then anyone who can
 * read manifests can read it.
 */
export type TextFlavor = 'texts' | 'titles';

/** The files of the index of texts. */
export type TextFiles = GenerationalIndex<TextHead, TextTable, PackedTexts, ThingTexts>;

/**
 * Opens the files of the index of texts.
 * @param shardSize - characters of a part; once there can be no more parts, twice as many are the limit
 */
export function textFiles(ports: IndexPorts, name: TextFlavor, shardSize: number): TextFiles {
  return new GenerationalIndex(ports, {
    name,
    sealed: name === 'texts' ? 'object' : 'metadata',
    head: TextHead,
    empty: () => ({ format: 2, snapshots: [], docs: [] }),
    table: TextTable,
    stored: PackedTexts,
    pack,
    unpack,
    bounded: (records) => bounded(records, 2 * shardSize),
    shardSize,
    mostShards: 128,
  });
}

export interface FoldTexts {
  /** What the head says besides, once all is read. */
  mark: (head: TextHead) => TextHead;
  doc: (version: VersionRef) => Promise<TextDoc>;
  signal?: AbortSignal | undefined;
}

export interface CatchUp {
  /** Every version that there is: what is missing is added, what is gone left out. */
  versions: EveryVersion;
  /** Called for each resource that is done. */
  onThing: () => void;
}

/** Puts what is in the head into the large part. @throws PartLost */
export async function foldTexts(
  files: TextFiles,
  head: TextHead,
  options: FoldTexts,
  catchUp?: CatchUp,
): Promise<TextHead> {
  const { signal } = options;
  const before = await files.table(head, { signal });
  const snapshots = catchUp?.versions.snapshots ?? [...(before?.snapshots ?? []), ...head.snapshots];
  const last = [...snapshots].sort().at(-1);
  if (last === undefined) {
    return files.replace(head, files.format.empty(), { signal });
  }
  const there = lastOnly(async (shard) => catchUp?.versions.things(shard) ?? []);
  const isFirst = head.base === undefined && catchUp !== undefined;
  const base = await fold(
    files,
    head,
    {
      table: { format: 2, snapshots },
      last,
      news: head.docs,
      ...(isFirst ? { expected: await expectedSize(catchUp.versions) } : {}),
      passes: catchUp?.versions.shards,
      merge: async (known, news, { number, holds }) => {
        const texts = new Map(known.map((one) => [keyOf(one.thing), one]));
        for (const [key, docs] of byThing(news)) {
          texts.set(key, withDocs(texts.get(key) ?? { thing: docs[0].thing }, docs));
        }
        if (catchUp === undefined) {
          return [...texts.values()];
        }
        const versions = (await there(number & (catchUp.versions.shards - 1))).filter(holds);
        return caughtUp(versions, texts, catchUp, options);
      },
    },
    { signal },
  );
  return files.replace(head, options.mark({ ...files.format.empty(), base }), { signal });
}

/** Texts of all versions that there are: those that are known, and of the others what their content says. */
async function caughtUp(
  versions: readonly ThingVersions[],
  known: ReadonlyMap<string, ThingTexts>,
  { onThing }: CatchUp,
  { doc, signal }: FoldTexts,
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
    found.push(docs.length === 0 && left !== undefined ? left : withDocs(left ?? { thing }, docs));
    onThing();
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
