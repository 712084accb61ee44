import { canonicalJson, parseJson, type Json } from '../../contract/json.ts';
import type { Content } from './kind.ts';

const texts = new WeakMap<Content, string | Buffer>();

/**
 * Content whose body is there as canonical text. It is parsed when somebody looks at it, and not before: what is written
 * as it was stored, or stored as it was read, need not be taken apart for it.
 */
export function contentOfText(outline: Omit<Content, 'body'>, canonical: string | Buffer): Content {
  let parsed: Json | undefined;
  const content: Content = {
    ...outline,
    get body() {
      return (parsed ??= parseJson(canonical.toString()));
    },
  };
  texts.set(content, canonical);
  return content;
}

/** The canonical text of the body, where it is at hand: of the very content that was made of it, never of a changed one. */
export function textOf(content: Content): string | undefined {
  return texts.get(content)?.toString();
}

/** The canonical form of the body in UTF-8: what is hashed and stored. */
export function canonicalOf(content: Content): Buffer {
  const text = texts.get(content) ?? canonicalJson(content.body);
  return typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
}
