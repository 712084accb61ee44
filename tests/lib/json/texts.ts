import * as fc from 'fast-check';
import { parseJson } from '../../../pkg/lib/json/json.ts';

const NAMES = [
  'id',
  'uid',
  'title',
  'version',
  'a',
  'ab',
  'b',
  'Z',
  '',
  '10',
  '9',
  'spec',
  'é',
  'a"b',
  '__proto__',
  '😀',
];
const STRINGS = [
  '',
  'x',
  '<a> & b',
  'line\nbreak',
  '\\',
  '"',
  '{"spec":{}}',
  'ü',
  '😀',
  '\u2028',
  '\u0000',
  '\ud800',
  '/',
  '\u007f',
];
const NUMBERS = ['0', '-0', '1.0', '12345678901234567890', '1e400', '-1.5E-7', '0.1', '42'];

/** Texts of JSON in any notation: members in any order and twice, white space, escapes that nobody needs. */
export const { text: texts, object: objects } = fc.letrec<{ text: string; object: string }>((tie) => ({
  object: fc.array(fc.tuple(notation(NAMES), space(), tie('text')), { maxLength: 6 }).chain((members) =>
    between(
      '{',
      '}',
      members.map(([name, gap, value]) => `${name}${gap}:${gap}${value}`),
    ),
  ),
  text: fc.oneof(
    { maxDepth: 4 },
    notation(STRINGS),
    fc.constantFrom(...NUMBERS, 'true', 'false', 'null'),
    fc.array(tie('text'), { maxLength: 4 }).chain((items) => between('[', ']', items)),
    tie('object'),
  ),
}));

function space(): fc.Arbitrary<string> {
  return fc.constantFrom('', '', '', ' ', '\n\t');
}

/** Parts with commas between them, and white space somewhere. */
export function between(open: string, close: string, parts: string[]): fc.Arbitrary<string> {
  return space().map((gap) => open + gap + parts.join(`${gap},${gap}`) + gap + close);
}

/** A string as JSON.stringify writes it, as Go does, or with escapes that nobody needs. */
function notation(values: string[]): fc.Arbitrary<string> {
  const escaped = (pattern: RegExp) => (text: string) =>
    JSON.stringify(text).replace(
      pattern,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
    );
  const ways = [
    (text: string) => JSON.stringify(text),
    escaped(/[<>&\u2028]/g),
    (text: string) => JSON.stringify(text).replaceAll('/', '\\/'),
  ];
  return fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...ways))
    .map(([text, way]) => way(text))
    .map((text) =>
      /[\ud800-\udfff]/.test(text) && !/\\u/.test(text) ? escaped(/[\ud800-\udfff]/g)(parseJson(text) as string) : text,
    );
}
