import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, endOfString, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './scan.ts';

/** Where a member of a JSON object that is a list begins and ends, and where its elements do. */
export interface ListMember {
  /** Behind the `[`. */
  start: number;
  /** At the `]`. */
  end: number;
  /** Where each element ends: at its `,`, the last at the `]`. */
  ends: number[];
}

/** More elements nobody writes; their places alone would fill a heap. */
const MOST_ELEMENTS = 2_000_000;

const OPENING = new Set([OPEN_ARRAY, OPEN_OBJECT]);
const CLOSING = new Set([CLOSE_ARRAY, CLOSE_OBJECT]);

/**
 * Finds a member of the object that a JSON text is, without making values of the text. Only as much of it is checked as
 * that takes: anyone who parses the parts finds out the rest.
 * @returns undefined when the text has no such member, has it twice, or when it is no list, has no end or more elements
 * than anybody writes.
 */
export function findListMember(text: string, name: string): ListMember | undefined {
  let found: ListMember | undefined;
  let open: ListMember | undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      const opening = depth === 1 && text.slice(at + 1, end) === name ? LIST.exec(text.slice(end + 1, end + 64)) : null;
      at = end;
      if (opening !== null) {
        if (found !== undefined) {
          return undefined;
        }
        at += opening[0].length;
        depth++;
        open = found = { start: at + 1, end: -1, ends: [] };
      }
    } else if (OPENING.has(character)) {
      depth++;
    } else if (CLOSING.has(character)) {
      depth--;
      if (open !== undefined && depth === 1) {
        open.end = at;
        if (open.ends.length > 0 || text.slice(open.start, at).trim() !== '') {
          open.ends.push(at);
        }
        open = undefined;
      }
    } else if (character === COMMA && open !== undefined && depth === 2) {
      open.ends.push(at);
      if (open.ends.length > MOST_ELEMENTS) {
        return undefined;
      }
    }
  }
  return open === undefined ? found : undefined;
}

/** What makes a string the name of a member that is a list. */
const LIST = /^\s*:\s*\[/;
