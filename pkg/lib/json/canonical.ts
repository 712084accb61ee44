/**
 * In one file, although it is long: the steps of the writer share its cursor. A backup spends most of its time here,
 * so they stay private methods that the engine can inline.
 */
import { isUtf8 } from 'node:buffer';
import { MAX_JSON_DEPTH } from './json.ts';
import {
  afterSpace,
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  NEEDS_PARSER,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  unlessParserIsNeeded,
} from './scan.ts';

/** What is other in the canonical form than in the bytes that an object came as. */
export interface Changes {
  /** Members of the outermost object that are left out. */
  without: readonly string[];
  /** Members of the outermost object that are put in, each with its canonical text; none of a name that is kept. */
  with: Readonly<Record<string, string>>;
  /** A member of this name, wherever it is, is for the parser. */
  unless?: string;
}

/**
 * The canonical form of an object that is there as bytes, without parsing it: what Grafana sends is canonical already
 * but for a few escapes, so most is copied as it is. A backup does this with every dashboard, and the parser with all
 * the objects that it makes took more time than anything else.
 * @param room where it is written when it fits, for callers that do not need what was there before; otherwise into its
 * own buffer
 * @returns as `canonicalJson` prints it, in UTF-8; undefined when only the parser can decide: no JSON, a name twice, a
 * name that needs an escape, …
 */
export function canonicalObject(bytes: Buffer, changes: Changes, room?: Buffer): Buffer | undefined {
  return isUtf8(bytes) ? unlessParserIsNeeded(() => new Writer(bytes, changes, room).write()) : undefined;
}

/** How deep objects lie in each other is known to the parser. */
const MAX_DEPTH = MAX_JSON_DEPTH - 1;
/** Of each member: where it begins, where its name ends and where it ends, in what was written. */
const SPAN = 3;

class Writer {
  readonly #in: Buffer;
  readonly #changes: Changes;
  readonly #unless: Buffer | undefined;
  #out: Buffer;
  /** Bytes written so far. */
  #length = 0;
  /** From here to where the reader is, the input is yet to be copied as it is. */
  #run = 0;
  /**
   * Members of the objects that are open, outermost first; a list of numbers would be grown and shrunk for each object.
   */
  #spans = new Int32Array(SPAN * 256);
  #spansUsed = 0;

  constructor(bytes: Buffer, changes: Changes, room: Buffer | undefined) {
    this.#in = bytes;
    this.#changes = changes;
    this.#unless = changes.unless === undefined ? undefined : Buffer.from(changes.unless);
    // Only what is put in makes it longer: an escape is never shorter than what it represents.
    let most = bytes.length;
    for (const [name, text] of Object.entries(changes.with)) {
      most += Buffer.byteLength(`,${JSON.stringify(name)}:${text}`);
    }
    this.#out = room !== undefined && room.length >= most ? room : Buffer.allocUnsafe(most);
  }

