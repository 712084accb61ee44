import type { z } from 'zod';
import { countsNow, isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import type { SnapshotPage, SnapshotRow, SnapshotsQuery } from '../../contract/api/snapshots.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Manifest, ManifestEntry, SnapshotSummary } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import { isTimedId } from '../../repository/layout.ts';
import { onlyMatch } from '../../repository/snapshots/latest.ts';
import { summaryOf } from '../../repository/snapshots/manifests.ts';
import { isOwn, isSameOrg, type Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import { covers, holds, rowOf, summaryFor, type AskedFrom } from '../organizations/snapshot-view.ts';
import { pageOfList } from '../pagination.ts';
import { matchesSnapshot } from './browse.ts';
import type { RepositoryCache, ShownSnapshot } from './repository-cache.ts';
import { withTimeLimit } from '../../lib/time-limit.ts';

/** Small numbers, but of very many snapshots. */
const COUNTED_MOST = 5_000;
/** How long a request waits for the index of versions, which may have to be made first. */
const WAIT_MS = 5_000;

/** The snapshots as one organization sees them: those that cover it, with what they hold of it. */
export class Snapshots {
  readonly #repositoryCache: RepositoryCache;
  readonly #askedFrom: AskedFrom;
  readonly #clock: Clock;
  readonly #log: Log;
  /** What only the manifest says, because an index of an earlier release says nothing about organizations. */
  readonly #counted = new RecentValues<Promise<SnapshotSummary>>(COUNTED_MOST);

  constructor(repositoryCache: RepositoryCache, askedFrom: AskedFrom, { clock, log }: { clock: Clock; log: Log }) {
    this.#repositoryCache = repositoryCache;
    this.#askedFrom = askedFrom;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * By id; `latest` is the newest backup that covers the organization.
   * @throws DK_NOT_FOUND, also for a snapshot in which the organization has no part
   */
  async shown(id: string, caller: Caller, signal: AbortSignal): Promise<ShownSnapshot> {
    const found = await this.#repositoryCache.snapshot(await this.#whole(id, caller, signal), signal);
    const isIn = ({ manifest }: ShownSnapshot): boolean => manifest.orgs.some((org) => isOwn(caller, manifest.id, org));
    if (id !== 'latest' || isIn(found)) {
      return seenBy(found, caller);
    }
    for (const older of await this.#repositoryCache.snapshots(signal)) {
      if (countsNow(older) && isRegularBackup(older) && older.held !== undefined && holds(older, caller) !== false) {
        const shown = await this.#repositoryCache.snapshot(older.id, signal);
        // Someone may have overwritten it since it was listed.
        if (shown.signature.foreign !== true && isIn(shown)) {
          return seenBy(shown, caller);
        }
      }
    }
    return seenBy(found, caller);
  }

  /** The id that starts so, of the snapshots that the caller can see: others must not be counted by it. */
  async #whole(id: string, caller: Caller, signal: AbortSignal): Promise<string> {
    if (caller.home || id === 'latest' || isTimedId(id)) {
      return id;
    }
    const starting = (await this.#repositoryCache.snapshots(signal, true)).filter((one) => one.id.startsWith(id));
    const own = await this.#rows(starting, caller, signal);
    return onlyMatch(id, own).id;
  }

  /** The same without who signed it, for what only says what it holds. @throws DK_NOT_FOUND */
  async manifest(id: string, caller: Caller, signal: AbortSignal): Promise<Manifest> {
    return (await this.shown(id, caller, signal)).manifest;
  }

  /**
   * The stored JSON of an entry. Of a snapshot that does not count, only what one that counts holds as the same
   * resource: its manifest may name the objects of others, which anyone who made it up cannot read.
   * @throws DK_SNAPSHOT_FOREIGN
   */
  async body(
    { manifest, signature }: ShownSnapshot,
    entry: ManifestEntry,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<string> {
    if (signature.foreign === true && !(await this.#isHeld(entry, caller, signal))) {
      throw new DashkeepError(
        'DK_SNAPSHOT_FOREIGN',
        `${manifest.id} is untrusted, and no trusted snapshot has this content`,
      );
    }
    return this.#repositoryCache.object(entry.object, signal);
  }

  async #isHeld(entry: ManifestEntry, caller: Caller, signal: AbortSignal): Promise<boolean> {
    const asked = { signal, isSameOrg: isSameOrg(caller) };
    const found = await withTimeLimit(this.#clock, WAIT_MS, signal, (within) =>
      this.#repositoryCache.read(signal, (repository) => repository.versions(entry, { ...asked, within })),
    );
    return found.changes.some(({ state }) => state?.object === entry.object);
  }

  /** Newest first. */
  async page(query: z.output<typeof SnapshotsQuery>, caller: Caller, signal: AbortSignal): Promise<SnapshotPage> {
    // The first page opens immediately; who goes on sees only what was looked for.
    const all = await this.#repositoryCache.snapshots(signal, query.cursor !== undefined);
    const found = all.flatMap((summary) => {
      const seen =
        holds(summary, caller) === undefined ? withoutName(summary) : summaryFor(summary, caller, this.#askedFrom);
      return covers(summary, caller) !== false && seen !== undefined && matchesSnapshot(seen, query) ? [summary] : [];
    });
    const page = pageOfList(found, ({ id }) => id, query);
    const rows = await this.#rows(page.items, caller, signal);
    return { ...page, items: rows.filter((row) => matchesSnapshot(row, query)) };
  }

  /** One line of the history. @throws DK_NOT_FOUND */
  async row(id: string, caller: Caller, signal: AbortSignal): Promise<SnapshotRow> {
    const { manifest, signature } = await this.#repositoryCache.snapshot(id, signal);
    const annotations = await this.#repositoryCache.annotations(manifest.id, signal);
    const [row] = await this.#rows([{ ...summaryOf(manifest), ...signature, ...annotations }], caller, signal);
    if (row === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot '${id}'`);
    }
    return row;
  }

  /** The snapshots before and after one in time. */
  async beside(id: string, caller: Caller, signal: AbortSignal): Promise<{ previous?: string; next?: string }> {
    const all = (await this.#repositoryCache.snapshots(signal)).filter((one) => covers(one, caller) !== false);
    const at = all.findIndex((one) => one.id === id);
    const [previous, next] = at < 0 ? [] : [all[at + 1]?.id, all[at - 1]?.id];
    return compact({ previous, next });
  }

  /** Of these snapshots, the lines by id; without those that cannot be read now. */
  async sizes(ids: readonly string[], caller: Caller, signal: AbortSignal): Promise<ReadonlyMap<string, SnapshotRow>> {
    const wanted = new Set(ids);
    const all = await this.#repositoryCache.snapshots(signal).catch(() => []);
    const rows = await this.#rows(
      all.filter(({ id }) => wanted.has(id)),
      caller,
      signal,
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  async #rows(summaries: readonly SnapshotSummary[], caller: Caller, signal: AbortSignal): Promise<SnapshotRow[]> {
    const rows: SnapshotRow[] = [];
    for (const summary of summaries) {
      const { hold, note } = summary;
      const counted = holds(summary, caller) === undefined ? await this.#count(summary.id, signal) : summary;
      const whole = counted && { ...counted, ...compact({ hold, note }) };
      const seen = whole === undefined ? undefined : summaryFor(whole, caller, this.#askedFrom);
      if (seen !== undefined) {
        rows.push(rowOf(seen));
      }
    }
    return rows;
  }

  /** Undefined for a snapshot that cannot be read: it is nobody's for now. */
  async #count(id: string, signal: AbortSignal): Promise<SnapshotSummary | undefined> {
    const read = async (): Promise<SnapshotSummary> => {
      const { manifest, signature } = await this.#repositoryCache.readSnapshot(id, signal);
      return { ...summaryOf(manifest), ...signature };
    };
    try {
      return await this.#counted.use(id, read);
    } catch (error) {
      this.#log.debug({ snapshot: id, reason: asDashkeepError(error).message }, 'a snapshot cannot be counted');
      return undefined;
    }
  }
}

function seenBy(shown: ShownSnapshot, caller: Caller): ShownSnapshot {
  return { ...shown, manifest: manifestFor(shown.manifest, caller) };
}

function withoutName({ by: _by, ...rest }: SnapshotSummary): SnapshotSummary {
  return rest;
}
