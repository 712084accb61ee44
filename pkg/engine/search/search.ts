import { createHash } from 'node:crypto';
import type { SearchHit, SearchPage } from '../../contract/api/search.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { append } from '../../lib/append.ts';
import { keyOf, type Thing } from '../../repository/index/generations/thing.ts';
import type { Searchable, SeenResource } from '../../repository/repository.types.ts';
import { candidateOf, type Candidate } from './candidates.ts';
import { hitOf } from './hit.ts';
import { parseSearch, type SearchWords } from './query.ts';

/** Resources that are listed at most: more are no answer. */
const MOST = 1000;

/** What may be found damaged, and is made again: the names, the texts, the histories. */
const MOST_LOSSES = 3;

export interface SearchQuestion {
  text: string;
  kinds?: readonly KindName[] | undefined;
  /** Only what no longer exists. */
  deleted: boolean;
  /** Whether the person who asks may see a resource; of a kind of the whole server, org is 0. */
  isVisible: (ref: ResourceRef) => boolean;
  /** The organization under which kinds of the whole server are listed. */
  serverOrg: number;
  /** Whether a snapshot holds anything of who asks; if left out, each does. */
  covers?: ((snapshot: SnapshotSummary) => boolean) | undefined;
  /** Decides whether restores since that time have left a resource in Grafana; undefined for what none has touched. */
  leftByRestores?: (since: string) => Promise<(ref: ResourceRef) => boolean | undefined>;
  /** Lists what follows the resource with this key. */
  after?: string | undefined;
  limit: number;
}

/** A page, with the key of its last resource if there are more. */
export type FoundPage = Omit<SearchPage, 'next'> & { last?: string };

/**
 * Finds texts in the newest and in past versions.
 * @param open - what is searched; called again if a part of the index turns out to be damaged
 * @throws DK_USAGE for a text that is too short or too long
 */
export async function search(open: () => Promise<Searchable>, question: SearchQuestion): Promise<FoundPage> {
  const words = parseSearch(question.text);
  for (let losses = 0; ; losses++) {
    try {
      return await searchIn(await open(), words, question);
    } catch (error) {
      if (!(error instanceof DashkeepError) || error.code !== 'DK_INTEGRITY' || losses === MOST_LOSSES) {
        throw error;
      }
    }
  }
}

async function searchIn(index: Searchable, words: SearchWords, question: SearchQuestion): Promise<FoundPage> {
  const asOf = newestTime(index, question.covers);
  const seen = new Map((await index.everSeen()).map((one) => [keyOf([one.org, one.kind, one.uid]), one]));
  const isDeleted = await missingNow(seen, question, asOf);
  const { candidates, ...limits } = await collect(index, words, question, { seen, isDeleted });
  const hitsOf = async (chunk: readonly Candidate[]): Promise<(SearchHit | undefined)[]> => {
    const refs = chunk.map(({ thing: [org, kind, uid] }) => ({ org: org === 0 ? question.serverOrg : org, kind, uid }));
    const histories = await index.histories(refs);
    return chunk.map(({ thing, matches }, place) => {
      const ref = refs[place];
      const hit = ref && hitOf(ref, matches, histories[place] ?? [], { snapshots: index.snapshots, words });
      const deleted = isDeleted(thing);
      return hit && { ...hit, deleted, ...(hit.deleted && !deleted ? { restored: true as const } : {}) };
    });
  };
  // What only another organization with the same ID had must not be counted either.
  const hits = (await index.areShared()) ? await hitsOf(candidates) : undefined;
  const own = candidates.filter((_, place) => hits === undefined || hits[place] !== undefined);
  const sorted = sortBy(own, ({ rank, thing }) => {
    const { title = '' } = seen.get(keyOf(thing)) ?? {};
    return [String(rank).padStart(3, '0'), isDeleted(thing) ? '1' : '0', title, keyOf(thing)].join('\n');
  });
  const start =
    question.after === undefined ? 0 : sorted.findIndex(({ thing }) => nameOf(thing) === question.after) + 1;
  const items: SearchHit[] = [];
  let at = start;
  while (items.length < question.limit && at < sorted.length) {
    const chunk = sorted.slice(at, at + question.limit - items.length);
    append(
      items,
      (await hitsOf(chunk)).filter((hit) => hit !== undefined),
    );
    at += chunk.length;
  }
  const last = sorted[at - 1];
  return {
    items,
    ...(at < sorted.length && last !== undefined ? { last: nameOf(last.thing) } : {}),
    total: sorted.length,
    searched: index.searched,
    indexed: { snapshots: index.indexed, pending: index.pending, unreadable: index.unreadable },
    ...compact({ asOf }),
    ...limits,
  };
}

/** Decides what is missing now, as far as the newest snapshot and the restores since then show. */
async function missingNow(
  seen: ReadonlyMap<string, SeenResource>,
  { leftByRestores }: SearchQuestion,
  asOf: string | undefined,
): Promise<(thing: Thing) => boolean> {
  const isLeft = asOf === undefined ? undefined : await leftByRestores?.(asOf);
  return (thing) => {
    const [org, kind, uid] = thing;
    const left = isLeft?.({ org, kind, uid });
    return left === undefined ? seen.get(keyOf(thing))?.deleted !== false : !left;
  };
}

function newestTime({ snapshots }: Searchable, covers: SearchQuestion['covers'] = () => true): string | undefined {
  const times = [...snapshots.values()].filter(covers).map(({ time }) => time);
  return times.sort().at(-1);
}

async function collect(
  index: Searchable,
  words: SearchWords,
  { kinds, deleted, isVisible }: SearchQuestion,
  { seen, isDeleted }: { seen: ReadonlyMap<string, SeenResource>; isDeleted: (thing: Thing) => boolean },
): Promise<{ candidates: Candidate[]; cut: number; unread: number; truncated: boolean }> {
  let candidates: Candidate[] = [];
  let [cut, unread, truncated] = [0, 0, false];
  const best = (): Candidate[] => sortBy(candidates, ({ rank }) => String(rank).padStart(3, '0')).slice(0, MOST);
  for await (const known of index.things()) {
    const [org, kind, uid] = known.thing;
    const one = seen.get(keyOf(known.thing));
    const isAsked = (kinds === undefined || kinds.includes(kind)) && (!deleted || isDeleted(known.thing));
    if (one === undefined || !isAsked || !isVisible({ org, kind, uid })) {
      continue;
    }
    cut += known.cut === true ? 1 : 0;
    unread += known.unread === true ? 1 : 0;
    const candidate = candidateOf(known, words);
    if (candidate !== undefined) {
      candidates.push(candidate);
    }
    if (candidates.length >= 2 * MOST) {
      truncated = true;
      candidates = best();
    }
  }
  truncated ||= candidates.length > MOST;
  return { candidates: best(), cut, unread, truncated };
}

/** What a cursor names a resource by: a uid may be too long for one. */
function nameOf(thing: Thing): string {
  return createHash('sha256').update(keyOf(thing)).digest('hex').slice(0, 32);
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}
