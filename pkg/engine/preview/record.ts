import * as z from 'zod';
import { reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { KnownPreview, KnownPreviews } from '../../grafana/known-previews.ts';
import type { StateStore } from '../../lib/state.ts';

const PreviewRecord = z.object({
  org: z.number(),
  /** UIDs that nothing else had before: chosen at random, and recorded before anything has them. */
  folder: z.string(),
  dashboard: z.string(),
  /** When it is removed: milliseconds since 1970. */
  expires: z.number(),
  /** When it was made, likewise; absent in records of earlier releases. */
  created: z.number().optional(),
  /** Who asked for it. */
  by: z.string().optional(),
});
/** A temporary copy that is in Grafana, or may be. */
export type PreviewRecord = z.infer<typeof PreviewRecord>;

const ENTRY = 'previews.json';

/**
 * The record of temporary copies, in the state: whichever process comes next removes them, and backups leave out what
 * is in it, whatever else looks alike.
 */
export class PreviewRecords implements KnownPreviews {
  readonly #state: StateStore;
  readonly #log: Log;

  constructor(state: StateStore, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** @throws DK_SETTINGS, DK_KUBERNETES when the state can't be read */
  async all(): Promise<PreviewRecord[]> {
    return parsed(await this.#state.get(ENTRY));
  }

  async of(org: number): Promise<KnownPreview[]> {
    try {
      return (await this.all()).filter((record) => record.org === org);
    } catch (error) {
      // Rather a copy in a backup than a dashboard missing from it.
      this.#log.warn({ reason: reasonOf(error) }, 'the record of temporary copies cannot be read');
      return [];
    }
  }

  /** Adds or replaces one. @throws DK_SETTINGS, DK_KUBERNETES when the state can't be written */
  put(record: PreviewRecord): Promise<void> {
    return this.#update((records) => [...without(records, record), record]);
  }

  /** @throws DK_SETTINGS, DK_KUBERNETES when the state can't be written */
  drop(record: PreviewRecord): Promise<void> {
    return this.#update((records) => without(records, record));
  }

  #update(change: (records: PreviewRecord[]) => PreviewRecord[]): Promise<void> {
    return this.#state.update(ENTRY, (there) => {
      const records = change(parsed(there));
      return records.length === 0 ? undefined : Buffer.from(JSON.stringify(records));
    });
  }
}

function without(records: readonly PreviewRecord[], { folder }: PreviewRecord): PreviewRecord[] {
  return records.filter((record) => record.folder !== folder);
}

function parsed(bytes: Buffer | undefined): PreviewRecord[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes?.toString('utf8') ?? '[]');
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    const record = PreviewRecord.safeParse(one);
    return record.success ? [record.data] : [];
  });
}
