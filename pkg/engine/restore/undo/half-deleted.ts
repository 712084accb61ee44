import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { RunRecord, Touched } from '../../../contract/runs.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { StoredRun } from '../../../repository/runs.ts';
import { publishedBy } from '../../runs.ts';
import { restoresSince } from '../../restored-since.ts';
import { entryFingerprint } from '../apply/change-log.ts';
import { storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

/** What undos that did not finish left of resources that Grafana deletes in several requests. */
export class HalfDeleted {
  readonly #request: PlanRequest;
  readonly #run: RunRecord;
  #later: Promise<StoredRun[]> | undefined;

  /** @param run - the restore that is undone */
  constructor(request: PlanRequest, run: RunRecord) {
    this.#request = request;
    this.#run = run;
  }

  /**
   * Whether what is live is a part of what the restore left, and since then only deletions that did not finish have
   * touched it. Only records and safety snapshots that a trusted key signed count.
   */
  async includes(kind: Kind, created: Touched, live: Content): Promise<boolean> {
    const key = keyOf(created);
    for (const { record, author } of kind.isPartOf === undefined ? [] : await this.#restores()) {
      const last = record.touched?.find((one) => keyOf(one) === key);
      if (last === undefined) {
        continue;
      }
      const isCut = last.did === 'deleted' && last.open === true && this.#request.repository.trust.counts(author);
      const entry = isCut ? await this.#saved(record, key) : undefined;
      if (entry === undefined) {
        return false;
      }
      // An undo that was interrupted before may have left part of it to this one.
      if (entryFingerprint(kind, entry) === created.mark) {
        const { repository, signal } = this.#request;
        return kind.isPartOf?.(live, await storedContent(repository, entry, signal)) === true;
      }
    }
    return false;
  }

  /** The entry in the safety snapshot of a restore. */
  async #saved({ snapshot }: RunRecord, key: string): Promise<ManifestEntry | undefined> {
    const { repository, signal } = this.#request;
    const stored = snapshot === undefined ? undefined : await publishedBy(repository, snapshot, { signal });
    return stored?.resources.find((entry) => keyOf(entry) === key);
  }

  /** Later restores, newest first. */
  #restores(): Promise<StoredRun[]> {
    return (this.#later ??= restoresSince(this.#request, ({ id }) => id > this.#run.id));
  }
}
