import type { Area } from '../step.ts';
import { alertRules } from './alerting-rules.ts';
import { alertingNotifications } from './alerting-notifications.ts';
import { alertingObjects } from './alerting-objects.ts';
import { annotations } from './annotations.ts';
import { correlations } from './correlations.ts';
import { dashboardObjects } from './dashboard-objects.ts';
import { dashboards, deletedDashboards } from './dashboards.ts';
import { dashboardSnapshots } from './dashboard-snapshots.ts';
import { dataSources, deletedDataSources } from './data-sources.ts';
import { deletedFolders, folders } from './folders.ts';
import { libraryPanels } from './library-panels.ts';
import { newOrg } from './new-org.ts';
import { orgs } from './orgs.ts';
import { permissions } from './permissions.ts';
import { playlists } from './playlists.ts';
import { plugins } from './plugins.ts';
import { preferences } from './preferences.ts';
import { publicDashboards } from './public-dashboards.ts';
import { search } from './search.ts';
import { server } from './server.ts';
import { serviceAccounts } from './service-accounts.ts';
import { cleanup, setup } from './setup.ts';
import { silences } from './silences.ts';
import { teams } from './teams.ts';
import { users } from './users.ts';

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
