import type { Loose } from '../../../pkg/contract/dashboards/loose.ts';

/** A data source as a panel names it: old dashboards by name, newer ones by uid; null is the default one. */
export type SourceRef = string | { uid?: string; type?: string } | null;

/** A panel as it is stored, whichever schema it comes from, with what is needed to draw it. */
export interface StoredPanel {
  id: number | undefined;
  title: string;
  type: string;
  /** Version of the visualization that saved it. */
  pluginVersion: string;
  options: Loose;
  fieldConfig: { defaults: Loose; overrides: Loose[] };
  source: SourceRef;
  queries: Loose[];
  transformations: Loose[];
  transparent: boolean;
  /** Its own time range, such as `2h`, and how far it is shifted, such as `1d`. */
  timeFrom: string;
  timeShift: string;
  maxDataPoints: number | undefined;
  /** The shortest interval, such as `1m`. */
  interval: string;
  /** Name of the variable that it is repeated by. */
  repeat: string;
  /** The library panel that it shows; what is stored here is not what Grafana draws then. */
  library: { uid: string; name: string } | undefined;
}

/** A variable by the names of the classic schema. */
export interface StoredVariable {
  name: string;
  type: string;
  /** The saved value: one, several, or nothing. */
  value: unknown;
  text: unknown;
  /** What a query gets in place of all values. */
  allValue: string;
  /** Values that are saved with it; those of a query often are not. */
  options: string[];
  /** Of custom and interval variables the list, of a data source variable its type. */
  query: string;
  /** Of interval variables, how many steps `auto` makes, and its shortest one. */
  autoCount: number;
  autoMin: string;
  /** How many filters an ad hoc variable holds. */
  filters: number;
}

export interface StoredDashboard {
  /** It is a library panel, and holds that panel alone. */
  isLibraryPanel: boolean;
  uid: string;
  title: string;
  time: { from: string; to: string };
  timezone: string;
  panels: StoredPanel[];
  variables: StoredVariable[];
}
