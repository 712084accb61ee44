import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  MAX_JSON_DEPTH,
  numberAt,
  objectAt,
  parseJson,
  RawText,
  RawNumber,
  stringAt,
  stringifyJson,
  type Json,
} from '../../../pkg/lib/json/json.ts';
import { cases } from '../../support/cases.ts';
import { budget } from '../../support/budget.ts';

describe('numbers keep the form they were written in', () => {
  it.each([
    '1.0',
    '1.10',
    '-0',
    '-0.0',
    '0.1',
    '1e5',
    '1E+5',
    '1e400',
    '-1e-400',
    '12345678901234567890',
    '-9007199254740993',
    '9007199254740992',
    '9007199254740993',
    '0.1234567890123456789',
    '5e-324',
    '1e21',
    '100000000000000000000000',
    '3',
    '-17',
  ])('%s', (number) => {
    for (const text of [number, `[${number}]`, `{"a":${number}}`, `[1,${number},"x"]`, `{"a":[{"b":${number}}]}`]) {
      expect(canonicalJson(parseJson(text))).toBe(text);
      expect(stringifyJson(parseJson(text))).toBe(text);
    }
  });

  it('also where white space surrounds them', () => {
    expect(canonicalJson(parseJson(' {\n"a" :\t1.0 ,\r\n"b": [ 2.50\n] } '))).toBe('{"a":1.0,"b":[2.50]}');
  });

  it('and a number inside a string stays a string', () => {
    expect(parseJson('{"expr":"x > 1.0, 2.0","v":":1.0,"}')).toEqual({ expr: 'x > 1.0, 2.0', v: ':1.0,' });
  });

  it('ordinary numbers are ordinary', () => {
    expect(parseJson('[0,1,-1,0.5,1700000000000]')).toEqual([0, 1, -1, 0.5, 1700000000000]);
  });

  it('a part that is text already is printed as that', () => {
    const part = new RawText('{"b":1.0,"a":[]}');
    expect(stringifyJson({ z: part, y: [part] })).toBe('{"z":{"b":1.0,"a":[]},"y":[{"b":1.0,"a":[]}]}');
    expect(isJsonObject(part)).toBe(false);
  });

  it('a number that was kept has a value, too', () => {
    expect(numberAt(parseJson('{"a":1.0}'), 'a')).toBe(1);
    expect(Number(new RawNumber('2.50'))).toBe(2.5);
  });
});

describe('for any JSON', () => {
  /** Texts with numbers in every form, white space, escapes, odd keys. */
  const numbers = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,24}$/)),
      fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,24}$/)),
      fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/)),
    )
    .map((parts) => parts.join(''));
  const strings = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text));
  const keys = fc.oneof(strings, fc.constantFrom('"__proto__"', '"constructor"', '""', '"\\u0041"', '"a"', '"b"'));
  const { text: texts } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      numbers,
      strings,
      fc.constantFrom('true', 'false', 'null'),
      fc.array(tie('text'), { maxLength: 5 }).map((items) => `[${items.join(' ,\n')}]`),
      fc
        .uniqueArray(fc.tuple(keys, tie('text')), { maxLength: 5, selector: ([key]) => JSON.parse(key) as string })
        .map((members) => `{ ${members.map(([key, value]) => `${key}\t: ${value}`).join(',')} }`),
    ),
  }));

  it('the value is what JSON.parse says, numbers compared by value', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
      }),
      cases(200, 1000),
    );
  });

  it('the canonical text is a fixed point, whatever the order and spacing were', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const canonical = canonicalJson(parseJson(text));
        expect(canonicalJson(parseJson(canonical))).toBe(canonical);
        expect(canonicalJson(parseJson(stringifyJson(parseJson(text))))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(text));
      }),
      cases(200, 1000),
    );
  });

  it('both roads print the same', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // A number that needs care, so far down that all around it is printed member by member.
        const deep = (inner: string) => `[[[[[[[${inner},1.0]]]]]]]`;
        for (const print of [canonicalJson, stringifyJson]) {
          expect(print(parseJson(deep(text)))).toBe(deep(print(parseJson(text))));
        }
      }),
      cases(200, 1000),
    );
  });

  it('no digit of any number is changed', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 8 }), (list) => {
        expect(canonicalJson(parseJson(`[${list.join(',')}]`))).toBe(`[${list.join(',')}]`);
      }),
      cases(200, 1000),
    );
  });

  it('members are sorted by UTF-16 code units at every depth', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), fc.nat()), (object) => {
        const canonical = canonicalJson({ inner: { ...object } } as Json);
        const inner = (JSON.parse(canonical) as { inner: object }).inner;
        const texts = [...canonical.matchAll(/"(?:[^"\\]|\\.)*"(?=:\d)/gs)].map(([key]) => JSON.parse(key) as string);
        expect(texts).toEqual(Object.keys(object).sort());
        expect(Object.keys(inner)).toHaveLength(Object.keys(object).length);
      }),
      cases(100, 500),
    );
  });

  it('what is not JSON is refused by both roads alike', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', 'x', '1', ':'), (text, at, extra) => {
        const position = at % (text.length + 1);
        const broken = text.slice(0, position) + extra + text.slice(position + 1);
        // The second element sends it down the slower road.
        const both = [broken, `[${broken},1.0]`];
        expect(both.map(isAccepted)).toEqual(both.map(isJson));
      }),
      cases(200, 1000),
    );
  });
});

