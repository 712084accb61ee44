import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import type { Randomness } from '../../../contract/ports.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { CacheFile } from '../cache-file.ts';
import { HeadFile, type TableFile } from './files.ts';
import { writeGeneration } from './generation.ts';
import { VersionParts, type PartsPorts } from './parts.ts';

/** A table without rows, where there is no large part. */
export const NO_TABLE: Pick<TableFile, 'scopes' | 'snapshots'> = { scopes: [], snapshots: [] };

/** The head of an index that holds nothing yet. */
export const emptyHead = (): HeadFile => ({ format: 2, scopes: [], snapshots: [], changes: [], unread: [] });

/** What is to be done is begun again, with an index that is made again. */
export class PartLost extends DashkeepError {}

/** The files of the index: the head, and the large part that heads are folded into. */
export class VersionFiles {
  readonly parts: VersionParts;
  readonly #ports: PartsPorts & { randomness: Randomness };
  readonly #file: CacheFile<typeof HeadFile>;
  /** What this process knows and could not write. */
  #unsaved: HeadFile | undefined;
  #table: TableFile | undefined;

  constructor(ports: PartsPorts & { randomness: Randomness }) {
    this.#ports = ports;
    this.#file = new CacheFile(ports, 'versions', HeadFile);
    this.parts = new VersionParts(ports);
  }

  /** The head as it is stored, or as this process knows it where it could not write it. */
  async load(calls: Abortable): Promise<HeadFile> {
    return this.#unsaved ?? (await this.#file.read(calls)) ?? emptyHead();
  }

  async save(head: HeadFile, calls: Abortable): Promise<void> {
    this.#unsaved = (await this.#file.write(head, calls)) ? undefined : head;
  }

  /** The table of a generation; undefined when it is gone or damaged. */
  async table(generation: string, calls: Abortable): Promise<TableFile | undefined> {
    if (this.#table?.generation !== generation) {
      this.#table = await this.parts.table(generation, calls);
    }
    return this.#table;
  }

  /** Puts what is in the head into the large part, without the snapshots that do not stay. */
  async fold(head: HeadFile, stays: (id: string) => boolean, calls: Abortable): Promise<HeadFile> {
    const { randomness, trust, log } = this.#ports;
    const generation = randomness.hex(8);
    const folded = await writeGeneration({ head, generation, parts: this.parts, stays, signal: calls.signal });
    if (folded === undefined) {
      log.debug({ trust: trust.standing }, 'the index of versions stays in one part');
      return head;
    }
    await this.save(folded, calls);
    const unused = head.base?.previous;
    if (unused !== undefined && this.#unsaved === undefined) {
      await this.parts.remove(unused, calls);
    }
    return folded;
  }

  /** Begins the index again, for a part of it is gone or damaged. @throws PartLost */
  async lost(calls: Abortable): Promise<never> {
    await this.save(emptyHead(), calls);
    throw new PartLost('DK_INTEGRITY', 'a part of the index of versions is damaged');
  }

  /** Generations of the large part whose files are in use. */
  async generations(calls: Abortable = {}): Promise<Set<string>> {
    const { base } = (await this.#file.read(calls)) ?? emptyHead();
    return new Set([base?.generation, base?.previous].filter((one) => one !== undefined));
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  async rewrite(calls: Abortable = {}): Promise<void> {
    try {
      const head = await this.#file.read(calls);
      const folded = head?.base === undefined ? head : await this.fold(head, () => true, calls);
      if (folded === undefined) {
        return;
      }
      const { base } = folded;
      await this.save(base === undefined ? folded : { ...folded, base: { ...base, previous: undefined } }, calls);
      if (base?.previous !== undefined) {
        await this.parts.remove(base.previous, calls);
      }
    } catch (error) {
      calls.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of versions was not written again');
    }
  }
}
