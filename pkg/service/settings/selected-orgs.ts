import type { SettingsValues } from '../../contract/api/settings.ts';
import type { ServiceConfig } from '../config.ts';

/** The organizations that the deployment or a page selects; undefined where neither does. */
export function selectedOrgs(
  { orgIds }: Pick<ServiceConfig, 'orgIds'>,
  { scope }: Pick<SettingsValues, 'scope'>,
): 'all' | number[] | undefined {
  return orgIds ?? (scope.orgs === 'all' ? 'all' : undefined);
}
