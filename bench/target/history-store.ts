import type { Randomness } from '../../pkg/contract/ports.ts';
import { parseSnapshotKey, parseSnapshotSignature, snapshotKey } from '../../pkg/repository/layout.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import type { History } from './history.ts';

/** Manifests that were made last: of one that is read ahead, the signature is asked for separately. */
const KEPT = 16;

type Sign = (key: string, body: Buffer) => Promise<unknown>;

/** A folder whose manifests, of a made-up history, come into being when they are read. */
export class HistoryStore extends DirectoryStore {
  readonly #history: History;
  readonly #made = new Map<string, Promise<Buffer>>();
  readonly #sign: Sign;
  /** How often something was read or written. */
  requests = 0;
  /** Seconds in which manifests were made, which is no part of what is measured. */
  making = 0;

  /** @param sign - puts the signature of a file into the same folder */
  constructor(path: string, randomness: Randomness, history: History, sign: Sign) {
    super(path, randomness);
    this.#history = history;
    this.#sign = sign;
  }

  override async get(...[key, options]: Parameters<DirectoryStore['get']>): Promise<Buffer> {
    this.requests++;
    const file = parseSnapshotKey(key) ?? parseSnapshotSignature(key);
    const made = file === undefined ? undefined : await this.#manifest(file.id);
    return made !== undefined && parseSnapshotKey(key) !== undefined ? Buffer.from(made) : super.get(key, options);
  }

  override async put(...given: Parameters<DirectoryStore['put']>): ReturnType<DirectoryStore['put']> {
    this.requests++;
    return super.put(...given);
  }

  #manifest(id: string): Promise<Buffer> {
    const made = this.#made.get(id) ?? this.#make(id);
    this.#made.set(id, made);
    for (const old of [...this.#made.keys()].slice(0, -KEPT)) {
      this.#made.delete(old);
    }
    return made;
  }

  async #make(id: string): Promise<Buffer> {
    const started = performance.now();
    const body = this.#history.file(parseInt(id.slice(-8), 16));
    this.making += (performance.now() - started) / 1000;
    await this.#sign(snapshotKey(id, false), body);
    return body;
  }
}
