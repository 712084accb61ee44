import { describe, expect, it } from 'vitest';
import { sentences, sentencesAfter } from './sentences.ts';

const PROM = { type: 'prometheus', uid: 'prom' };

function panel(id: number, title: string, x: number, y: number, more: Record<string, unknown> = {}) {
  return {
    id,
    title,
    type: 'timeseries',
    gridPos: { x, y, w: 12, h: 8 },
    datasource: PROM,
    targets: [{ refId: 'A', datasource: PROM, expr: `rate(${title.toLowerCase()}_total[5m])` }] as Record<
      string,
      unknown
    >[],
    fieldConfig: { defaults: {} as Record<string, unknown>, overrides: [] as unknown[] },
    options: {} as Record<string, unknown>,
    transformations: [] as Record<string, unknown>[],
    ...more,
  };
}

function row(id: number, title: string, y: number, panels: ReturnType<typeof panel>[] = [], collapsed = false) {
  return { ...panel(id, title, 0, y), type: 'row', gridPos: { x: 0, y, w: 24, h: 1 }, collapsed, panels, targets: [] };
}

function shop() {
  return {
    uid: 'shop',
    title: 'Shop',
    schemaVersion: 42,
    tags: ['shop'],
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: '',
    links: [{ title: 'Runbook', url: 'https://runbooks.example.com' }],
    templating: {
      list: [{ name: 'region', type: 'query', query: 'label_values(region)', current: { text: 'eu', value: 'eu' } }],
    },
    annotations: { list: [] as Record<string, unknown>[] },
    panels: [
      panel(1, 'CPU', 0, 0),
      panel(2, 'Memory', 12, 0),
      panel(3, 'Disk', 0, 8),
      row(4, 'Payments', 16),
      panel(5, 'Refunds', 0, 17),
      panel(6, 'Orders', 12, 17),
    ] as (ReturnType<typeof panel> & { collapsed?: boolean; panels?: ReturnType<typeof panel>[] })[],
  };
}

const changed = (change: (copy: ReturnType<typeof shop>) => void): string[] =>
  sentencesAfter('dashboard', shop(), change);

