import { DashkeepError } from '../../../contract/errors.ts';
import { partOfHeap } from '../../../lib/memory/part-of-heap.ts';

const MOST_BYTES = partOfHeap(1 / 3, 128);
/** What is kept of an item beside its texts. */
const ITEM_BYTES = 512;
/** Of each text, as of a title that is shortened. */
const TEXT_BYTES = 512;

/** The memory for the items of one list: a list of another Grafana may never end. */
export class ListRoom {
  readonly #path: string;
  #left = MOST_BYTES;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes room for what is kept of an item. @throws DK_GRAFANA_INCOMPLETE_LIST */
  take(...texts: readonly string[]): void {
    this.#left -= texts.reduce((sum, { length }) => sum + Math.min(length, TEXT_BYTES), ITEM_BYTES);
    if (this.#left < 0) {
      throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${this.#path}: the list does not fit into memory`);
    }
  }
}
