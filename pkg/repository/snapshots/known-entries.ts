import type { ManifestEntry, NewerEntry } from '../../contract/manifest.ts';
import type { ListMember } from '../../lib/json/list-member.ts';

/** An entry of a manifest: its text as stored, the text that the hash is made of, and what it says. */
export interface KnownEntry {
  text: string;
  canonical: string;
  entry: ManifestEntry | NewerEntry;
}

/** After that many new entries in a row, the list is out of step, and it pays to look everywhere. */
const MISSED = 8;

/**
 * The entries of the manifest that was read last. Most entries of the next one are the same: those are neither parsed
 * nor checked again, which is nine tenths of what reading a manifest takes.
 */
export class KnownEntries {
  #last: KnownEntry[] = [];
  #places: Map<string, number> | undefined;

  /**
   * The entries of a list, which are those of the last one from now on.
   * @param read - parses and checks one that is new, and throws when it is wrong
   */
  of(text: string, { start, ends }: ListMember, read: (text: string, index: number) => KnownEntry): KnownEntry[] {
    const found: KnownEntry[] = [];
    let [at, expected, missed] = [start, 0, 0];
    for (const end of ends) {
      const own = text.slice(at, end);
      const place = this.#placeOf(own, expected, missed);
      missed = place === undefined ? missed + 1 : 0;
      // A part of a text keeps the whole text in memory, so what is new is copied.
      const known = place === undefined ? read(copyOf(own), found.length) : this.#last[place];
      if (known !== undefined) {
        found.push(known);
      }
      expected = (place ?? expected) + 1;
      at = end + 1;
    }
    this.#last = found;
    this.#places = undefined;
    return found;
  }

  /** Where an entry was: where it is expected, or beside that after one was added or removed, or else anywhere. */
  #placeOf(text: string, expected: number, missed: number): number | undefined {
    if (this.#last[expected]?.text === text) {
      return expected;
    }
    const place = [expected + 1, expected - 1].find((one) => this.#last[one]?.text === text);
    if (place !== undefined || missed < MISSED) {
      return place;
    }
    this.#places ??= new Map(this.#last.map((known, one) => [known.text, one]));
    return this.#places.get(text);
  }
}

function copyOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
