import { formatNumber } from '../format.ts';
import { plural } from '../i18n.ts';

/**
 * How many resources there are, as all pages count them.
 * @param permissions - of how many of them permissions follow, which do not count (see `followersIn`)
 */
export function resourcesText(count: number, permissions = 0): string {
  return permissions === 0
    ? plural('snapshot.count', count, '{{number}} resource', '{{number}} resources')
    : plural(
        'snapshot.withPermissions',
        count,
        '{{number}} resource and its permissions',
        '{{number}} resources and the permissions of {{permissions}} of them',
        { permissions: formatNumber(permissions) },
      );
}
