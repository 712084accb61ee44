import { config } from '@grafana/runtime';

/** A snapshot holds what an editor may not see, so the app is for admins; the proxy and the service check it again. */
export function isAdmin(): boolean {
  const { user } = config.bootData;
  return user.orgRole === 'Admin' || user.isGrafanaAdmin;
}
