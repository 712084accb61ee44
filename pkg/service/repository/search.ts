import type { z } from 'zod';
import type { DiffOrigin } from '../../contract/api/diff.ts';
import type { SearchHit, SearchPage, SearchQuery } from '../../contract/api/search.ts';
import { compact } from '../../contract/compact.ts';
import type { Clock } from '../../contract/ports.ts';
import { parseSearch } from '../../engine/search/query.ts';
import { search } from '../../engine/search/search.ts';
import type { Searchable } from '../../repository/repository.types.ts';
import { isOf, isSameOrg, type Caller } from '../organizations/caller.ts';
import { covers } from '../organizations/snapshot-view.ts';
import { decodeCursor, encodeCursor } from '../pagination.ts';
import type { History } from './history.ts';
import type { OpenedTarget } from './opened-target.ts';
import type { RepositoryCache } from './repository-cache.ts';
import { leftByRestores, withUndos } from './restored.ts';
import { withTimeLimit } from '../../lib/time-limit.ts';
import type { AuthorNames } from './versions/authors.ts';

/** How long a request waits for an index to be built. Building continues after that. */
const WAIT_MS = 5_000;

/** Finds texts in all versions, as far as one organization may see them. */
export class TextSearch {
  readonly #repositoryCache: RepositoryCache;
  readonly #history: History;
  readonly #clock: Clock;
  readonly #authors: AuthorNames;

  constructor(repositoryCache: RepositoryCache, history: History, clock: Clock, authors: AuthorNames) {
    this.#repositoryCache = repositoryCache;
    this.#authors = authors;
    this.#history = history;
    this.#clock = clock;
  }

  /** Indexes what is stored, before anyone searches. A search that comes meanwhile waits for the same. */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.#repositoryCache.use(signal, async (target) => {
      const repository = await target.openIfThere(signal);
      await repository?.searchable({ signal });
    });
  }

  /** @throws DK_USAGE for a text that is too short or too long, and for a cursor that was not made here */
  async page(query: z.output<typeof SearchQuery>, caller: Caller, signal: AbortSignal): Promise<SearchPage> {
    const { q: text, kind, deleted, cursor, limit } = query;
    parseSearch(text);
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const { last, ...page } = await withTimeLimit(this.#clock, WAIT_MS, signal, (over) =>
      this.#repositoryCache.use(signal, (target) =>
        search(
          async () => {
            const repository = await target.openIfThere(signal);
            const asked = { within: over, signal, isSameOrg: isSameOrg(caller) };
            return repository?.searchable(asked) ?? nothing(target);
          },
          {
            text,
            kinds: kind === undefined || kind.length === 0 ? undefined : kind,
            deleted: deleted === 'true',
            isVisible: (ref) => isOf(caller, ref),
            leftByRestores: async (since) => {
              const deletedSince = (moment: string) => this.#authors.deletedSince(caller, moment);
              const isLeft = await leftByRestores(this.#history, since, signal, deletedSince);
              return (ref) => isLeft(ref)?.isThere;
            },
            covers: (snapshot) => covers(snapshot, caller) !== false,
            serverOrg: Math.max(1, caller.org),
            after,
            limit,
          },
        ),
      ),
    );
    const items = await this.#named(page.items, caller, signal);
    return { ...page, items, ...(last === undefined ? {} : { next: encodeCursor(last) }) };
  }

  /** With who deleted those that no longer exist. What an untrusted snapshot held last says nothing about when. */
  async #named(hits: readonly SearchHit[], caller: Caller, signal: AbortSignal): Promise<SearchHit[]> {
    const before = this.#clock.now();
    const named = await this.#authors.named(
      hits.map((hit): DiffOrigin & { hit: SearchHit } => ({ hit })),
      caller,
      ({ hit: { kind, uid, deleted, lastSeen, snapshot } }) =>
        deleted && snapshot !== undefined ? { kind, uid, after: new Date(lastSeen), before } : undefined,
    );
    const refOf = ({ hit }: { hit: SearchHit }) => ({ ...hit, org: caller.org });
    const isGone = ({ hit }: { hit: SearchHit }): boolean => hit.deleted;
    const undone = await withUndos(named, isGone, refOf, this.#history, caller, signal);
    return undone.map(({ hit, updated, by, restored: undo }) => ({ ...hit, ...compact({ updated, by, undo }) }));
  }
}

/** What a search finds where there is no repository yet. */
function nothing({ encrypted }: OpenedTarget): Searchable {
  return {
    searched: encrypted ? 'titles' : 'content',
    indexed: 0,
    pending: 0,
    unreadable: 0,
    async *things() {},
    histories: async () => [],
    everSeen: async () => [],
    areShared: async () => false,
    snapshots: new Map(),
  };
}