describe('hostile documents', () => {
  const nested = (depth: number, innermost: string): string => '['.repeat(depth) + innermost + ']'.repeat(depth);

  it.each(['1', '1.0'])('nested too deep are refused (innermost %s)', (innermost) => {
    for (const depth of [MAX_JSON_DEPTH + 2, 1_000_000]) {
      expect(() => parseJson(nested(depth, innermost))).toThrow(expect.objectContaining({ code: 'DK_JSON_INVALID' }));
    }
    const objects = '{"a":'.repeat(100_000) + innermost + '}'.repeat(100_000);
    expect(() => parseJson(objects)).toThrow(expect.objectContaining({ code: 'DK_JSON_INVALID' }));
  });

  it.each(['1', '1.0'])('nested as deep as is allowed are read (innermost %s)', (innermost) => {
    const text = nested(MAX_JSON_DEPTH + 1, innermost);
    expect(canonicalJson(parseJson(text))).toBe(text);
  });

  it('a value built too deep is not written', () => {
    let value: Json = 1;
    for (let depth = 0; depth < MAX_JSON_DEPTH + 2; depth++) {
      value = { value };
    }
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'DK_JSON_INVALID' }));
  });

  it('__proto__ is a member like any other', () => {
    for (const text of ['{"__proto__":{"polluted":true}}', '{"__proto__":{"polluted":1.0}}']) {
      const value = parseJson(text);
      expect(canonicalJson(value)).toBe(text);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
    expect(stringAt(parseJson('{}'), 'constructor', 'name')).toBeUndefined();
  });

  it.each([
    ['a string of a million escapes', `{"a":"${'\\n'.repeat(1_000_000)}","b":1.0}`],
    ['a number of a million digits', `{"a":${'9'.repeat(1_000_000)}}`],
    ['very many numbers of doubtful form', `[${Array(budget(200_000, 1_000_000)).fill('1.0').join(',')}]`],
    ['a megabyte of white space', `{"a":${' '.repeat(1_000_000)}1.0}`],
  ])('%s is read whole', (_what, text) => {
    expect(JSON.parse(canonicalJson(parseJson(text)))).toEqual(JSON.parse(text));
  });

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    'nul',
    '1 2',
    '[1.0 2.0]',
    '01',
    '[01.0]',
    '+1',
    '.5',
    '1.',
    '"\u0001"',
    '["\n",1.0]',
    '\ufeff{}',
    '[1.0]x',
    'NaN',
    '-',
  ])('%j is refused', (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'DK_JSON_INVALID' }));
  });

  it('the message says nothing of the content', () => {
    expect(() => parseJson('{"password":"hunter2"')).toThrow(/^not valid JSON \(21 characters\)$/);
  });
});

describe('reading members of foreign JSON', () => {
  const value = parseJson('{"s":"text","n":3,"r":1.50,"o":{"in":{"s":"deep"}},"a":[1],"z":null}');

  it('gives what has the wanted type, and nothing else', () => {
    expect(stringAt(value, 's')).toBe('text');
    expect(stringAt(value, 'o', 'in', 's')).toBe('deep');
    expect(stringAt(value, 'n')).toBeUndefined();
    expect(stringAt(value, 's', 'length')).toBeUndefined();
    expect(numberAt(value, 'n')).toBe(3);
    expect(numberAt(value, 'r')).toBe(1.5);
    expect(numberAt(value, 's')).toBeUndefined();
    expect(objectAt(value, 'o', 'in')).toEqual({ s: 'deep' });
    expect(objectAt(value, 'a')).toBeUndefined();
    expect(objectAt(value, 'r')).toBeUndefined();
    expect(arrayAt(value, 'a')).toEqual([1]);
    expect(arrayAt(value, 'z')).toBeUndefined();
    expect(stringAt(undefined, 'a')).toBeUndefined();
    expect(isJsonObject(new RawNumber('1.0'))).toBe(false);
  });
});

function plain(value: Json): unknown {
  if (value instanceof RawNumber) {
    return Number(value.text);
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (isJsonObject(value)) {
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      Object.defineProperty(copy, key, { value: plain(member), enumerable: true, configurable: true, writable: true });
    }
    return copy;
  }
  return value;
}

function isAccepted(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
