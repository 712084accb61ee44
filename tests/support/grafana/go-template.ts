/** What an action of a template works on. */
interface Scope {
  dot: unknown;
  variables: Map<string, unknown>;
}

type Render = (scope: Scope) => string;

const ACTION = /\{\{\s*(.*?)\s*\}\}/s;
const WORD = /"(?:[^"\\]|\\.)*"|[()]|:=|[^\s()]+/g;

/**
 * Go's text/template, as far as manifests of plugins need it for addresses and headers: fields, variables, `if` and
 * `with`, and some of its functions.
 * @throws on what it does not know, and where Go fails too
 */
export function renderGoTemplate(template: string, data: unknown): string {
  return new Parser(template).whole()({ dot: data, variables: new Map() });
}

class Parser {
  /** Texts and actions in turn. */
  readonly #parts: string[];
  #at = 0;

  constructor(template: string) {
    this.#parts = template.split(ACTION);
  }

  whole(): Render {
    const render = this.#block();
    if (this.#at < this.#parts.length) {
      throw new Error(`unexpected {{${this.#parts[this.#at - 1]}}}`);
    }
    return render;
  }

  /** Up to the `else` or `end` that belongs to the action before it, which is then the last part that was taken. */
  #block(): Render {
    const parts: Render[] = [];
    while (this.#at < this.#parts.length) {
      const part = this.#parts[this.#at++] ?? '';
      if (this.#at % 2 === 1) {
        parts.push(() => part);
      } else if (/^(else|end)\b/.test(part)) {
        break;
      } else {
        parts.push(this.#action(part));
      }
    }
    return (scope) => parts.map((render) => render(scope)).join('');
  }

  #action(action: string): Render {
    const [, word, condition] = /^(if|with)\s+(.*)$/s.exec(action) ?? [];
    if (word !== undefined && condition !== undefined) {
      return this.#branch(word, condition);
    }
    const [, name, value] = /^(\$\w+)\s*:=\s*(.*)$/s.exec(action) ?? [];
    if (name !== undefined && value !== undefined) {
      return (scope) => {
        scope.variables.set(name, evaluate(value, scope));
        return '';
      };
    }
    return (scope) => {
      const found = evaluate(action, scope);
      return found === undefined || found === null ? '<no value>' : print([found]);
    };
  }

  #branch(word: string, condition: string): Render {
    const then = this.#block();
    const last = this.#parts[this.#at - 1] ?? '';
    const [, next] = /^else\s+if\s+(.*)$/s.exec(last) ?? [];
    const otherwise = next !== undefined ? this.#branch('if', next) : last === 'else' ? this.#block() : () => '';
    return (scope) => {
      const value = evaluate(condition, scope);
      const variables = new Map(scope.variables);
      return isTrue(value) ? then({ dot: word === 'with' ? value : scope.dot, variables }) : otherwise(scope);
    };
  }
}

/** A call of a function with its arguments, or one value. */
function evaluate(text: string, scope: Scope): unknown {
  const words = text.match(WORD) ?? [];
  let at = 0;
  const list = (): (() => unknown) => {
    const name = /^[a-z]/.test(words[at] ?? '') ? (words[at++] ?? '') : '';
    const values: (() => unknown)[] = [];
    while (at < words.length && words[at] !== ')') {
      values.push(value());
    }
    const called = name === 'and' ? and : FUNCTIONS[name];
    if (called === undefined && (name !== '' || values.length !== 1)) {
      throw new Error(`not known: ${text}`);
    }
    return called === undefined ? () => values[0]?.() : () => called(...values);
  };
  const value = (): (() => unknown) => {
    const word = words[at++] ?? '';
    if (word === '(') {
      const inner = list();
      at++;
      return inner;
    }
    const literal = word.startsWith('"') ? (JSON.parse(word) as string) : /^\d+$/.test(word) ? Number(word) : undefined;
    if (literal !== undefined) {
      return () => literal;
    }
    if (!/^[.$]/.test(word)) {
      throw new Error(`not known: ${word}`);
    }
    const names = word.split('.').filter(Boolean);
    return () =>
      word.startsWith('$')
        ? scope.variables.get(word)
        : names.reduce<unknown>((from, name) => (from as Record<string, unknown> | undefined)?.[name], scope.dot);
  };
  return list()();
}

/** Ends with the first that is false: what follows may fail. */
function and(...values: (() => unknown)[]): unknown {
  let last: unknown;
  for (const value of values) {
    last = value();
    if (!isTrue(last)) {
      break;
    }
  }
  return last;
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}

/** As fmt.Sprint: spaces only between two that are no strings. */
function print(values: readonly unknown[]): string {
  return values.reduce<string>((text, value, at) => {
    const apart = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string';
    return text + (apart ? ' ' : '') + textOf(value);
  }, '');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) {
    return '<nil>';
  }
  if (Array.isArray(value)) {
    return `[${value.map(textOf).join(' ')}]`;
  }
  return typeof value === 'object'
    ? `map[${Object.entries(value)
        .map(([name, of]) => `${name}:${textOf(of)}`)
        .join(' ')}]`
    : String(value as string | number | boolean);
}

/** Their arguments are computed first. */
const eager =
  (compute: (...values: unknown[]) => unknown) =>
  (...values: (() => unknown)[]): unknown =>
    compute(...values.map((value) => value()));

/** Lengths and positions are bytes, precisions are characters. */
const FUNCTIONS: Partial<Record<string, (...values: (() => unknown)[]) => unknown>> = {
  eq: eager((one, other) => one === other),
  ne: eager((one, other) => one !== other),
  gt: eager((one, other) => Number(one) > Number(other)),
  len: eager((value) => Buffer.byteLength(String(value))),
  slice: eager((value, from, to) => {
    const bytes = Buffer.from(String(value));
    const end = to === undefined ? bytes.length : Number(to);
    if (Number(from) > end || end > bytes.length) {
      throw new Error('index out of range');
    }
    return bytes.subarray(Number(from), end).toString();
  }),
  print: eager((...values) => print(values)),
  printf: eager((format, ...values) =>
    String(format).replace(/%(?:\.(\d+))?s/g, (_, precision: string | undefined) =>
      [...String(values.shift())].slice(0, precision === undefined ? Infinity : Number(precision)).join(''),
    ),
  ),
};
