import type { FoundIn } from '../../contract/api/search.ts';

/** Where a text is, the text, and the title of the panel or rule that it belongs to, '' if there is none. */
export type SearchText = [where: FoundIn, text: string, within: string];

/** A longer text is cut. */
const LONGEST_TEXT = 1000;
/** Characters that are taken of one body. */
const MOST_CHARACTERS = 32 * 1024;

/** Texts of one body, within their limits. */
export class TextList {
  readonly #texts = new Map<string, SearchText>();
  #size = 0;
  #isCut = false;

  get texts(): SearchText[] {
    return [...this.#texts.values()];
  }

  /** Whether some of the text is missing. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Takes a value if it is a text with something in it. */
  add(where: FoundIn, value: unknown, within = ''): void {
    if (typeof value !== 'string' || value.trim() === '') {
      return;
    }
    const text = value.slice(0, LONGEST_TEXT);
    const key = `${where} ${within} ${text}`;
    if (this.#texts.has(key)) {
      return;
    }
    const size = text.length + within.length;
    if (this.#size + size > MOST_CHARACTERS) {
      this.#isCut = true;
      return;
    }
    this.#size += size;
    this.#isCut ||= text.length < value.length;
    this.#texts.set(key, [where, text, within.slice(0, LONGEST_TEXT)]);
  }
}