  write(): Buffer {
    const start = afterSpace(this.#in, 0);
    if (this.#in[start] !== OPEN_OBJECT) {
      throw NEEDS_PARSER;
    }
    this.#run = start;
    const end = this.#outermost(start);
    if (afterSpace(this.#in, end) !== this.#in.length) {
      throw NEEDS_PARSER;
    }
    return this.#out.subarray(0, this.#length);
  }

  /** Like any object, but members are left out and put in. */
  #outermost(at: number): number {
    const bytes = this.#in;
    const start = this.#position(at) + 1;
    at = this.#space(at + 1);
    if (bytes[at] === CLOSE_OBJECT) {
      throw NEEDS_PARSER;
    }
    this.#flush(at);
    for (;;) {
      const from = at;
      const before = this.#length;
      if (before > start) {
        this.#put(',');
      }
      const member = this.#length;
      at = this.#name(at);
      const name = bytes.toString('latin1', from + 1, at - 1);
      const named = this.#position(at);
      at = this.#value(this.#colon(at), 1);
      this.#flush(at);
      if (this.#changes.without.includes(name)) {
        this.#length = before;
      } else {
        this.#span(member, named, this.#length);
      }
      at = this.#space(at);
      this.#run = at + 1;
      if (bytes[at] === CLOSE_OBJECT) {
        break;
      }
      if (bytes[at] !== COMMA) {
        throw NEEDS_PARSER;
      }
      at = this.#space(at + 1);
      this.#run = at;
    }
    for (const [name, text] of Object.entries(this.#changes.with)) {
      this.#put(this.#length > start ? ',' : '');
      const member = this.#length;
      this.#put(JSON.stringify(name));
      const named = this.#length;
      this.#put(`:${text}`);
      this.#span(member, named, this.#length);
    }
    this.#sort(0, start);
    this.#put('}');
    return at + 1;
  }

  #value(at: number, depth: number): number {
    switch (this.#in[at]) {
      case OPEN_OBJECT:
        return this.#object(at, depth);
      case OPEN_ARRAY:
        return this.#array(at, depth);
      case QUOTE:
        return this.#string(at);
      case 0x74:
        return this.#word(at, 'true');
      case 0x66:
        return this.#word(at, 'false');
      case 0x6e:
        return this.#word(at, 'null');
      default:
        return this.#number(at);
    }
  }

  #object(at: number, depth: number): number {
    if (depth > MAX_DEPTH) {
      throw NEEDS_PARSER;
    }
    const bytes = this.#in;
    const first = this.#spansUsed;
    const start = this.#position(at) + 1;
    let sorted = true;
    let from = 0;
    let to = 0;
    at = this.#space(at + 1);
    if (bytes[at] === CLOSE_OBJECT) {
      return at + 1;
    }
    for (;;) {
      const begin = at;
      at = this.#name(begin);
      // Nothing comes before the first.
      sorted &&= to === 0 || isBefore(bytes, from, to, begin, at);
      from = begin;
      to = at;
      const member = this.#position(begin);
      const named = this.#position(at);
      at = this.#value(this.#colon(at), depth + 1);
      this.#span(member, named, this.#position(at));
      at = this.#space(at);
      if (bytes[at] === CLOSE_OBJECT) {
        break;
      }
      if (bytes[at] !== COMMA) {
        throw NEEDS_PARSER;
      }
      at = this.#space(at + 1);
    }
    if (!sorted) {
      this.#flush(at);
      this.#sort(first, start);
    }
    this.#spansUsed = first;
    return at + 1;
  }

