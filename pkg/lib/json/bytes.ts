import { RawJson } from './json.ts';

/** Which large objects of an answer are left as bytes, and what is noted of them. */
export interface Left {
  /** The member that they are, wherever it is. */
  name: string;
  /** Their own members whose values are noted where they are strings or numbers. */
  note: readonly string[];
}

/** An object of an answer that was left as the bytes it came as. */
export class JsonBytes extends RawJson {
  readonly bytes: Buffer;
  readonly #notes: ReadonlyMap<string, string | number>;

  constructor(bytes: Buffer, notes: ReadonlyMap<string, string | number> = new Map()) {
    super();
    this.bytes = bytes;
    this.#notes = notes;
  }

  override get text(): string {
    return this.bytes.toString('utf8');
  }

  /** The value of a member that was to be noted; undefined when there is none, or something else. */
  noted(name: string): string | number | undefined {
    return this.#notes.get(name);
  }
}
