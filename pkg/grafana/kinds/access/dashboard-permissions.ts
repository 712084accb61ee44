import { readDashboard } from '../dashboards/dashboard/listed.ts';
import { isDashboardWhole, liveDashboard, liveDashboards } from '../dashboards/dashboard/live.ts';
import type { KindDefinition } from '../definition.ts';
import { permissionKind } from './permissions/kind.ts';

/**
 * Who may see, edit and administer a dashboard besides what its folder gives, by role, team, login or name of the
 * service account. Most dashboards have none.
 */
export const dashboardPermissions: KindDefinition = permissionKind({
  name: 'dashboard-permissions',
  resource: 'dashboards',
  owner: 'dashboard',
  declaration: {
    plural: 'Dashboard permissions',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['entries of users, teams and service accounts that do not exist in Grafana'],
    minimumVersion: '10.4',
    rights: [
      'dashboards.permissions:read on dashboards:*',
      'dashboards:read on dashboards:*',
      'serviceaccounts:read on serviceaccounts:* (for the entries of service accounts)',
      'teams:read on teams:* and org.users:read on users:* (for the entries of teams and users)',
    ],
  },
  dependsOn: ['dashboard', 'team', 'user', 'service-account'],

  owners: liveDashboards,
  known: readDashboard,
  one: liveDashboard,
  isLive: isDashboardWhole,
});