  #array(at: number, depth: number): number {
    if (depth > MAX_DEPTH) {
      throw NEEDS_PARSER;
    }
    at = this.#space(at + 1);
    if (this.#in[at] === CLOSE_ARRAY) {
      return at + 1;
    }
    for (;;) {
      at = this.#space(this.#value(at, depth + 1));
      if (this.#in[at] === CLOSE_ARRAY) {
        return at + 1;
      }
      if (this.#in[at] !== COMMA) {
        throw NEEDS_PARSER;
      }
      at = this.#space(at + 1);
    }
  }

  /** A name that is the same in every notation: nothing to escape, and sorted by its bytes as by its characters. */
  #name(at: number): number {
    const bytes = this.#in;
    if (bytes[at] !== QUOTE) {
      throw NEEDS_PARSER;
    }
    const begin = at;
    for (;;) {
      const byte = bytes[++at] ?? 0;
      if (byte === QUOTE) {
        break;
      }
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) {
        throw NEEDS_PARSER;
      }
    }
    const unless = this.#unless;
    if (
      unless !== undefined &&
      at - begin - 1 === unless.length &&
      bytes.compare(unless, 0, unless.length, begin + 1, at) === 0
    ) {
      throw NEEDS_PARSER;
    }
    return at + 1;
  }

  #colon(at: number): number {
    at = this.#space(at);
    if (this.#in[at] !== COLON) {
      throw NEEDS_PARSER;
    }
    return this.#space(at + 1);
  }

  #string(at: number): number {
    const bytes = this.#in;
    for (;;) {
      const byte = bytes[++at] ?? 0;
      if (byte === QUOTE) {
        return at + 1;
      }
      if (byte === BACKSLASH) {
        at = this.#escape(at);
      } else if (byte < 0x20) {
        throw NEEDS_PARSER;
      }
    }
  }

  /** @returns the offset of the last byte of the escape. */
  #escape(at: number): number {
    switch (this.#in[at + 1]) {
      // Printed as they are: \" \\ \b \f \n \r \t
      case QUOTE:
      case BACKSLASH:
      case 0x62:
      case 0x66:
      case 0x6e:
      case 0x72:
      case 0x74:
        return at + 1;
      case 0x2f: // \/
        return this.#instead(at, at + 2, '/');
      case 0x75:
        return this.#unicode(at);
      default:
        throw NEEDS_PARSER;
    }
  }

  #unicode(at: number): number {
    const unit = this.#hex(at);
    const isPair = unit >= 0xd800 && unit < 0xdc00 && this.#in[at + 6] === BACKSLASH && this.#in[at + 7] === 0x75;
    const next = isPair ? this.#hex(at + 6) : 0;
    const length = next >= 0xdc00 && next < 0xe000 ? 12 : 6;
    const character = length === 12 ? String.fromCharCode(unit, next) : String.fromCharCode(unit);
    return this.#instead(at, at + length, JSON.stringify(character).slice(1, -1));
  }

  #hex(at: number): number {
    const digits = this.#in.toString('latin1', at + 2, at + 6);
    if (!/^[\da-fA-F]{4}$/.test(digits)) {
      throw NEEDS_PARSER;
    }
    return Number.parseInt(digits, 16);
  }

  #instead(at: number, end: number, text: string): number {
    this.#flush(at);
    this.#put(text);
    this.#run = end;
    return end - 1;
  }

  #word(at: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.#in[at + index] !== word.charCodeAt(index)) {
        throw NEEDS_PARSER;
      }
    }
    return at + word.length;
  }

  /** Kept as it is written. */
  #number(at: number): number {
    const bytes = this.#in;
    if (bytes[at] === 0x2d) {
      at++;
    }
    at = bytes[at] === 0x30 ? at + 1 : this.#digits(at);
    if (bytes[at] === 0x2e) {
      at = this.#digits(at + 1);
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      at = this.#digits(bytes[at] === 0x2b || bytes[at] === 0x2d ? at + 1 : at);
    }
    return at;
  }

  #digits(at: number): number {
    const begin = at;
    for (let byte = this.#in[at] ?? 0; byte >= 0x30 && byte <= 0x39; byte = this.#in[at] ?? 0) {
      at++;
    }
    if (at === begin) {
      throw NEEDS_PARSER;
    }
    return at;
  }

  /** Leaves out white space. */
  #space(at: number): number {
    if ((this.#in[at] ?? 0xff) > 0x20) {
      return at;
    }
    this.#flush(at);
    this.#run = afterSpace(this.#in, at);
    return this.#run;
  }

  /** Where in the output the input at this offset comes to are. */
  #position(at: number): number {
    return this.#length + at - this.#run;
  }

  #flush(at: number): void {
    if (at > this.#run) {
      this.#length += this.#in.copy(this.#out, this.#length, this.#run, at);
    }
    this.#run = at;
  }

  #put(text: string): void {
    this.#length += this.#out.write(text, this.#length, 'utf8');
  }

  #span(member: number, named: number, end: number): void {
    const at = this.#spansUsed;
    if (at + SPAN > this.#spans.length) {
      const more = new Int32Array(this.#spans.length * 2);
      more.set(this.#spans);
      this.#spans = more;
    }
    this.#spans[at] = member;
    this.#spans[at + 1] = named;
    this.#spans[at + 2] = end;
    this.#spansUsed = at + SPAN;
  }

  /**
   * Sorts the members from the given one on, which were written from `start` on. @throws NeedsParser when a name is
   * there twice.
   */
  #sort(first: number, start: number): void {
    const [out, spans] = [this.#out, this.#spans];
    const order: number[] = [];
    for (let index = first; index < this.#spansUsed; index += SPAN) {
      order.push(index);
    }
    const compare = (a: number, b: number): number =>
      out.compare(out, (spans[b] ?? 0) + 1, (spans[b + 1] ?? 0) - 1, (spans[a] ?? 0) + 1, (spans[a + 1] ?? 0) - 1);
    if (order.every((span, index) => index === 0 || compare(order[index - 1] ?? 0, span) < 0)) {
      return;
    }
    order.sort(compare);
    if (order.some((span, index) => index > 0 && compare(order[index - 1] ?? 0, span) === 0)) {
      throw NEEDS_PARSER;
    }
    const members = Buffer.from(out.subarray(start, this.#length));
    let at = start;
    for (const span of order) {
      if (at > start) {
        out[at++] = COMMA;
      }
      at += members.copy(out, at, (spans[span] ?? 0) - start, (spans[span + 2] ?? 0) - start);
    }
  }
}

/**
 * Never used: while there is no writer at all, garbage collection throws away what was compiled for them, time and
 * again.
 */
export const KEPT = new Writer(Buffer.alloc(0), { without: [], with: {} }, undefined);

/** Whether the first name, quotes included, comes before the second. */
function isBefore(bytes: Buffer, from: number, to: number, otherFrom: number, otherTo: number): boolean {
  const length = Math.min(to - from, otherTo - otherFrom) - 1;
  for (let index = 1; index < length; index++) {
    const difference = (bytes[from + index] ?? 0) - (bytes[otherFrom + index] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return to - from < otherTo - otherFrom;
}
