import type { Profile } from './profiles.ts';

/** Profiles without a recording, and the recorded one that each is compared with. */
export const UNRECORDED = { '10.4': '11.6', '13.2': '12.4' } as const;

/**
 * From which source each difference of a profile from the recorded one beside it comes: published documentation, an
 * OpenAPI schema, a pull request of grafana/grafana, or a client that works with these versions. "Assumed" says that
 * none of them is plain about it.
 */
export const SOURCES: Record<keyof typeof UNRECORDED, Partial<Record<keyof Profile, string>>> = {
  '10.4': {
    apiKeys: 'OpenAPI schema of 11.2: GET and POST /auth/keys, DELETE /auth/keys/{id}',
    nestedFolders: 'assumed: the toggle nestedFolders exists in 10.x, and is on by default since 11.0',
    folderSameUid: 'assumed: the OpenAPI schema names 409, later documentation 412',
    uniqueFolderTitles:
      'documentation of grafana-dash-n-grab: a folder of the same title in the same parent is refused with 409',
    uniqueDashboardTitles: 'documentation of the dashboard API: 412 with the status name-exists',
    schemaVersion: 'assumed from DASHBOARD_SCHEMA_VERSION in DashboardMigrator.ts',
    alertingVersions: 'grafana/grafana#88731 and #91195: optimistic lock since 11.2',
    deleteRuleGroup: 'documentation of the alerting provisioning API: DELETE of a rule group since 11',
  },
  '13.2': {
    saveConflict:
      'source of the dashboard API after 13.0: 409 "Use overwrite flag to update"; assumed to hold for 13.2',
    v2OnLegacy: 'grafana/grafana#120842 and #121188: apiVersion in the query, without the refusal with 406',
    k8sObjectOnLegacySave: 'terraform-provider-grafana resource_dashboard.go: taken from 13 on, refused by 12',
    numericIdRoutes: 'OpenAPI schema of 13.0 against that of 12.1, and grafana/grafana#117227 for dashboards',
    alertingConflict: 'grafana/grafana#131069: 409 alerting.notifications.alertmanager.versionConflict instead of 500',
    groups:
      'register_test.go of the dashboard API, and terraform-provider-grafana for folders v1, playlists v1 and notifications v1beta1',
  },
};
