import type { Json, JsonObject } from '../../../lib/json/json.ts';

/**
 * A dashboard as people see it, whichever schema it is stored in. Values that Grafana fills in, converts or derives by
 * itself are left out or brought into one form, so that what differs is what somebody did.
 */
export interface DashboardModel {
  /** `v1`, or the version of the v2 family that it is stored in. */
  api: string;
  /** Of the classic schema. */
  schemaVersion: number | undefined;
  title: string;
  description: string;
  tags: string[];
  time: { from: string; to: string };
  refresh: string;
  timezone: string;
  /** The rest of its settings, by name as in the classic schema. */
  settings: JsonObject;
  /** By name, as in the classic schema. */
  variables: JsonObject[];
  annotations: JsonObject[];
  links: JsonObject[];
  /** How the panels are arranged at the top: `grid`, `rows`, `tabs` or `auto grid`. */
  arrangement: string;
  /** Rows and tabs; the first is the dashboard itself. */
  groups: Group[];
  panels: Panel[];
}

/** A row or tab, or the dashboard itself. */
export interface Group {
  key: string;
  type: 'dashboard' | 'row' | 'tab';
  /** Key of the group that it is in; undefined for the dashboard itself. */
  parent: string | undefined;
  id: number | undefined;
  title: string;
  collapsed: boolean;
  repeat: string;
  /** Whether its panels have their own places. */
  free: boolean;
  settings: JsonObject;
}

export interface Panel {
  id: number | undefined;
  title: string;
  type: string;
  /** Of the plugin, when it was saved. */
  pluginVersion: string;
  /** Name, else uid, of the library panel that it shows. */
  library: string;
  libraryUid: string;
  description: string;
  queries: Query[];
  transformations: JsonObject[];
  unit: string;
  thresholds: JsonObject;
  overrides: Json[];
  links: Json[];
  repeat: string;
  options: JsonObject;
  /** Defaults of fields, besides unit and thresholds. */
  field: JsonObject;
  /** All else, by name as in the classic schema. */
  settings: JsonObject;
  place: Place;
}

export interface Place {
  /** Key of the group that it is in. */
  group: string;
  /** Position in the group. */
  order: number;
  /** Absent where the layout arranges panels itself; `y` counts from the top of the group. */
  grid: { x: number; y: number; w: number; h: number } | undefined;
}

export interface Query {
  refId: string;
  hidden: boolean;
  /** Uid of the data source, or its name in old dashboards. */
  source: string;
  /** Whether that is a name. */
  byName: boolean;
  settings: JsonObject;
}
