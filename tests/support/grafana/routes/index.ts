import { Router } from '../router.ts';
import { annotationRoutes } from './annotations.ts';
import { correlationRoutes } from './correlations.ts';
import { playlistRoutes } from './playlists.ts';
import { pluginProxyRoutes } from './plugin-proxy.ts';
import { pluginRoutes } from './plugins.ts';
import { publicDashboardRoutes } from './public-dashboards.ts';
import { serverRoutes } from './server.ts';
import { snapshotRoutes } from './snapshots.ts';
import { policyRoutes } from './alerting-policies.ts';
import { receiverRoutes } from './alerting-receivers.ts';
import { ruleRoutes } from './alerting-rules.ts';
import { k8sAlertingRoutes } from './k8s-alerting.ts';
import { silenceRoutes } from './silences.ts';
import { dataSourceProxyRoutes } from './data-source-proxy.ts';
import { dataSourceRoutes } from './data-sources.ts';
import { libraryPanelRoutes } from './library-panels.ts';
import { orgRoutes } from './orgs.ts';
import { permissionRoutes } from './permissions.ts';
import { teamRoutes } from './teams.ts';
import { userRoutes } from './users.ts';
import { dashboardRoutes } from './dashboards.ts';
import { folderRoutes } from './folders.ts';
import { generalRoutes } from './general.ts';
import { k8sDashboardRoutes } from './k8s-dashboards.ts';
import { k8sFolderRoutes } from './k8s-folders.ts';
import { searchRoutes } from './search.ts';
import { serviceAccountRoutes } from './service-accounts.ts';

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
