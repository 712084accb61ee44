import type { JsonObject } from '../../../../lib/json/json.ts';

/** What Grafana fills in when it saves a panel of one of its types, as it was seen to. */
interface PanelDefaults {
  options: JsonObject;
  /** Of fields: `custom`, and `color` where it is not `thresholds`. */
  field: JsonObject;
}

const legend = { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true };
const tooltip = { hideZeros: false, mode: 'single', sort: 'none' };
const withLegend = { legend, tooltip };
const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
const hideFrom = { legend: false, tooltip: false, viz: false };
const palette = { mode: 'palette-classic' };
const linear = { type: 'linear' };
const axis = {
  axisBorderShow: false,
  axisCenteredZero: false,
  axisColorMode: 'text',
  axisGridShow: true,
  axisLabel: '',
  axisPlacement: 'auto',
};

const series: PanelDefaults = {
  options: withLegend,
  field: {
    color: palette,
    custom: {
      ...axis,
      barAlignment: 0,
      barWidthFactor: 0.6,
      drawStyle: 'line',
      fillOpacity: 0,
      gradientMode: 'none',
      hideFrom,
      insertNulls: false,
      lineInterpolation: 'linear',
      lineStyle: { fill: 'solid' },
      lineWidth: 1,
      pointSize: 5,
      scaleDistribution: linear,
      showPoints: 'auto',
      showValues: false,
      spanNulls: false,
      stacking: { group: 'A', mode: 'none' },
      thresholdsStyle: { mode: 'off' },
    },
  },
};

