import { describe, expect, it } from 'vitest';
import { readableChanges } from '../../pkg/service/repository/readable.ts';

const dashboard = {
  title: 'Shop',
  refresh: '30s',
  panels: [
    {
      id: 1,
      title: 'CPU',
      type: 'timeseries',
      targets: [{ refId: 'A', expr: 'up' }],
      fieldConfig: { defaults: { unit: 'short' } },
    },
    { id: 2, title: 'Memory', type: 'stat' },
    { id: 9, title: 'Row', type: 'row', panels: [{ id: 3, title: 'Inside', type: 'text' }] },
  ],
  templating: { list: [{ name: 'region', query: 'label_values(region)' }] },
};

function changed(change: (copy: typeof dashboard) => void) {
  const copy = structuredClone(dashboard);
  change(copy);
  return readableChanges('dashboard', dashboard, copy).changes.map(({ section, change: what, name, within, fields }) =>
    [what, section, name, within.join(' / '), fields.map(({ path }) => path).join(', ')].join(' | '),
  );
}

describe('what changed in a resource, for people', () => {
  it('says nothing when nothing changed', () => {
    expect(changed(() => undefined)).toEqual([]);
  });

  it('names panels and their fields, whatever their order', () => {
    expect(
      changed((copy) => {
        copy.panels.reverse();
        copy.panels.find(({ id }) => id === 1)!.fieldConfig!.defaults.unit = 'bytes';
      }),
    ).toEqual(['changed | panel | CPU |  | fieldConfig.defaults.unit']);
  });

  it('names queries within their panel, and panels within their row', () => {
    expect(
      changed((copy) => {
        copy.panels[0]!.targets![0]!.expr = 'rate(up[5m])';
        copy.panels[2]!.panels![0]!.type = 'stat';
      }),
    ).toEqual(['changed | query | A | CPU | expr', 'changed | panel | Inside | Row | type']);
  });

  it('tells added and removed panels and variables', () => {
    expect(
      changed((copy) => {
        copy.panels.splice(1, 1);
        copy.panels.push({ id: 4, title: 'Disk', type: 'stat' });
        copy.templating.list = [];
        copy.refresh = '5m';
      }),
    ).toEqual([
      'changed | setting |  |  | refresh',
      'added | panel | Disk |  | ',
      'removed | panel | Memory |  | ',
      'removed | variable | region |  | ',
    ]);
  });

  it('names the panels of a version 2 dashboard', () => {
    const before = { spec: { elements: { 'panel-1': { kind: 'Panel', spec: { title: 'CPU', id: 1 } } } } };
    const after = {
      spec: {
        elements: {
          'panel-1': { kind: 'Panel', spec: { title: 'CPU', id: 2 } },
          'panel-2': { kind: 'Panel', spec: { title: 'New' } },
        },
      },
    };
    expect(readableChanges('dashboard', before, after).changes.map(({ change, name }) => `${change} ${name}`)).toEqual([
      'changed CPU',
      'added New',
    ]);
  });

  it('tells rules of a group by title, and keeps long values short', () => {
    const rule = (text: string) => ({ rules: [{ uid: 'r1', title: 'High load', annotations: { summary: text } }] });
    const { changes } = readableChanges('alert-rule-group', rule('short'), rule('x'.repeat(10_000)));
    expect(changes).toMatchObject([{ section: 'rule', name: 'High load' }]);
    expect(JSON.stringify(changes).length).toBeLessThan(6_000);
  });

  it('stays within limits for a whole dashboard that is another one', () => {
    const many = (from: number) => ({
      panels: Array.from({ length: 2_000 }, (_, n) => ({ id: from + n, title: `p${from + n}` })),
    });
    const { changes, truncated } = readableChanges('dashboard', many(0), many(5_000));
    expect(changes.length).toBe(500);
    expect(truncated).toBe(true);
  });
});
