import { compact } from '../../contract/compact.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { Overdue } from '../status/overdue.ts';
import type { Metrics } from '../status/metrics.ts';
import type { ChangeFeed } from '../notifications/change-feed.ts';
import { noticesOf, type Notice } from '../notifications/notices.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { pageLink, type PageLinkParts } from '../notifications/page-link.ts';
import type { History } from '../repository/history.ts';
import { keepRecord } from '../repository/stored-runs.ts';
import { recordOf, type Journal } from './journal.ts';

export interface RunHooksParts extends PageLinkParts {
  journal: Journal;
  history: History;
  metrics: Metrics;
  overdue: Overdue;
  notifier: Notifier;
  changeFeed: ChangeFeed;
  /** Whether receivers of the home organization may know of a run. */
  mayKnowHome: (run: RunRecord) => boolean;
  /** What a backup stored can be searched for. */
  prepareSearch: (signal: AbortSignal) => Promise<void>;
  /** What was read before is old now. */
  changed: () => void;
}

/** The Overview shows what these report, with a plan that puts back exactly that. */
const ON_OVERVIEW: ReadonlySet<Notice['event']> = new Set(['shrunk', 'mass-change', 'upgraded']);

/** What follows from the end of a run: metrics, notices, a fresh status, and records that could not be kept before. */
export class RunHooks {
  readonly #parts: RunHooksParts;
  /** How many notices had not been delivered when the last run of a kind ended. */
  readonly #undelivered = new Map<RunRecord['kind'], number>();
  #noticed: Promise<void> = Promise.resolve();
  readonly #reporting = new Set<Promise<void>>();

  constructor(parts: RunHooksParts) {
    this.#parts = parts;
  }

  /** @param isNews - whether to report it; another replica that took over has, or will */
  of(record: RunRecord, isNews = true): void {
    const { journal, metrics, overdue, changeFeed, changed } = this.#parts;
    const before = this.#before(record);
    metrics.ended(record);
    changed();
    const wentWell = record.status === 'complete' || record.status === 'partial';
    const wasLate = wentWell && record.kind === 'backup' && overdue.end();
    if (isNews) {
      this.#notify(record, wasLate ? { ...record, status: 'failed' } : before);
    } else {
      void journal.reported(record.id);
    }
    if (wentWell) {
      void this.#keepRecords();
    }
    if (wentWell && record.kind === 'backup') {
      void this.#prepareSearch();
      if (record.snapshot !== undefined) {
        changeFeed.backedUp(record.snapshot);
      }
    }
  }

  /** A run of a process that ended: the service that finds it reports it as interrupted, or as its record says. */
  interrupted({ id }: RunRecord): void {
    const { journal } = this.#parts;
    void this.#keepRecords().then(() => {
      const run = journal.entries.find((one) => one.id === id);
      return run && this.unreported(run);
    });
  }

  /** A run whose process ended before it had sent all notices. */
  unreported(run: RunRecord): void {
    this.#notify(run, run.status === 'interrupted' ? undefined : this.#before(run));
  }

  /** Resolves once notices about the runs that ended are queued. */
  settled(): Promise<void> {
    return this.#noticed;
  }

  /** Resolves once the journal says which of them were sent. */
  async reported(): Promise<void> {
    await Promise.allSettled(this.#reporting);
  }

  #before(record: RunRecord): RunRecord | undefined {
    return this.#parts.history.last(
      (run) =>
        run.kind === record.kind && run.id !== record.id && ['complete', 'partial', 'failed'].includes(run.status),
    );
  }

  #notify(record: RunRecord, before: RunRecord | undefined): void {
    this.#noticed = Promise.allSettled([this.#noticed, this.#queueNotices(record, before)]).then(() => undefined);
  }

  async #queueNotices(record: RunRecord, before: RunRecord | undefined): Promise<void> {
    const { journal, notifier, mayKnowHome } = this.#parts;
    const sent: Promise<boolean>[] = [];
    const audience = mayKnowHome(record) ? undefined : ('deployment' as const);
    const { failures } = notifier;
    const isTold = this.#undelivered.get(record.kind) === failures;
    this.#undelivered.set(record.kind, failures);
    for (const notice of noticesOf(record, before, isTold)) {
      if (notice.event === 'recovered' && record.kind === 'backup' && (await this.#isRepositoryChanged())) {
        continue;
      }
      const link = ON_OVERVIEW.has(notice.event) ? await pageLink(this.#parts, '') : undefined;
      sent.push(notifier.notify(compact({ ...notice, audience, link })));
    }
    const reporting = Promise.all(sent)
      .then((all) => (all.every(Boolean) ? journal.reported(record.id) : undefined))
      .finally(() => this.#reporting.delete(reporting));
    this.#reporting.add(reporting);
  }

  /** A backup into a target that someone emptied is complete, but nothing is as before: another notice says so. */
  async #isRepositoryChanged(): Promise<boolean> {
    const { repositoryCache, signal } = this.#parts;
    const isAsBefore = repositoryCache.use(signal, async (work) => (await work.inspect(signal)).length === 0);
    return !(await isAsBefore.catch(() => true));
  }

  /** The first search after a large backup would otherwise wait until every body was read. */
  async #prepareSearch(): Promise<void> {
    const { prepareSearch, log, signal } = this.#parts;
    try {
      await prepareSearch(signal);
    } catch (error) {
      log.debug({ reason: asDashkeepError(error).message }, 'the next search indexes the new snapshot');
    }
  }

  /** The repository answers again: give it the records that it could not take before. */
  async #keepRecords(): Promise<void> {
    const { journal, repositoryCache, log, signal } = this.#parts;
    for (const entry of journal.entries.filter((one) => !one.kept && one.finished !== undefined)) {
      const { instance, phases } = entry;
      const record = recordOf(entry);
      try {
        const known = await repositoryCache.use(signal, (target) => keepRecord(target, record));
        const newer = known.status === entry.status ? compact({ ...record, failure: known.failure }) : known;
        const { unreported } = journal.entries.find(({ id }) => id === entry.id) ?? entry;
        await journal.put(compact({ ...newer, instance, kept: true, unreported, phases }));
      } catch (error) {
        log.debug({ run: entry.id, reason: asDashkeepError(error).message }, 'a record is still only in the journal');
        return;
      }
    }
  }
}
