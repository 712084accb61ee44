import { describe, expect, it } from 'vitest';
import { readDashboard } from '../../../src/lib/panels/read.ts';

const query = { refId: 'A', expr: 'up', datasource: { type: 'prometheus', uid: 'p' } };
const panel = {
  id: 1,
  title: 'CPU',
  type: 'timeseries',
  pluginVersion: '12.4.0',
  datasource: { type: 'prometheus', uid: 'p' },
  targets: [query],
  options: { legend: { showLegend: true } },
  fieldConfig: { defaults: { unit: 's' }, overrides: [] },
  transformations: [{ id: 'reduce', options: {} }],
};

describe('a stored dashboard', () => {
  it('of the classic schema has the panels of its rows, collapsed or not', () => {
    const collapsed = { type: 'row', title: 'More', collapsed: true, panels: [{ ...panel, id: 3, title: 'Memory' }] };
    const read = readDashboard('dashboard', 'd', {
      uid: 'd',
      title: 'Nodes',
      time: { from: 'now-1h', to: 'now' },
      panels: [panel, { type: 'row', title: 'Open', panels: [] }, { ...panel, id: 2, title: 'Disk' }, collapsed],
      templating: { list: [{ name: 'host', type: 'query', current: { text: 'web', value: 'web' } }] },
    });
    expect(read.panels.map(({ title }) => title)).toEqual(['CPU', 'Disk', 'Memory']);
    expect(read).toMatchObject({ uid: 'd', title: 'Nodes', time: { from: 'now-1h', to: 'now' } });
    expect(read.variables).toMatchObject([{ name: 'host', type: 'query', value: 'web' }]);
    expect(read.panels[0]).toMatchObject({
      type: 'timeseries',
      source: { uid: 'p', type: 'prometheus' },
      queries: [query],
      options: panel.options,
      fieldConfig: panel.fieldConfig,
      transformations: panel.transformations,
    });
  });

  it('from before rows were panels has the panels of its rows', () => {
    const rows = [{ panels: [{ ...panel, datasource: 'Prometheus' }] }];
    expect(readDashboard('dashboard', 'd', { rows }).panels).toMatchObject([{ title: 'CPU', source: 'Prometheus' }]);
  });

  it('of the v2 schema has the same panels', () => {
    const v2 = {
      apiVersion: 'dashboard.grafana.app/v2beta1',
      spec: {
        title: 'Nodes',
        timeSettings: { from: 'now-1h', to: 'now', timezone: 'utc' },
        elements: {
          'panel-1': {
            kind: 'Panel',
            spec: {
              id: 1,
              title: 'CPU',
              data: {
                kind: 'QueryGroup',
                spec: {
                  queries: [
                    {
                      kind: 'PanelQuery',
                      spec: {
                        refId: 'A',
                        hidden: false,
                        query: {
                          kind: 'DataQuery',
                          group: 'prometheus',
                          datasource: { name: 'p' },
                          spec: { expr: 'up' },
                        },
                      },
                    },
                  ],
                  queryOptions: { maxDataPoints: 50, timeFrom: '2h' },
                  transformations: [{ kind: 'reduce', spec: { id: 'reduce', options: {} } }],
                },
              },
              vizConfig: {
                kind: 'VizConfig',
                group: 'timeseries',
                version: '12.4.0',
                spec: { options: panel.options, fieldConfig: panel.fieldConfig },
              },
            },
          },
          'panel-2': {
            kind: 'LibraryPanel',
            spec: { id: 2, title: 'Shared', libraryPanel: { uid: 'lib', name: 'Error budget' } },
          },
        },
        layout: {
          kind: 'RowsLayout',
          spec: {
            rows: [
              {
                kind: 'RowsLayoutRow',
                spec: {
                  layout: {
                    kind: 'GridLayout',
                    spec: {
                      items: [
                        {
                          kind: 'GridLayoutItem',
                          spec: { element: { name: 'panel-1' }, repeat: { mode: 'variable', value: 'host' } },
                        },
                      ],
                    },
                  },
                },
              },
            ],
          },
        },
        variables: [
          { kind: 'QueryVariable', spec: { name: 'host', current: { text: 'web', value: 'web' }, query: {} } },
          { kind: 'DatasourceVariable', spec: { name: 'ds', pluginId: 'loki', current: {} } },
          { kind: 'SwitchVariable', spec: { name: 'on', current: 'true' } },
          { kind: 'AdhocVariable', spec: { name: 'filter', filters: [{ key: 'a' }] } },
        ],
      },
    };
    const read = readDashboard('dashboard', 'd', v2);
    expect(read).toMatchObject({ uid: 'd', time: { from: 'now-1h', to: 'now' }, timezone: 'utc' });
    expect(read.panels[0]).toMatchObject({
      id: 1,
      title: 'CPU',
      type: 'timeseries',
      pluginVersion: '12.4.0',
      source: { uid: 'p', type: 'prometheus' },
      queries: [{ ...query, hide: false }],
      options: panel.options,
      fieldConfig: panel.fieldConfig,
      transformations: panel.transformations,
      maxDataPoints: 50,
      timeFrom: '2h',
      repeat: 'host',
      library: undefined,
    });
    expect(read.panels[1]).toMatchObject({ title: 'Shared', library: { uid: 'lib', name: 'Error budget' } });
    expect(read.variables).toMatchObject([
      { name: 'host', type: 'query', value: 'web' },
      { name: 'ds', type: 'datasource', query: 'loki' },
      { name: 'on', type: 'switch', value: 'true' },
      { name: 'filter', type: 'adhoc', filters: 1 },
    ]);
  });

  it('of the v2 schema whose queries go to several data sources says so', () => {
    const queries = ['a', 'b'].map((name) => ({ spec: { query: { group: 'loki', datasource: { name } } } }));
    const elements = { one: { spec: { data: { spec: { queries } } } } };
    const read = readDashboard('dashboard', 'd', { apiVersion: 'dashboard.grafana.app/v2', spec: { elements } });
    expect(read.panels[0]?.source).toEqual({ uid: '-- Mixed --', type: 'mixed' });
  });

  it('is the panel alone where it is a library panel', () => {
    const read = readDashboard('library-panel', 'lib', {
      name: 'Error budget',
      type: 'stat',
      model: { targets: [query] },
    });
    expect(read.panels).toMatchObject([{ title: 'Error budget', type: 'stat', queries: [query], library: undefined }]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'panels'],
    ['lists for objects', { panels: {}, templating: [], time: 5, rows: 'x' }],
    ['numbers for texts', { title: 5, panels: [{ title: 7, type: null, targets: [null, 3], fieldConfig: [] }] }],
    ['v2 without a spec', { apiVersion: 'dashboard.grafana.app/v2beta1', spec: null }],
    ['v2 of other things', { apiVersion: 'dashboard.grafana.app/v2beta1', spec: { elements: { a: 1 }, layout: [] } }],
  ])('of another form is read without an error: %s', (_, body) => {
    expect(readDashboard('dashboard', 'd', body).variables).toEqual([]);
    expect(readDashboard('library-panel', 'd', body).panels).toHaveLength(1);
  });
});