const PANELS: Record<string, PanelDefaults> = {
  timeseries: series,
  trend: series,
  candlestick: {
    options: {
      ...withLegend,
      candleStyle: 'candles',
      colorStrategy: 'open-close',
      colors: { down: 'red', up: 'green' },
      includeAllFields: false,
      mode: 'candles+volume',
    },
    field: series.field,
  },
  barchart: {
    options: {
      ...withLegend,
      barRadius: 0,
      barWidth: 0.97,
      fullHighlight: false,
      groupWidth: 0.7,
      orientation: 'auto',
      showValue: 'auto',
      stacking: 'none',
      xTickLabelRotation: 0,
      xTickLabelSpacing: 0,
    },
    field: {
      color: palette,
      custom: {
        ...axis,
        fillOpacity: 80,
        gradientMode: 'none',
        hideFrom,
        lineWidth: 1,
        scaleDistribution: linear,
        thresholdsStyle: { mode: 'off' },
      },
    },
  },
  stat: {
    options: {
      colorMode: 'value',
      graphMode: 'area',
      justifyMode: 'auto',
      orientation: 'auto',
      percentChangeColorMode: 'standard',
      reduceOptions,
      showPercentChange: false,
      textMode: 'auto',
      wideLayout: true,
    },
    field: {},
  },
  gauge: {
    options: {
      minVizHeight: 75,
      minVizWidth: 75,
      orientation: 'auto',
      reduceOptions,
      showThresholdLabels: false,
      showThresholdMarkers: true,
      sizing: 'auto',
    },
    field: {},
  },
  bargauge: {
    options: {
      displayMode: 'gradient',
      legend: { ...legend, showLegend: false },
      maxVizHeight: 300,
      minVizHeight: 16,
      minVizWidth: 8,
      namePlacement: 'auto',
      orientation: 'auto',
      reduceOptions,
      showUnfilled: true,
      sizing: 'auto',
      valueMode: 'color',
    },
    field: {},
  },
  table: {
    options: { cellHeight: 'sm', showHeader: true },
    field: { custom: { align: 'auto', cellOptions: { type: 'auto' }, footer: { reducers: [] }, inspect: false } },
  },
  piechart: {
    options: { legend, pieType: 'pie', reduceOptions, sort: 'desc', tooltip },
    field: { color: palette, custom: { hideFrom } },
  },
  'state-timeline': {
    options: { ...withLegend, alignValue: 'left', mergeValues: true, rowHeight: 0.9, showValue: 'auto' },
    field: {
      color: { mode: 'continuous-GrYlRd' },
      custom: { axisPlacement: 'auto', fillOpacity: 70, hideFrom, insertNulls: false, lineWidth: 0, spanNulls: false },
    },
  },
  'status-history': {
    options: { ...withLegend, colWidth: 0.9, rowHeight: 0.9, showValue: 'auto' },
    field: { custom: { axisPlacement: 'auto', fillOpacity: 70, hideFrom, lineWidth: 1 } },
  },
  histogram: {
    options: withLegend,
    field: {
      color: palette,
      custom: { fillOpacity: 80, gradientMode: 'none', hideFrom, lineWidth: 1, stacking: { group: 'A', mode: 'none' } },
    },
  },
  heatmap: {
    options: {
      calculate: false,
      cellGap: 2,
      color: {
        exponent: 0.5,
        fill: 'dark-orange',
        mode: 'scheme',
        reverse: false,
        scale: 'exponential',
        scheme: 'Oranges',
        steps: 128,
      },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
      filterValues: { le: 1e-9 },
      legend: { show: false },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'none', showColorScale: false, yHistogram: false },
      yAxis: { axisPlacement: 'left', reverse: false },
    },
    field: { custom: { hideFrom, scaleDistribution: linear } },
  },
  text: {
    options: { code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false }, mode: 'markdown' },
    field: {},
  },
  logs: {
    options: {
      dedupStrategy: 'none',
      enableInfiniteScrolling: false,
      enableLogDetails: true,
      showControls: false,
      showTime: false,
      sortOrder: 'Descending',
      unwrappedColumns: false,
      wrapLogMessage: false,
    },
    field: {},
  },
  dashlist: {
    options: {
      includeVars: false,
      keepTime: false,
      maxItems: 10,
      showFolderNames: true,
      showHeadings: true,
      showRecentlyViewed: false,
      showSearch: false,
      showStarred: true,
    },
    field: {},
  },
  alertlist: {
    options: {
      dashboardAlerts: false,
      groupMode: 'default',
      maxItems: 20,
      showInactiveAlerts: false,
      sortOrder: 1,
      stateFilter: { error: true, firing: true, noData: false, normal: false, pending: true, recovering: true },
      viewMode: 'list',
    },
    field: {},
  },
  annolist: {
    options: {
      limit: 10,
      navigateAfter: '10m',
      navigateBefore: '10m',
      navigateToPanel: true,
      onlyFromThisDashboard: false,
      onlyInTimeRange: false,
      showTags: true,
      showTime: true,
      showUser: true,
    },
    field: {},
  },
  news: { options: { showImage: true }, field: {} },
  nodeGraph: { options: { layoutAlgorithm: 'layered', zoomMode: 'cooperative' }, field: {} },
  canvas: {
    options: {
      inlineEditing: true,
      panZoom: false,
      showAdvancedTypes: true,
      tooltip: { disableForOneClick: false, mode: 'single' },
      zoomToContent: false,
    },
    field: {},
  },
  geomap: {
    options: {
      controls: {
        mouseWheelZoom: true,
        showAttribution: true,
        showDebug: false,
        showMeasure: false,
        showScale: false,
        showZoom: true,
      },
      tooltip: { mode: 'details' },
      view: { allLayers: true, id: 'zero', lat: 0, lon: 0, noRepeat: false, zoom: 1 },
    },
    field: { custom: { hideFrom } },
  },
};

/** What panels of a type have where nothing is said; of types that are not Grafana's own nothing is known. */
export function panelDefaults(type: string): PanelDefaults {
  const { options, field } = (Object.hasOwn(PANELS, type) ? PANELS[type] : undefined) ?? { options: {}, field: {} };
  return { options, field: { color: { mode: 'thresholds' }, ...field } };
}

/** Thresholds that Grafana fills in; the first step has no value, whatever is stored there. */
export const DEFAULT_THRESHOLDS: JsonObject = {
  mode: 'absolute',
  steps: [{ color: 'green' }, { color: 'red', value: 80 }],
};

/** Types that show no data: queries that are left in them mean nothing. */
export const WITHOUT_DATA = new Set(['text', 'dashlist', 'alertlist', 'annolist', 'news']);
