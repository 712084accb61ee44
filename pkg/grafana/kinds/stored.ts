import { parseJson, type Json } from '../../contract/json.ts';
import type { Content } from './kind.ts';

const texts = new WeakMap<Content, string>();

/**
 * Content whose body is there as canonical text. It is parsed when somebody looks at it, and not before: what is written
 * as it was stored need not be taken apart for it.
 */
export function contentOfText(outline: Omit<Content, 'body'>, canonical: string): Content {
  let parsed: Json | undefined;
  const content: Content = {
    ...outline,
    get body() {
      return (parsed ??= parseJson(canonical));
    },
  };
  texts.set(content, canonical);
  return content;
}

/** The canonical text of the body, where it is at hand: of the very content that was made of it, never of a changed one. */
export function textOf(content: Content): string | undefined {
  return texts.get(content);
}
