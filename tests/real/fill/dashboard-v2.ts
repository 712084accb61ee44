/** A dashboard of the v2 model with tabs and an automatic grid, which the classic model can't hold. */
export function v2Spec(title: string): object {
  return {
    title,
    description: 'in the second model',
    tags: ['real', 'v2'],
    editable: true,
    liveNow: false,
    preload: false,
    cursorSync: 'Crosshair',
    links: [],
    annotations: [],
    variables: [],
    timeSettings: {
      from: 'now-1h',
      to: 'now',
      timezone: 'browser',
      autoRefresh: '1m',
      autoRefreshIntervals: ['1m', '5m'],
      hideTimepicker: false,
      fiscalYearStartMonth: 0,
    },
    elements: { 'panel-1': panel(1, 'First'), 'panel-2': panel(2, 'Second') },
    layout: { kind: 'TabsLayout', spec: { tabs: [tab('Grid', grid()), tab('Automatic', automatic())] } },
  };
}

function panel(id: number, title: string): object {
  return {
    kind: 'Panel',
    spec: {
      id,
      title,
      description: '',
      links: [],
      data: { kind: 'QueryGroup', spec: { queries: [], queryOptions: {}, transformations: [] } },
      vizConfig: {
        kind: 'VizConfig',
        group: 'text',
        version: '',
        spec: { options: { mode: 'markdown', content: title }, fieldConfig: { defaults: {}, overrides: [] } },
      },
    },
  };
}

function tab(title: string, layout: object): object {
  return { kind: 'TabsLayoutTab', spec: { title, layout } };
}

function element(name: string): object {
  return { kind: 'ElementReference', name };
}

function grid(): object {
  const item = { x: 0, y: 0, width: 12, height: 8, element: element('panel-1') };
  return { kind: 'GridLayout', spec: { items: [{ kind: 'GridLayoutItem', spec: item }] } };
}

function automatic(): object {
  const items = [{ kind: 'AutoGridLayoutItem', spec: { element: element('panel-2') } }];
  return {
    kind: 'AutoGridLayout',
    spec: { maxColumnCount: 3, columnWidthMode: 'standard', rowHeightMode: 'standard', items },
  };
}
