/** One row of the table. */
export interface RealResult {
  scenario: string;
  seconds: number;
  peakMB?: number;
  requests?: number;
  /** The routes with the most requests. */
  routes?: [route: string, count: number][];
  /** Of a person's dashboards, in milliseconds. */
  p95?: number;
}

export interface RealReport {
  version: string;
  dashboards: number;
  bytes: number;
  commit?: string;
  /** Processes that waited for a processor, on average, before and after: above 2 others were at work. */
  load: [before: number, after: number];
  results: RealResult[];
}

/** What each row is called. */
export const SCENARIOS = {
  bare: 'dashboards and folders, only listed',
  dashboards: 'full backup of dashboards and folders',
  full: 'full backup of all kinds',
  unchanged: 'all kinds, unchanged',
  changed: 'all kinds, 1 % of the dashboards changed',
  idle: 'a user without a backup',
  duringDashboards: 'a user during a full backup of dashboards and folders',
  duringFull: 'a user during a full backup of all kinds',
  duringUnchanged: 'a user during an unchanged backup',
  firstCompared: 'comparison with Grafana, dashboards, folders and alert rules',
  compared: 'comparison with Grafana, all kinds',
  backupNow: 'backup now, which reads all permissions',
  planOne: 'plan for one dashboard',
  restoreOne: 'restore of one dashboard',
  planAll: 'plan for everything',
  search: 'search',
} as const;
