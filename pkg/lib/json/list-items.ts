import { DashkeepError } from '../../contract/errors.ts';
import { heapSizeOf } from './heap-size.ts';
import { JsonTooDeep, parseJson, RawText, type Json, type JsonObject } from './json.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, isSpace, OPEN_ARRAY, OPEN_OBJECT, QUOTE, BACKSLASH } from './scan.ts';

/** What V8 takes for an object, and for one of its members besides the text. */
const ITEM_BYTES = 64;
const MEMBER_BYTES = 32;

/** Of one member no more is kept: there are many items, and each may be that large. */
const MOST_OF_MEMBER = 1024 * 1024;

/** Takes the place of a member that was to be kept and is larger than one mebibyte, or nested too deep. */
export const OMITTED = new RawText('null');

/**
 * Reads a list of objects as it comes and keeps only these members of each: neither the text nor what is passed over
 * is ever in memory as a whole, and what is passed over is not checked. What is no list comes whole.
 */
export class ItemReader {
  readonly #members: ReadonlySet<string>;
  readonly #most: number;
  readonly #items: JsonObject[] = [];
  /** Brackets that are open. */
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #expects: 'list' | 'first' | 'item' | 'next' | 'end' | 'anything' = 'list';
  /** The name of a member, the value of one that is kept, or, where there is no list, everything. */
  #token: Buffer[] | undefined;
  #tokenSize = 0;
  #isOmitted = false;
  #name: string | undefined;
  #isAfterComma = false;
  #item: JsonObject = {};
  #size = 0;

  /** @param most bytes of memory that what is kept may take */
  constructor(members: readonly string[], most: number) {
    this.#members = new Set(members);
    this.#most = most;
  }

  /** @throws DK_JSON_INVALID, or DK_JSON_TOO_LARGE when more is kept than that. */
  add(bytes: Buffer): void {
    let begin = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (this.#expects === 'anything') {
        break;
      }
      if (this.#inString) {
        at = this.#passString(bytes, at);
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (this.#depth < 2) {
        this.#between(byte);
        begin = this.#depth === 2 ? at + 1 : at;
        continue;
      }
      if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.#depth++;
      } else if (this.#depth > 2) {
        this.#depth -= byte === CLOSE_OBJECT || byte === CLOSE_ARRAY ? 1 : 0;
      } else if (byte === COLON || byte === COMMA || byte === CLOSE_OBJECT) {
        this.#capture(bytes, begin, at);
        this.#inItem(byte);
        begin = at + 1;
      } else if (byte === CLOSE_ARRAY) {
        throw invalid();
      }
    }
    this.#capture(bytes, begin, bytes.length);
  }

  /** Everything was added. @throws DK_JSON_INVALID when the list has no end. */
  end(): Json {
    if (this.#expects === 'end') {
      return this.#items;
    }
    if (this.#expects === 'anything') {
      return parseJson(this.#text());
    }
    throw invalid();
  }

  /** Goes on in a string. @returns the last byte of it that was looked at */
  #passString(bytes: Buffer, at: number): number {
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (this.#isEscaped) {
        this.#isEscaped = false;
      } else if (byte === BACKSLASH) {
        this.#isEscaped = true;
      } else if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
    }
    return at;
  }

  /** A byte outside the items. */
  #between(byte: number): void {
    const expects = this.#expects;
    if (isSpace(byte)) {
      return;
    }
    if (expects === 'list') {
      this.#expects = byte === OPEN_ARRAY ? 'first' : 'anything';
      this.#depth = byte === OPEN_ARRAY ? 1 : 0;
      this.#token = byte === OPEN_ARRAY ? undefined : [];
    } else if (byte === OPEN_OBJECT && (expects === 'first' || expects === 'item')) {
      this.#depth = 2;
      this.#item = {};
      this.#token = [];
      this.#add(ITEM_BYTES);
    } else if (byte === COMMA && expects === 'next') {
      this.#expects = 'item';
    } else if (byte === CLOSE_ARRAY && (expects === 'first' || expects === 'next')) {
      this.#expects = 'end';
      this.#depth = 0;
    } else {
      throw invalid();
    }
  }

  /** A colon, comma or brace between the members of an item. */
  #inItem(byte: number): void {
    if (byte === COLON) {
      if (this.#name !== undefined) {
        throw invalid();
      }
      this.#name = nameOf(this.#text());
      this.#token = this.#members.has(this.#name) ? [] : undefined;
      return;
    }
    this.#endMember(byte);
    if (byte === COMMA) {
      this.#token = [];
      this.#isAfterComma = true;
    } else {
      this.#items.push(this.#item);
      this.#depth = 1;
      this.#expects = 'next';
    }
  }

  #endMember(byte: number): void {
    if (this.#name === undefined) {
      if (byte === COMMA || this.#isAfterComma || this.#text().trim() !== '') {
        throw invalid();
      }
    } else if (this.#token !== undefined) {
      this.#item[this.#name] = this.#value();
    } else if (this.#isOmitted) {
      this.#item[this.#name] = OMITTED;
    }
    this.#name = undefined;
    this.#isAfterComma = false;
    this.#isOmitted = false;
  }

  #value(): Json {
    const text = this.#text();
    const size = MEMBER_BYTES + heapSizeOf(text);
    if (size > MOST_OF_MEMBER) {
      return OMITTED;
    }
    this.#add(size);
    try {
      return parseJson(text);
    } catch (error) {
      if (error instanceof JsonTooDeep) {
        return OMITTED;
      }
      throw error;
    }
  }

  #capture(bytes: Buffer, begin: number, end: number): void {
    if (this.#token === undefined || end === begin) {
      return;
    }
    this.#tokenSize += end - begin;
    if (this.#tokenSize <= MOST_OF_MEMBER) {
      this.#token.push(Buffer.from(bytes.subarray(begin, end)));
    } else if (this.#name === undefined) {
      throw tooLarge(MOST_OF_MEMBER);
    } else {
      this.#token = undefined;
      this.#tokenSize = 0;
      this.#isOmitted = true;
    }
  }

  #text(): string {
    const text = Buffer.concat(this.#token ?? []).toString('utf8');
    this.#token = undefined;
    this.#tokenSize = 0;
    return text;
  }

  #add(bytes: number): void {
    this.#size += bytes;
    if (this.#size > this.#most) {
      throw tooLarge(this.#most);
    }
  }
}

/** The name of a member, from its text with the quotes. */
function nameOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed.includes('\\') || trimmed.length < 2 || !trimmed.startsWith('"') || !trimmed.endsWith('"')) {
    const name = parseJson(trimmed);
    if (typeof name !== 'string') {
      throw invalid();
    }
    return name;
  }
  return trimmed.slice(1, -1);
}

function tooLarge(bytes: number): DashkeepError {
  return new DashkeepError('DK_JSON_TOO_LARGE', `the kept part of a list takes more than ${bytes} bytes`);
}

function invalid(): DashkeepError {
  return new DashkeepError('DK_JSON_INVALID', 'not valid JSON, or not a list of objects');
}
