import { config } from '@grafana/runtime';
import { t } from './i18n.ts';

/** A snapshot holds what an editor may not see, so the app is for admins; the proxy and the service check it again. */
export function isAdmin(): boolean {
  const { user } = config.bootData;
  return user.orgRole === 'Admin' || user.isGrafanaAdmin;
}

/**
 * What something that is refused takes, and who can grant it.
 * @param where - the organization that decides: this one, or the home organization for what concerns all
 */
export function whoMay(where: 'here' | 'home'): string {
  return where === 'here'
    ? t('who.here', 'You need the Admin role in this organization, whose admins can assign this role.')
    : t('who.home', 'You need the Admin role in the home organization, whose admins can assign this role.');
}
