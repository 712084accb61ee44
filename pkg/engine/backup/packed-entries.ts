import type { ManifestEntry } from '../../contract/manifest.ts';
import { compressNow, inflateNow } from '../../repository/objects/codec.ts';

/** Few enough to be packed in a millisecond or two, enough to have most of their texts in common. */
const A_PACK = 250;

/**
 * Entries of the manifest while others are still read, packed. As values 20 000 of them are 10 MB, which would make a
 * backup's memory grow with the number of resources; packed they are 2 MB.
 */
export class PackedEntries {
  readonly #packs: Buffer[] = [];
  #loose: ManifestEntry[] = [];

  add(entry: ManifestEntry): void {
    this.#loose.push(entry);
    if (this.#loose.length === A_PACK) {
      this.#packs.push(compressNow(JSON.stringify(this.#loose)));
      this.#loose = [];
    }
  }

  /** Hands out each entry once, in the order in which they came, and keeps none. */
  *unpack(): Generator<ManifestEntry> {
    for (let pack = this.#packs.shift(); pack !== undefined; pack = this.#packs.shift()) {
      yield* JSON.parse(inflateNow(pack)) as ManifestEntry[];
    }
    yield* this.#loose.splice(0);
  }
}
