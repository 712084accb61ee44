import { Router } from '../http/router.ts';
import { annotationRoutes } from './dashboards/annotations.ts';
import { correlationRoutes } from './correlations.ts';
import { playlistRoutes } from './dashboards/playlists.ts';
import { pluginProxyRoutes } from './plugin-proxy.ts';
import { pluginRoutes } from './plugins.ts';
import { publicDashboardRoutes } from './dashboards/public-dashboards.ts';
import { serverRoutes } from './server.ts';
import { snapshotRoutes } from './dashboards/snapshots.ts';
import { policyRoutes } from './alerting/policies.ts';
import { receiverRoutes } from './alerting/receivers.ts';
import { ruleRoutes } from './alerting/rules.ts';
import { k8sAlertingRoutes } from './alerting/k8s-alerting.ts';
import { silenceRoutes } from './alerting/silences.ts';
import { dataSourceProxyRoutes } from './data-source-proxy.ts';
import { dataSourceRoutes } from './data-sources.ts';
import { libraryPanelRoutes } from './dashboards/library-panels.ts';
import { orgRoutes } from './access/orgs.ts';
import { permissionRoutes } from './access/permissions.ts';
import { teamRoutes } from './access/teams.ts';
import { userRoutes } from './access/users.ts';
import { dashboardRoutes } from './dashboards/dashboards.ts';
import { folderRoutes } from './dashboards/folders.ts';
import { generalRoutes } from './general.ts';
import { k8sDashboardRoutes } from './dashboards/k8s-dashboards.ts';
import { k8sFolderRoutes } from './dashboards/k8s-folders.ts';
import { searchRoutes } from './dashboards/search.ts';
import { serviceAccountRoutes } from './access/service-accounts.ts';

/** Every route of every family; what a profile does not serve, the handlers refuse. */
export function allRoutes(): Router {
  const router = new Router();
  for (const register of [
    generalRoutes,
    serviceAccountRoutes,
    folderRoutes,
    searchRoutes,
    dashboardRoutes,
    k8sFolderRoutes,
    k8sDashboardRoutes,
    dataSourceRoutes,
    dataSourceProxyRoutes,
    libraryPanelRoutes,
    permissionRoutes,
    teamRoutes,
    orgRoutes,
    userRoutes,
    receiverRoutes,
    policyRoutes,
    ruleRoutes,
    silenceRoutes,
    k8sAlertingRoutes,
    playlistRoutes,
    publicDashboardRoutes,
    correlationRoutes,
    annotationRoutes,
    snapshotRoutes,
    pluginRoutes,
    pluginProxyRoutes,
    serverRoutes,
  ]) {
    register(router);
  }
  return router;
}
