import { Router } from '../router.ts';
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
  ]) {
    register(router);
  }
  return router;
}
