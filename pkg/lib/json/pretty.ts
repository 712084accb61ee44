import { endOfString } from './scan.ts';

/** Deeper levels are not indented further: spaces before each of a million values are more than a text can hold. */
const MOST_LEVELS = 40;

/**
 * Canonical JSON with each member on its own line, indented by two spaces. Numbers and strings stay untouched, so
 * parsing it gives the same canonical JSON.
 */
export function prettyJson(canonical: string): string {
  let text = '';
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(Math.min(depth, MOST_LEVELS))}`;
  for (let at = 0; at < canonical.length; at++) {
    const mark = canonical.charAt(at);
    if (mark === '"') {
      const end = endOfString(canonical, at);
      text += canonical.slice(at, end + 1);
      at = end;
    } else if ((mark === '[' || mark === '{') && isClosing(canonical.charAt(at + 1))) {
      text += mark + canonical.charAt(++at);
    } else if (mark === '[' || mark === '{') {
      depth++;
      text += mark + line();
    } else if (isClosing(mark)) {
      depth--;
      text += line() + mark;
    } else {
      text += mark === ',' ? mark + line() : mark === ':' ? ': ' : mark;
    }
  }
  return `${text}\n`;
}

function isClosing(mark: string): boolean {
  return mark === ']' || mark === '}';
}
