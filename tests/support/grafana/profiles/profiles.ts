/** The Grafana versions that the simulator replaces. */
export const PROFILE_NAMES = ['10.4', '11.6', '12.4', '13.2'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** One API group as `/apis` lists it; the preferred version first. */
export interface ApiGroup {
  name: string;
  versions: string[];
}

/** What differs between versions. Each member names the statement it models. */
export interface Profile {
  name: ProfileName;
  version: string;
  major: number;
  /** `/api/auth/keys`: everything works, nothing can be created any more, or the routes are gone (12.1). */
  apiKeys: 'works' | 'no-create' | 'gone';
  /** Nested folders are behind a toggle in 10.x and on from 11. */
  nestedFolders: boolean;
  maxFolderDepth: number;
  /** HttpResponse of the legacy folder create for a uid that exists (409 in 10, 412 from 11 on). */
  folderSameUid: 409 | 412;
  uniqueFolderTitles: boolean;
  /** Two dashboards of one title in one folder: refused, or replaced when `overwrite` is set. Lifted in 11. */
  uniqueDashboardTitles: boolean;
  /** Status of a legacy dashboard save that lacks `overwrite` and is not the current version. */
  saveConflict: 409 | 412;
  /** Legacy GET of a dashboard stored as v2: refused, converted to v0alpha1, or the v2 spec inside `dashboard`. */
  v2OnLegacy: '406' | 'converted' | 'embedded';
  /** Whether the legacy save takes a whole Kubernetes-style object inside `dashboard`. */
  k8sObjectOnLegacySave: boolean;
  /** `schemaVersion` that a classic dashboard is migrated to when it is read through v1 or v1beta1. */
  schemaVersion: number;
  /** The legacy GET and save fill in and strip the models of library panels. */
  hydratesLibraryPanels: boolean;
  /** Routes by numeric id: removed in 13. */
  numericIdRoutes: boolean;
  /** Data source uids outside `[a-zA-Z0-9_-]{1,40}` are refused. */
  strictDataSourceUids: boolean;
  /** Two writers on the one Alertmanager document. */
  alertingConflict: 409 | 500;
  /** Optimistic lock (`version`) on templates and mute timings. */
  alertingVersions: boolean;
  activeTimeIntervals: boolean;
  /**
   * Rules have `keep_firing_for`, always shown, and `missingSeriesEvalsToResolve`; 11.6 drops both
   * (definitions/provisioning_alert_rules.go).
   */
  keepsFiring: boolean;
  deleteRuleGroup: boolean;
  /**
   * What the access control API answers for a folder that is missing: 404, or 500 since folders come from `/apis`,
   * whose error it doesn't know (dashboards/accesscontrol.go GetInheritedScopes). For a missing dashboard it is 500 in
   * all.
   */
  missingFolderPermissions: 404 | 500;
  /** Whether a folder may be created below one that is not there. */
  takesFolderBelowMissing: boolean;
  /** Where the alerts of a new org go; `empty` has no integration. */
  defaultReceiver: string;
  groups: ApiGroup[];
}

const V12_GROUPS: ApiGroup[] = [
  { name: 'dashboard.grafana.app', versions: ['v1beta1', 'v0alpha1', 'v2beta1', 'v2alpha1'] },
  { name: 'folder.grafana.app', versions: ['v1beta1'] },
  { name: 'playlist.grafana.app', versions: ['v0alpha1'] },
  { name: 'notifications.alerting.grafana.app', versions: ['v0alpha1'] },
];

const V13_GROUPS: ApiGroup[] = [
  { name: 'dashboard.grafana.app', versions: ['v2', 'v1', 'v1beta1', 'v0alpha1', 'v2beta1', 'v2alpha1'] },
  { name: 'folder.grafana.app', versions: ['v1', 'v1beta1'] },
  { name: 'playlist.grafana.app', versions: ['v1', 'v0alpha1'] },
  { name: 'notifications.alerting.grafana.app', versions: ['v1beta1', 'v0alpha1'] },
];

const V10: Profile = {
  name: '10.4',
  version: '10.4.19',
  major: 10,
  apiKeys: 'works',
  nestedFolders: false,
  maxFolderDepth: 8,
  folderSameUid: 409,
  uniqueFolderTitles: true,
  uniqueDashboardTitles: true,
  saveConflict: 412,
  v2OnLegacy: '406',
  k8sObjectOnLegacySave: false,
  schemaVersion: 39,
  hydratesLibraryPanels: true,
  numericIdRoutes: true,
  strictDataSourceUids: false,
  alertingConflict: 500,
  alertingVersions: false,
  activeTimeIntervals: false,
  keepsFiring: false,
  deleteRuleGroup: false,
  missingFolderPermissions: 404,
  takesFolderBelowMissing: false,
  defaultReceiver: 'grafana-default-email',
  groups: [],
};

const V11: Profile = {
  ...V10,
  name: '11.6',
  version: '11.6.7',
  major: 11,
  apiKeys: 'no-create',
  nestedFolders: true,
  folderSameUid: 412,
  uniqueFolderTitles: false,
  uniqueDashboardTitles: false,
  schemaVersion: 41,
  alertingVersions: true,
  deleteRuleGroup: true,
};

const V12: Profile = {
  ...V11,
  name: '12.4',
  version: '12.4.2',
  major: 12,
  apiKeys: 'gone',
  maxFolderDepth: 4,
  v2OnLegacy: 'converted',
  schemaVersion: 42,
  hydratesLibraryPanels: false,
  strictDataSourceUids: true,
  activeTimeIntervals: true,
  keepsFiring: true,
  missingFolderPermissions: 500,
  takesFolderBelowMissing: true,
  defaultReceiver: 'empty',
  groups: V12_GROUPS,
};

const V13: Profile = {
  ...V12,
  name: '13.2',
  version: '13.2.3',
  major: 13,
  saveConflict: 409,
  v2OnLegacy: 'embedded',
  k8sObjectOnLegacySave: true,
  numericIdRoutes: false,
  alertingConflict: 409,
  groups: V13_GROUPS,
};

/** Each differs from the one before it. */
export const PROFILES: Record<ProfileName, Profile> = { '10.4': V10, '11.6': V11, '12.4': V12, '13.2': V13 };

/** Versions that a group is served at, the preferred one first; empty when it is not served. */
export function servedVersions(profile: Profile, group: string): string[] {
  return profile.groups.find((candidate) => candidate.name === group)?.versions ?? [];
}
