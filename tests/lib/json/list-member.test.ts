import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findListMember } from '../../../pkg/lib/json/list-member.ts';
import { cases } from '../../support/cases.ts';

/** The elements that it finds, as values; undefined when it finds no list. */
function elementsOf(text: string): unknown[] | undefined {
  const found = findListMember(text, 'list');
  if (found === undefined) {
    return undefined;
  }
  let { start } = found;
  return found.ends.map((end) => {
    const element: unknown = JSON.parse(text.slice(start, end));
    start = end + 1;
    return element;
  });
}

describe('a list in a JSON text', () => {
  it('is found as JSON.parse finds it, whatever is around and in it', () => {
    const shapes = { before: fc.jsonValue(), list: fc.array(fc.jsonValue()), after: fc.jsonValue() };
    fc.assert(
      fc.property(fc.record(shapes), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(elementsOf(text)).toEqual((JSON.parse(text) as { list: unknown[] }).list);
      }),
      cases(100, 500),
    );
  });

  it('is not taken from where it only looks like one', () => {
    expect(elementsOf('{"a":{"list":[1]},"b":"\\"list\\":[2]","c":["list",[3]],"list":[4]}')).toEqual([4]);
    expect(elementsOf('{"a":"list","b":[1]}')).toBeUndefined();
  });

  it.each(['', '{}', '[]', '{"list":7}', '{"list":{}}', '{"list":[1,2', '{"list":["a', '{"list":[1],"list":[2]}'])(
    'is not found in %j',
    (text) => {
      expect(findListMember(text, 'list')).toBeUndefined();
    },
  );
});
