import {
  arrayAt,
  isJsonObject,
  objectAt,
  stringAt,
  stringifyJson,
  type Json,
  type JsonObject,
} from '../../../pkg/lib/json/json.ts';
import { heldBody, type Body } from './http/body.ts';
import { isV2 } from './k8s/convert.ts';
import type { Dashboard, Org } from './model/model.ts';
import type { Manager, AclEntry } from './model/stored.ts';
import type { GrafanaState } from './state.ts';

/** What a save brings along. */
export interface DashboardContent {
  apiVersion: string;
  title: string;
  tags: string[];
  body: Body;
  libraryPanels: string[];
}

/** Splits a spec as it was sent into what is stored; id, uid and version are not part of the stored spec. */
export function contentOf(spec: JsonObject, apiVersion: string): DashboardContent {
  const { id: _id, uid: _uid, version: _version, ...rest } = spec;
  const stored = isV2(apiVersion) ? withV2Defaults(rest) : rest;
  return {
    apiVersion,
    title: stringAt(spec, 'title') ?? '',
    tags: (arrayAt(spec, 'tags') ?? []).filter((tag): tag is string => typeof tag === 'string'),
    body: heldBody(stringifyJson(stored)),
    libraryPanels: libraryPanelsIn(spec),
  };
}

/** What the server fills in when a v2 spec leaves it out. */
function withV2Defaults(spec: JsonObject): JsonObject {
  const defaults: JsonObject = {
    annotations: [],
    cursorSync: 'Off',
    editable: true,
    elements: {},
    layout: { kind: 'GridLayout', spec: { items: [] } },
    links: [],
    liveNow: false,
    preload: false,
    tags: [],
    timeSettings: {
      autoRefresh: '',
      autoRefreshIntervals: ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'],
      fiscalYearStartMonth: 0,
      from: 'now-6h',
      hideTimepicker: false,
      timezone: 'browser',
      to: 'now',
    },
    variables: [],
  };
  const missing = Object.entries(defaults).filter(([name]) => spec[name] === undefined);
  return { ...spec, ...Object.fromEntries(missing) };
}

/** Panels of a classic spec, those inside collapsed rows included. */
export function panelsOf(spec: Json): JsonObject[] {
  return (arrayAt(spec, 'panels') ?? []).filter(isJsonObject).flatMap((panel) => [panel, ...panelsOf(panel)]);
}

function libraryPanelsIn(spec: JsonObject): string[] {
  const classic = panelsOf(spec).map((panel) => stringAt(panel, 'libraryPanel', 'uid'));
  const elements = Object.values(objectAt(spec, 'elements') ?? {}).map((element) =>
    stringAt(element, 'spec', 'libraryPanel', 'uid'),
  );
  return [...new Set([...classic, ...elements])].filter((uid) => uid !== undefined);
}

/** How often Grafana cleans up after deleted dashboards, in milliseconds (setting_k8s_dashboard_cleanup.go). */
const CLEANUP_INTERVAL = 30_000;

export function addDashboard(
  state: GrafanaState,
  org: Org,
  given: DashboardContent & {
    uid: string;
    folderUid: string;
    by: string;
    message?: string;
    acl: AclEntry[];
    managedBy?: Manager;
  },
): Dashboard {
  const dashboard: Dashboard = {
    ...state.stored(given.uid, given.by, 'dashboards'),
    managedBy: given.managedBy,
    title: given.title,
    tags: given.tags,
    folderUid: given.folderUid,
    apiVersion: given.apiVersion,
    body: given.body,
    message: given.message ?? '',
    acl: given.acl,
    libraryPanels: given.libraryPanels,
  };
  cleanUp(state, org);
  org.trash.delete(given.uid);
  org.dashboards.set(given.uid, dashboard);
  org.history.push({ ...dashboard });
  org.index.put({ type: 'dash-db', uid: given.uid });
  return dashboard;
}

export function changeDashboard(
  state: GrafanaState,
  org: Org,
  dashboard: Dashboard,
  change: DashboardContent & { folderUid: string; by: string; message?: string },
): void {
  if (state.profile.major >= 12 && change.apiVersion !== dashboard.apiVersion) {
    dashboard.convertedFrom = dashboard.apiVersion;
  }
  Object.assign(dashboard, {
    title: change.title,
    tags: change.tags,
    folderUid: change.folderUid,
    apiVersion: change.apiVersion,
    body: change.body,
    message: change.message ?? '',
    libraryPanels: change.libraryPanels,
  });
  state.touch(dashboard, change.by, 'dashboards');
  org.history.push({ ...dashboard });
  org.index.revision++;
}

export function removeDashboard(state: GrafanaState, org: Org, uid: string, by: string): void {
  const dashboard = org.dashboards.get(uid);
  org.dashboards.delete(uid);
  if (state.profile.major >= 12) {
    org.trash.set(uid, state.now());
  } else {
    removeBelongings(org, uid);
  }
  org.index.remove({ type: 'dash-db', uid });
  const deleted = state.keepDeleted(org, 'dashboards', dashboard, by);
  org.history.push(...(deleted === undefined ? [] : [deleted]));
}

/** Removes what is left of dashboards that were deleted long enough ago. One that was made again keeps what it had. */
export function cleanUp(state: GrafanaState, org: Org): void {
  for (const [uid, deleted] of org.trash) {
    if (state.now() - deleted >= CLEANUP_INTERVAL) {
      org.trash.delete(uid);
      removeBelongings(org, uid);
    }
  }
}

function removeBelongings(org: Org, dashboardUid: string): void {
  org.publicDashboards.delete(dashboardUid);
  for (const annotation of [...org.annotations.values()]) {
    if (annotation.dashboardUid === dashboardUid) {
      org.annotations.delete(annotation.id);
    }
  }
}

/** The part of a URL that Grafana makes of a title. */
export function slugOf(title: string): string {
  return (
    title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || '-'
  );
}
