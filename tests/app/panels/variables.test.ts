import { describe, expect, it } from 'vitest';
import { readDashboard } from '../../../src/lib/panels/read.ts';
import { filterVariables, usedIn, variableValues } from '../../../src/lib/panels/variables.ts';

const context = {
  sourcesOf: (type: string) => (type === 'loki' ? ['loki-default', 'loki-2'] : []),
  intervalFor: (points: number, least: string) => `${points} steps, ${least} at least`,
};

function valuesOf(...list: object[]) {
  const { variables } = readDashboard('dashboard', 'd', { templating: { list } });
  return { ...variableValues(variables, context), filters: filterVariables(variables) };
}

/** The value and text of one variable; undefined where there is none. */
function valueOf(variable: object) {
  const { scoped } = valuesOf({ name: 'v', ...variable });
  const { value, text } = scoped['v'] ?? { value: undefined, text: undefined };
  return value === undefined ? undefined : [Array.isArray(value) ? [...value] : value, text];
}

describe('the values of variables', () => {
  it.each([
    ['the saved one', { type: 'query', current: { text: 'Web 1', value: 'web1' } }, ['web1', 'Web 1']],
    ['one in a list', { type: 'query', current: { text: ['web1'], value: ['web1'] } }, ['web1', 'web1']],
    ['several', { type: 'query', current: { text: ['a', 'b'], value: ['a', 'b'] } }, [['a', 'b'], 'a + b']],
    [
      'the custom one for all',
      { type: 'query', allValue: '.*', current: { text: 'All', value: '$__all' } },
      ['.*', 'All'],
    ],
    [
      'all that are saved',
      {
        type: 'query',
        current: { text: 'All', value: ['$__all'] },
        options: [{ value: '$__all' }, { value: 'a' }, { value: 'b' }],
      },
      [['a', 'b'], 'All'],
    ],
    [
      'all of a list',
      { type: 'custom', query: 'a, b : 2, c\\,d', current: { text: 'All', value: '$__all' } },
      [['a', '2', 'c,d'], 'All'],
    ],
    ['the first of a list', { type: 'custom', query: 'a,b' }, ['a', 'a']],
    ['an empty one that was chosen', { type: 'query', current: { text: 'None', value: '' } }, ['', 'None']],
    ['a text', { type: 'textbox', query: 'default', current: {} }, ['default', 'default']],
    ['a constant', { type: 'constant', query: '/metrics', current: {} }, ['/metrics', '/metrics']],
    ['an interval', { type: 'interval', query: '1m,5m', current: { value: '5m' } }, ['5m', '5m']],
    [
      'an automatic interval',
      { type: 'interval', query: '1m', auto_count: 20, auto_min: '30s', current: { value: '$__auto_interval_v' } },
      ['20 steps, 30s at least', '20 steps, 30s at least'],
    ],
    ['the default data source', { type: 'datasource', query: 'loki', current: {} }, ['loki-default', 'loki-default']],
    ['a data source', { type: 'datasource', query: 'loki', current: { value: 'l', text: 'L' } }, ['l', 'L']],
  ])('are %s', (_, variable, expected) => {
    expect(valueOf(variable)).toEqual(expected);
  });

  it('are a regular expression where a data source writes several into a query as they are', () => {
    const { scoped } = valuesOf({ name: 'v', type: 'query', current: { value: ['a', 'b'] } });
    expect(`host=~"${String(scoped['v']?.value)}"`).toBe('host=~"(a|b)"');
  });

  it.each([
    ['all of a query', { type: 'query', current: { text: 'All', value: '$__all' } }],
    ['never chosen', { type: 'query', current: {} }],
    ['empty', { type: 'query', current: { text: '', value: '' } }],
    ['a data source of a type that is not here', { type: 'datasource', query: 'tempo', current: {} }],
    ['no current value', { type: 'query' }],
  ])('are unknown: %s', (_, variable) => {
    expect(valuesOf({ name: 'v', ...variable })).toMatchObject({ scoped: {}, unknown: ['v'] });
  });

  it('of filters are neither known nor unknown, but named when there are any', () => {
    const adhoc = { name: 'f', type: 'adhoc' };
    expect(valuesOf(adhoc)).toEqual({ scoped: {}, unknown: [], filters: [] });
    expect(valuesOf({ ...adhoc, filters: [{ key: 'job' }] }).filters).toEqual(['f']);
  });
});

it('variables are found in each way to write them, and no others', () => {
  const part = { a: 'up{a="$host"}', b: '${zone:regex}', c: '[[cluster:csv]]', d: '$hosts $__interval', e: '${pod.x}' };
  expect(usedIn(part, ['host', 'zone', 'cluster', 'pod', 'host2', 'ost'])).toEqual(['host', 'zone', 'cluster', 'pod']);
});
