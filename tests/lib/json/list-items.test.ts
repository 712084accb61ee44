import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, parseJson, type Json, type JsonObject } from '../../../pkg/lib/json/json.ts';
import { ItemReader, OMITTED } from '../../../pkg/lib/json/list-items.ts';
import { between, objects } from './texts.ts';
import { cases } from '../../support/cases.ts';

const KEPT = ['uid', 'title', 'é'];
const MIB = 1024 * 1024;

/** Reads it in pieces of that many bytes. */
function itemsOf(text: string, piece = 1000, most = MIB): Json {
  const bytes = Buffer.from(text);
  const reader = new ItemReader(KEPT, most);
  for (let at = 0; at < bytes.length; at += piece) {
    reader.add(bytes.subarray(at, at + piece));
  }
  return reader.end();
}

describe('a list of which only some members are kept', () => {
  const lists = fc.array(objects, { maxLength: 6 }).chain((items) => between('[', ']', items));

  it('has of each object what the parser finds', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 20 }), (text, piece) => {
        const expected = (parseJson(text) as JsonObject[]).map((item) =>
          Object.fromEntries(Object.entries(item).filter(([name]) => KEPT.includes(name))),
        );
        expect(canonicalJson(itemsOf(text, piece))).toBe(canonicalJson(expected));
      }),
      cases(300, 3000),
    );
  });

  it.each(['{"uid":"a","b":1}', '"[{}]"', 'null'])('comes whole when it is something else: %s', (text) => {
    expect(canonicalJson(itemsOf(text, 2))).toBe(canonicalJson(parseJson(text)));
  });

  it('takes no memory for what is passed over, and not more than it may for what is kept', () => {
    expect(itemsOf(`[{"b":"${'x'.repeat(2000)}","uid":"a"}]`, 100, 500)).toEqual([{ uid: 'a' }]);
    for (const text of [`[{"uid":"${'x'.repeat(2000)}"}]`, `[${'{},'.repeat(20)}{}]`]) {
      expect(() => itemsOf(text, 100, 500)).toThrow(expect.objectContaining({ code: 'DK_JSON_TOO_LARGE' }));
    }
  });

  it('leaves out what is larger than anyone keeps', () => {
    const [long, dense] = ['x'.repeat(MIB), '[],'.repeat(MIB / 32)];
    expect(itemsOf(`[{"uid":"a","title":"${long}"},{"uid":[${dense}1],"title":"b"}]`, 10_000)).toEqual([
      { uid: 'a', title: OMITTED },
      { uid: OMITTED, title: 'b' },
    ]);
    for (const text of [`[{"${long}":1}]`, `"${long}"`]) {
      expect(() => itemsOf(text, 10_000, 10 * MIB)).toThrow(expect.objectContaining({ code: 'DK_JSON_TOO_LARGE' }));
    }
  });

  it.each([
    '',
    '[',
    '[{"uid":"a"}',
    '[{"uid":"a"},',
    '[{"uid":"a"},]',
    '[{"uid":"a"}{}]',
    '[{"uid":"a]',
    '[{"uid":tru}]',
    '[{}] []',
    '[{]]',
    '[{"b"}]',
    '[{"b":1,}]',
    '[{,"b":1}]',
    '[{"b":1:2}]',
    '[{1:2}]',
    '[[{"b":1}]]',
    '[{"b":1},1]',
  ])('is refused when it is no JSON, or no list of objects: %s', (text) => {
    expect(() => itemsOf(text)).toThrow(/not valid JSON/);
  });
});
