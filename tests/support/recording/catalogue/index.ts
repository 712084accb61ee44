import type { Area } from '../step.ts';
import { alertRules } from './alerting/rules.ts';
import { alertingNotifications } from './alerting/notifications.ts';
import { alertingObjects } from './alerting/objects.ts';
import { annotations } from './dashboards/annotations.ts';
import { correlations } from './correlations.ts';
import { dashboardObjects } from './dashboards/dashboard-objects.ts';
import { dashboards, deletedDashboards } from './dashboards/dashboards.ts';
import { dashboardSnapshots } from './dashboards/dashboard-snapshots.ts';
import { dataSources, deletedDataSources } from './data-sources.ts';
import { deletedFolders, folders } from './dashboards/folders.ts';
import { libraryPanels } from './dashboards/library-panels.ts';
import { newOrg } from './access/new-org.ts';
import { orgs } from './access/orgs.ts';
import { permissions } from './access/permissions.ts';
import { playlists } from './dashboards/playlists.ts';
import { plugins } from './plugins.ts';
import { preferences } from './preferences.ts';
import { publicDashboards } from './dashboards/public-dashboards.ts';
import { search } from './dashboards/search.ts';
import { server } from './server.ts';
import { serviceAccounts } from './access/service-accounts.ts';
import { cleanup, setup } from './setup.ts';
import { silences } from './alerting/silences.ts';
import { teams } from './access/teams.ts';
import { users } from './access/users.ts';

/** Every request of a recording, in the order in which they are sent: an area may use what an earlier one made. */
export const CATALOGUE: readonly Area[] = [
  setup,
  server,
  orgs,
  users,
  serviceAccounts,
  teams,
  preferences,
  folders,
  dashboards,
  dashboardObjects,
  search,
  dataSources,
  permissions,
  correlations,
  libraryPanels,
  playlists,
  annotations,
  publicDashboards,
  dashboardSnapshots,
  plugins,
  alertRules,
  alertingNotifications,
  alertingObjects,
  silences,
  newOrg,
  deletedDataSources,
  deletedDashboards,
  deletedFolders,
  cleanup,
];
