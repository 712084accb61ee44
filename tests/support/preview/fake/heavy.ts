import { createHash } from 'node:crypto';
import type { FakeResource } from './world.ts';

export const HEAVY_UID = 'heavy';

/** One dashboard of about that many characters, as it was and after an afternoon of work on it. */
export function heavyResources(bytes: number): { before: FakeResource; after: FakeResource } {
  return { before: resource(heavyDashboard(bytes)), after: resource(edited(heavyDashboard(bytes))) };
}

interface Panel {
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  [field: string]: unknown;
}

interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  panels: (Panel & { panels: Panel[] })[];
}

/** Rows that hold panels, as large dashboards are made: queries, overrides, transformations, links. */
function heavyDashboard(bytes: number): Dashboard {
  const dashboard: Dashboard = { uid: HEAVY_UID, title: 'Everything on one page', schemaVersion: 41, panels: [] };
  const perPanel = JSON.stringify(panel(0)).length;
  const rows = Math.ceil(bytes / perPanel / 20);
  for (let row = 0; row < rows; row++) {
    dashboard.panels.push({
      id: 10_000 + row,
      type: 'row',
      collapsed: true,
      title: `Cluster ${row}`,
      gridPos: { x: 0, y: row, w: 24, h: 1 },
      panels: Array.from({ length: 20 }, (_, at) => panel(row * 20 + at)),
    });
  }
  return dashboard;
}

function panel(id: number): Panel {
  const metric = `service_${id}_request_duration_seconds`;
  const override = (name: string, color: string) => ({
    matcher: { id: 'byName', options: name },
    properties: [
      { id: 'color', value: { mode: 'fixed', fixedColor: color } },
      { id: 'custom.lineWidth', value: 2 },
      { id: 'custom.axisPlacement', value: 'right' },
    ],
  });
  return {
    id,
    type: 'timeseries',
    title: `Latency of service ${id}`,
    description: `How long service ${id} takes to answer, by quantile. Ask its owners before changing thresholds.`,
    datasource: { type: 'prometheus', uid: 'prometheus-main' },
    gridPos: { x: (id % 2) * 12, y: Math.floor(id / 2) * 8, w: 12, h: 8 },
    targets: ['0.5', '0.95', '0.99'].map((quantile, at) => ({
      refId: 'ABC'.charAt(at),
      editorMode: 'code',
      expr: `histogram_quantile(${quantile}, sum by (le, cluster) (rate(${metric}_bucket{cluster=~"$cluster"}[$__rate_interval])))`,
      legendFormat: `p${quantile} {{cluster}}`,
      range: true,
    })),
    fieldConfig: {
      defaults: {
        unit: 's',
        custom: { drawStyle: 'line', fillOpacity: 10, spanNulls: false, showPoints: 'never' },
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 0.5 },
          ],
        },
      },
      overrides: [override('p0.95', 'orange'), override('p0.99', 'red')],
    },
    options: {
      legend: { calcs: ['mean', 'max'], displayMode: 'table', placement: 'bottom' },
      tooltip: { mode: 'multi' },
    },
    transformations: [{ id: 'organize', options: { excludeByName: { instance: true }, renameByName: { Value: 'p' } } }],
  };
}

/** A panel more near the top moves all below it, and some have other titles. */
function edited(dashboard: Dashboard): Dashboard {
  const panels = dashboard.panels.flatMap((row) => row.panels);
  for (const [at, one] of panels.entries()) {
    one.gridPos.y += at > 10 ? 8 : 0;
    one.title = at % 10 === 3 ? `${one.title}, all regions` : one.title;
  }
  dashboard.panels[0]?.panels.splice(10, 0, panel(100_000));
  return dashboard;
}

function resource(body: Dashboard): FakeResource {
  const text = JSON.stringify(body);
  const object = createHash('sha256').update(text).digest('hex');
  const { uid, title } = body;
  return { body, entry: { org: 1, kind: 'dashboard', uid, title, folder: '', object, bytes: text.length } };
}
