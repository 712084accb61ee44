import { RawText, type Json } from './json.ts';

/** What may follow the uid in a canonical body is this short. */
const TAIL = 4096;
/** An object without another one in it; braces within strings don't count. */
const FLAT_OBJECT = /\{[^{}"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^{}"]*)*\}/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const SCALAR = /[-\w.+]+/y;

/**
 * The values of the members of a name, each once, wherever in the canonical text they are; undefined when one of them
 * is more than a string or a flat object, so that the text must be parsed to decide. An unescaped quote after `,` or
 * `{` opens a string, and a string before a colon is a name: so nothing within a string is taken for a member.
 */
export function membersNamed(text: string, name: string): Json[] | undefined {
  const quoted = `${JSON.stringify(name)}:`;
  const seen = new Set<string>();
  for (let at = text.indexOf(quoted); at !== -1; at = text.indexOf(quoted, at)) {
    const before = text[at - 1];
    at += quoted.length;
    if (before !== ',' && before !== '{') {
      continue;
    }
    const value = valueAt(text, at);
    if (value === undefined) {
      return undefined;
    }
    // What such a value holds in its turn is part of it.
    at += value.length;
    seen.add(value);
  }
  return [...seen].map((value) => JSON.parse(value) as Json);
}

function valueAt(text: string, at: number): string | undefined {
  const first = text[at];
  const pattern = first === '{' ? FLAT_OBJECT : first === '"' ? STRING : SCALAR;
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/**
 * The canonical text of an object without its member `uid`, which must have the given value; undefined when that cannot
 * be decided without parsing. What follows a member up to the end of the text is the rest of an object only where the
 * member is one of the outermost object's.
 */
export function withoutUid(text: string, uid: string): RawText | undefined {
  const member = `"uid":${JSON.stringify(uid)}`;
  const start = text.lastIndexOf(member);
  const before = text[start - 1];
  const rest = text.slice(start + member.length);
  if (start < 1 || (before !== ',' && before !== '{') || rest.length > TAIL || !isRestOfObject(rest)) {
    return undefined;
  }
  const head = text.slice(0, before === ',' ? start - 1 : start);
  return new RawText(head + (before === ',' ? rest : rest.replace(/^,/, '')));
}

function isRestOfObject(rest: string): boolean {
  if (rest === '}') {
    return true;
  }
  if (!rest.startsWith(',')) {
    return false;
  }
  try {
    JSON.parse(`{${rest.slice(1)}`);
    return true;
  } catch {
    return false;
  }
}
