import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  isJsonObject,
  parseJson,
  stringifyJson,
  type Json,
  type JsonObject,
} from '../../../pkg/lib/json/json.ts';
import { JsonBytes } from '../../../pkg/lib/json/bytes.ts';
import { canonicalObject } from '../../../pkg/lib/json/canonical.ts';
import { parseOutline } from '../../../pkg/lib/json/outline.ts';
import { classicText } from '../../support/grafana/seed/panels.ts';
import { objects, texts } from './texts.ts';
import { cases } from '../../support/cases.ts';

const CHANGES = { without: ['id', 'version'], with: { uid: '"board"' }, unless: 'libraryPanel' };

const LEFT = { name: 'spec', note: ['title'] };

/** What it is to be, by way of the parser. */
function expectedOf(text: string): string {
  const { id: _, version: __, ...others } = parseJson(text) as JsonObject;
  return canonicalJson({ ...others, uid: 'board' });
}

describe('the canonical form by the bytes alone', () => {
  it('is that of the parser, or is left to it', () => {
    let told = 0;
    fc.assert(
      fc.property(objects, (text) => {
        const without = [...CHANGES.without, 'uid'];
        const found = canonicalObject(Buffer.from(text), { ...CHANGES, without });
        if (found !== undefined) {
          told++;
          expect(found.toString('utf8')).toBe(expectedOf(text));
        }
      }),
      cases(500, 5000),
    );
    expect(told).toBeGreaterThan(50);
  });

  it.each([
    ['escapes that Go writes', '{"a":"x \\u003c y \\u0026\\u0026 z","b":1}'],
    ['another order than ours', '{"b":{"d":1,"c":[{"z":1,"y":2}]},"a":1.0}'],
    ['white space', '{\n  "a": [ 1, 2 ],\n  "b": { }\n}\n'],
    ['a name that is a number', '{"10":1,"9":2}'],
    ['pairs and halves of characters', '{"a":"\\ud83d\\ude00 \\ud83d \\uDE00"}'],
    ['what is left out and put in', '{"id":7,"title":"T","version":{"a":[1]},"z":null}'],
    ['only what is left out', '{"id":7}'],
  ])('tells %s', (_, text) => {
    expect(canonicalObject(Buffer.from(text), CHANGES)?.toString('utf8')).toBe(expectedOf(text));
  });

  it.each([
    ['a name twice', '{"a":1,"b":2,"a":3}'],
    ['a name twice, side by side', '{"a":1,"a":2}'],
    ['a name that needs an escape', '{"a\\u003cb":1}'],
    ['a name beyond ASCII', '{"é":1}'],
    ['what the caller wants to see parsed', '{"panels":[{"libraryPanel":{"uid":"x"}}]}'],
    ['an end too early', '{"a":[1,2}'],
    ['something after the end', '{"a":1} x'],
    ['a word that is none', '{"a":nul}'],
    ['a number that is none', '{"a":01}'],
    ['a number without an end', '{"a":1.}'],
    ['a control character', '{"a":"\u0001"}'],
    ['an escape that is none', '{"a":"\\x"}'],
    ['a comma too many', '{"a":1,}'],
    ['no comma', '{"a":1 "b":2}'],
    ['another value', '[1]'],
    ['nothing', ''],
    ['too many levels', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`],
  ])('leaves to the parser: %s', (_, text) => {
    expect(canonicalObject(Buffer.from(text), CHANGES)).toBeUndefined();
  });

  it('leaves what is not UTF-8 to the parser', () => {
    expect(
      canonicalObject(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), CHANGES),
    ).toBeUndefined();
  });

  it('recognizes a whole dashboard', () => {
    const text = classicText({ seed: 7, bytes: 30_000, title: 'Board', tags: [], schemaVersion: 41 });
    expect(canonicalObject(Buffer.from(text), CHANGES)?.toString('utf8')).toBe(expectedOf(text));
  });
});

describe('an answer whose large members are left as they came', () => {
  /** The same with nothing left as bytes. */
  function whole(value: Json): Json {
    if (value instanceof JsonBytes) {
      return parseJson(value.text);
    }
    if (Array.isArray(value)) {
      return value.map(whole);
    }
    return isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, whole(one)]))
      : value;
  }

  it('says what the parser says', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(canonicalJson(whole(parseOutline(Buffer.from(text), LEFT)))).toBe(canonicalJson(parseJson(text)));
      }),
      cases(300, 3000),
    );
  });

  it('notes what the parser would find of an object that it leaves', () => {
    fc.assert(
      fc.property(objects, (text) => {
        const left = (parseOutline(Buffer.from(`{"spec":${text}}`), LEFT) as JsonObject)['spec'];
        const title = (parseJson(text) as JsonObject)['title'];
        if (left instanceof JsonBytes) {
          expect(left.noted('title')).toBe(['string', 'number'].includes(typeof title) ? title : undefined);
        }
      }),
      cases(300, 3000),
    );
  });

  it('leaves objects of that name, and nothing else', () => {
    const text = '{"items":[{"metadata":{"name":"a"},"spec":{"b":"}"}},{"spec":[1]},{"spec":"{"}],"n":1.0}';
    const answer = parseOutline(Buffer.from(text), LEFT) as { items: JsonObject[] };
    expect(answer.items[0]?.['spec']).toEqual(new JsonBytes(Buffer.from('{"b":"}"}')));
    expect(answer.items[1]?.['spec']).toEqual([1]);
    expect(stringifyJson(answer)).toBe(text);
  });

  it('copies what it leaves, so that the answer need not stay', () => {
    const bytes = Buffer.from('{"spec":{"a":1},"n":1}');
    const answer = parseOutline(bytes, LEFT);
    bytes.fill(0);
    expect(stringifyJson(answer)).toBe('{"spec":{"a":1},"n":1}');
  });

  it.each(['', '{"spec":{"a":1}', '{"spec":{"a":"}', '{"a":tru}', '[1,]', '{"a":1}}', '{"spec":{}} {}'])(
    'is refused when it is no JSON: %s',
    (text) => {
      expect(() => parseOutline(Buffer.from(text), LEFT)).toThrow(/not valid JSON/);
    },
  );
});