describe('a changed dashboard', () => {
  it('says nothing when nothing changed', () => {
    expect(changed(() => undefined)).toEqual([]);
  });

  it('names its settings', () => {
    expect(
      changed((copy) => {
        copy.title = 'Store';
        copy.tags = ['store'];
        copy.refresh = '5m';
        copy.time.from = 'now-1h';
        Object.assign(copy, { graphTooltip: 1, description: 'All of it' });
      }),
    ).toEqual([
      'Title changed from “Shop” to “Store”',
      'Description changed',
      'Tags changed: +store, −shop',
      'Time range changed from now-6h – now to now-1h – now',
      'Auto refresh changed from 30s to 5m',
      'Setting graphTooltip changed from default to 1',
    ]);
  });

  it('names what was done in a panel', () => {
    expect(
      changed(({ panels: [cpu] }) => {
        cpu!.title = 'Processor';
        cpu!.targets[0]!['expr'] = 'irate(cpu_total[1m])';
        cpu!.targets.push({ refId: 'B', datasource: PROM, expr: 'up' });
        cpu!.fieldConfig.defaults = {
          unit: 'percent',
          thresholds: {
            mode: 'absolute',
            steps: [
              { color: 'green', value: null },
              { color: 'red', value: 90 },
            ],
          },
        };
        cpu!.transformations = [{ id: 'reduce', options: {} }];
        cpu!.options = { legend: { showLegend: false } };
      }),
    ).toEqual([
      'Panel “CPU” renamed to “Processor”',
      'Panel “Processor”: query B added',
      'Panel “Processor”: query A changed',
      'Panel “Processor”: transformation reduce added',
      'Panel “Processor”: unit changed from nothing to percent',
      'Panel “Processor”: thresholds changed from default to green, 90 red',
      'Panel “Processor”: legend.showLegend changed from default to false',
    ]);
  });

  it('names a query without a letter by its position', () => {
    const bare = (...exprs: string[]) => ({
      ...shop(),
      panels: [{ id: 1, title: 'CPU', targets: exprs.map((expr) => ({ expr })) }],
    });
    expect(sentences('dashboard', bare('a'), bare('b'))).toEqual(['Panel “CPU”: query #1 changed']);
    expect(sentences('dashboard', bare('a'), bare('a', 'b'))).toEqual(['Panel “CPU”: query #2 added']);
  });

  it('names a query by its letter, its data source and whether it is shown', () => {
    expect(
      changed(({ panels: [cpu] }) => {
        Object.assign(cpu!.targets[0]!, { hide: true, datasource: { type: 'prometheus', uid: 'other' } });
      }),
    ).toEqual(['Panel “CPU”: query A hidden', 'Panel “CPU”: query A uses data source other instead of prom']);
    expect(changed(({ panels: [cpu] }) => void (cpu!.targets[0]!['refId'] = 'Z'))).toEqual([
      'Panel “CPU”: query A renamed to Z',
    ]);
  });

  it('names an added panel, and not those that made room for it', () => {
    expect(
      changed((copy) => {
        copy.panels.forEach(({ gridPos }) => (gridPos.y += 8));
        copy.panels.unshift(panel(9, 'Errors', 0, 0));
      }),
    ).toEqual(['Panel “Errors” added']);
  });

  it('names a removed panel, and not those that came up', () => {
    expect(
      changed((copy) => {
        copy.panels.splice(2, 1);
        copy.panels.slice(2).forEach(({ gridPos }) => (gridPos.y -= 8));
      }),
    ).toEqual(['Panel “Disk” removed']);
  });

  it('takes a new panel with the number of a removed one for a new one', () => {
    expect(
      changed((copy) => {
        copy.panels[5] = panel(6, 'Latency', 12, 17, { type: 'stat' });
      }),
    ).toEqual(['Panel “Latency” added', 'Panel “Orders” removed']);
  });

  it('knows panels again that were numbered again', () => {
    expect(changed(({ panels }) => panels.forEach((one, at) => (one.id = 100 - at)))).toEqual([
      'Resaved by Grafana; only defaults and derived values differ',
    ]);
  });

  it('distinguishes panels of one title', () => {
    const twins = shop();
    twins.panels[1]!.title = 'CPU';
    expect(sentencesAfter('dashboard', twins, ({ panels }) => void (panels[1]!.type = 'stat'))).toEqual([
      'Panel “CPU (#2)”: visualization changed from timeseries to stat',
    ]);
  });

  it('distinguishes moved panels from those that were moved by them', () => {
    expect(
      changed(({ panels: [cpu, memory] }) => {
        cpu!.gridPos.x = 12;
        memory!.gridPos.x = 0;
      }),
    ).toEqual(['Panel “CPU” moved', 'Panel “Memory” moved']);
    expect(
      changed(({ panels: [cpu, , disk] }) => {
        disk!.gridPos.y = 0;
        cpu!.gridPos.y = 8;
      }),
    ).toHaveLength(1);
    expect(
      changed(({ panels: [cpu, , disk] }) => {
        cpu!.gridPos.h = 4;
        disk!.gridPos.y = 4;
      }),
    ).toEqual(['Panel “CPU” resized from 12×8 to 12×4']);
    expect(changed(({ panels }) => void (panels[2]!.gridPos.y = 12))).toEqual(['Panel “Disk” moved']);
  });

  it('says that a row was collapsed or expanded, and not that its panels went', () => {
    const collapsed = shop();
    const inside = collapsed.panels.splice(4);
    Object.assign(collapsed.panels[3]!, { collapsed: true, panels: inside });
    expect(sentences('dashboard', shop(), collapsed)).toEqual(['Row “Payments” collapsed']);
    expect(sentences('dashboard', collapsed, shop())).toEqual(['Row “Payments” expanded']);
  });

  it('says that a row was added, removed or renamed, and not that its panels moved', () => {
    const without = shop();
    without.panels.splice(3, 1);
    without.panels.slice(3).forEach(({ gridPos }) => (gridPos.y -= 1));
    expect(sentences('dashboard', shop(), without)).toEqual(['Row “Payments” removed']);
    expect(sentences('dashboard', without, shop())).toEqual(['Row “Payments” added']);
    expect(changed(({ panels }) => void (panels[3]!.title = 'Money'))).toEqual(['Row “Payments” renamed to “Money”']);
  });

  it('says into which row a panel was moved', () => {
    expect(
      changed(({ panels }) => {
        panels[2]!.gridPos.y = 25;
      }),
    ).toEqual(['Panel “Disk” moved into “Payments”']);
  });

  it('names variables, links and annotation queries', () => {
    expect(
      changed((copy) => {
        copy.templating.list[0]!.query = 'label_values(zone)';
        copy.templating.list.push({ name: 'env', type: 'custom', query: 'a,b', current: { text: 'a', value: 'a' } });
        copy.links[0]!.url = 'https://other.example.com';
        copy.annotations.list.push({ name: 'Deploys', datasource: PROM, enable: true, expr: 'up' });
      }),
    ).toEqual([
      'Variable “env” added',
      'Variable “region”: query changed',
      'Annotation query “Deploys” added',
      'Link “Runbook” changed (url)',
    ]);
    expect(changed(({ templating: { list } }) => void (list[0]!.name = 'zone'))).toEqual([
      'Variable “region” renamed to “zone”',
    ]);
    expect(changed(({ templating: { list } }) => void (list[0]!.current = { text: 'us', value: 'us' }))).toEqual([
      'Variable “region”: saved value changed from eu to us',
    ]);
  });

  it('names the saved value of a switch', () => {
    const board = (current: string) => ({
      apiVersion: 'dashboard.grafana.app/v2beta1',
      spec: { variables: [{ kind: 'SwitchVariable', spec: { name: 'errors only', current } }] },
    });
    expect(sentences('dashboard', board('true'), board('false'))).toEqual([
      'Variable “errors only”: saved value changed from true to false',
    ]);
  });

  it('names a library panel that a panel was made of', () => {
    expect(
      changed(({ panels }) => {
        Object.assign(panels[0]!, { libraryPanel: { uid: 'lib', name: 'Shared CPU' } });
      }),
    ).toEqual(['Panel “CPU”: library panel changed from nothing to Shared CPU']);
  });

  it('names what it has no words for', () => {
    expect(changed((copy) => void Object.assign(copy, { weekStart: 'monday', future: { a: [1] } }))).toEqual([
      'Setting weekStart changed from default to monday',
      'Setting future.a changed',
    ]);
    expect(changed(({ panels: [cpu] }) => void Object.assign(cpu!, { future: { a: [1] } }))).toEqual([
      'Panel “CPU”: other settings changed (future.a)',
    ]);
  });

  it('lists no more than anybody reads', () => {
    const many = (from: number) => ({
      panels: Array.from({ length: 2_000 }, (_, at) => panel(from + at, `P${from + at}`, 0, at)),
    });
    expect(sentences('dashboard', many(0), many(5_000))).toHaveLength(500);
  });
});
