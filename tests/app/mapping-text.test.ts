import { expect, it } from 'vitest';
import { parseMapping } from '../../pkg/engine/restore/mapping/mapping-file.ts';
import { mappingOf, mappingText } from '../../src/pages/Send/mapping.ts';

it('writes the replacements of a plan as a file that the command line reads', () => {
  const odd = ['a: b', '# x', '"', "'", '0012', '1e3', 'null', '- a', '{}', '<<', '&a', '*a', ' é ', '\\n', '\u2028'];
  const names = Object.fromEntries(odd.map((name, at) => [name, odd.at(at - 1) ?? '']));
  const to = { connection: 'production', newUids: true, replace: { team: names, user: {} } };
  const mapping = mappingOf({ dataSources: { 'stage-prom': 'prom' }, to });
  expect(mapping).toEqual({ uids: 'new', 'data-source': { 'stage-prom': 'prom' }, team: names });
  expect(parseMapping(mappingText(mapping))).toEqual(mapping);
  expect(parseMapping('')).toEqual({});
});
