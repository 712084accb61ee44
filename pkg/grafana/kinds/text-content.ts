import { canonicalJson, parseJson, type Json } from '../../lib/json/json.ts';
import { release } from '../../lib/memory/release.ts';
import { canonicalForm, type Form } from '../../lib/json/canonical-form.ts';
import type { Content } from './content.ts';

const texts = new WeakMap<Content, string>();
const forms = new WeakMap<Content, { form: Form; parseBody: () => Json }>();

/**
 * Content whose body is there as canonical text. It is parsed when somebody looks at it, and not before: what is
 * written as it was stored need not be taken apart for it.
 */
export function contentOfText(outline: Omit<Content, 'body'>, canonical: string): Content {
  const parse = once(() => parseJson(canonical));
  const content: Content = {
    ...outline,
    get body() {
      return parse();
    },
  };
  texts.set(content, canonical);
  return content;
}

/**
 * Content that is there as the bytes it came as. They are parsed when somebody looks at the body, and not before: what
 * is only stored need not be taken apart for it.
 * @param plainOf makes the plain copy of the content, when it is wanted.
 */
export function contentOfForm(
  outline: Omit<Content, 'body' | 'plain'>,
  form: Form,
  parseBody: () => Json,
  plainOf: (content: Content) => Json,
): Content {
  const parse = once(parseBody);
  const content: Content = {
    ...outline,
    get body() {
      return parse();
    },
    get plain() {
      return plainOf(content);
    },
  };
  forms.set(content, { form, parseBody });
  return content;
}

function once(parse: () => Json): () => Json {
  let parsed: Json | undefined;
  return () => (parsed ??= parse());
}

/**
 * The canonical text of the body, where it is at hand: of the very content that was made of it, never of a changed one.
 */
export function textOf(content: Content): string | undefined {
  return texts.get(content);
}

/**
 * How the canonical form of the body can be made without parsing it; undefined when only the body itself is at hand.
 */
export function formOf(content: Content): Form | undefined {
  return forms.get(content)?.form;
}

/**
 * Frees the bytes of content that nobody looks at any more. What Grafana sends is freed with its answer, but for these.
 */
export function releaseForm(content: Content): void {
  const form = formOf(content);
  if (form !== undefined) {
    release(form.bytes);
  }
}

/** The canonical form of the body in UTF-8: what is hashed and stored. */
export function canonicalOf(content: Content): Buffer {
  const known = forms.get(content);
  if (known !== undefined) {
    // What is parsed for this alone is not kept: it takes many times its text.
    return canonicalForm(known.form) ?? Buffer.from(canonicalJson(known.parseBody()), 'utf8');
  }
  return Buffer.from(texts.get(content) ?? canonicalJson(content.body), 'utf8');
}
