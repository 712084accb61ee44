import { describe, expect, it } from 'vitest';
import { sentences } from './sentences.ts';

const dashboard = (schemaVersion: number, panel: object, more: object = {}) => ({
  title: 'Shop',
  schemaVersion,
  panels: [{ id: 1, title: 'One', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...panel }],
  ...more,
});

describe('what Grafana does by itself', () => {
  it.each([
    [
      'the form of table cells (schema 38)',
      [37, { type: 'table', fieldConfig: { defaults: { custom: { displayMode: 'color-background-solid' } } } }],
      [
        38,
        {
          type: 'table',
          fieldConfig: { defaults: { custom: { cellOptions: { type: 'color-background', mode: 'basic' } } } },
        },
      ],
    ],
    [
      'hidden legends (schema 37)',
      [36, { type: 'timeseries', options: { legend: { displayMode: 'hidden', placement: 'bottom' } } }],
      [
        37,
        { type: 'timeseries', options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: false } } },
      ],
    ],
    [
      'data sources by uid (schema 36)',
      [35, { type: 'timeseries', datasource: 'Main', targets: [{ refId: 'A', expr: 'up' }] }],
      [
        36,
        {
          type: 'timeseries',
          targets: [{ refId: 'A', expr: 'up', datasource: { type: 'prometheus', uid: 'prom' } }],
        },
      ],
    ],
    [
      'panels of types that are no more',
      [27, { type: 'graph', targets: [{ refId: 'A', expr: 'up' }], lines: true, yaxes: [{ format: 'bytes' }] }],
      [
        42,
        {
          type: 'timeseries',
          targets: [{ refId: 'A', expr: 'up' }],
          fieldConfig: { defaults: { unit: 'bytes', custom: { drawStyle: 'line' } }, overrides: [] },
        },
      ],
    ],
    [
      'the footer of tables',
      [41, { type: 'table', options: { footer: { show: true, reducer: ['sum'], fields: ['Value'] } } }],
      [
        42,
        {
          type: 'table',
          options: { cellHeight: 'sm' },
          fieldConfig: {
            defaults: {},
            overrides: [
              {
                matcher: { id: 'byName', options: 'Value' },
                properties: [{ id: 'custom.footer.reducers', value: ['sum'] }],
              },
            ],
          },
        },
      ],
    ],
  ] as [string, [number, object], [number, object]][])('is called that: %s', (_, [from, before], [to, after]) => {
    expect(sentences('dashboard', dashboard(from, before), dashboard(to, after))).toEqual([
      `Migrated by Grafana (schema ${from} → ${to})`,
    ]);
  });

  it('hides nothing that somebody did at the same time', () => {
    const old = { type: 'graph', targets: [{ refId: 'A', expr: 'up' }] };
    const fresh = { type: 'timeseries', targets: [{ refId: 'A', expr: 'down' }] };
    expect(sentences('dashboard', dashboard(27, old), dashboard(42, fresh))).toEqual([
      'Migrated by Grafana (schema 27 → 42)',
      'Panel “One”: query A changed',
    ]);
  });

  it('is not said where somebody changed the type', () => {
    const [old, fresh] = [{ type: 'timeseries' }, { type: 'stat' }];
    expect(sentences('dashboard', dashboard(42, old), dashboard(42, fresh))).toEqual([
      'Panel “One”: visualization changed from timeseries to stat',
    ]);
  });

  it('includes defaults that it fills in', () => {
    const saved = {
      type: 'timeseries',
      pluginVersion: '12.4.0',
      options: { legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true } },
      fieldConfig: { defaults: { custom: { lineWidth: 1, fillOpacity: 0 }, mappings: [] }, overrides: [] },
    };
    const more = { preload: false, timezone: 'browser', links: [] };
    expect(sentences('dashboard', dashboard(42, { type: 'timeseries' }), dashboard(42, saved, more))).toEqual([
      'Resaved by Grafana; only defaults and derived values differ',
    ]);
    const thicker = structuredClone(saved);
    thicker.fieldConfig.defaults.custom.lineWidth = 3;
    expect(sentences('dashboard', dashboard(42, { type: 'timeseries' }), dashboard(42, thicker, more))).toEqual([
      'Panel “One”: lineWidth changed from default to 3',
    ]);
  });
});
