import { reason } from '../../../contract/reasons/catalogue.ts';
import { isNotFound } from '../../http/errors.ts';
import { liveDataSources } from '../data-sources/data-source/live.ts';
import type { KindDefinition } from '../definition.ts';
import type { KindContext, Serving } from '../kind.ts';
import { permissionKind } from './permissions/kind.ts';
import { valueIf } from '../../../lib/expected-errors.ts';

/**
 * Who may query, edit and administer a data source. Part of Grafana Enterprise and Cloud: the open source build
 * registers no such route and answers 404 (its data source permission service is a stub,
 * accesscontrol/ossaccesscontrol), which is "not served", unless the license names them; 403 is a missing right.
 */
export const dataSourcePermissions: KindDefinition = permissionKind({
  name: 'data-source-permissions',
  resource: 'datasources',
  owner: 'data-source',
  declaration: {
    plural: 'Data source permissions',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['entries of users, teams and service accounts that do not exist in Grafana'],
    minimumVersion: '10.4 (Enterprise, Cloud)',
    rights: [
      'datasources.permissions:read on datasources:*',
      'datasources:read on datasources:*',
      'serviceaccounts:read on serviceaccounts:* (for the entries of service accounts)',
      'teams:read on teams:* and org.users:read on users:* (for the entries of teams and users)',
    ],
  },
  dependsOn: ['data-source', 'team', 'user', 'service-account'],

  needs: { license: true },

  async serves(context: KindContext): Promise<Serving> {
    const path = '/api/access-control/datasources/description';
    const found = context.grafana.get(path, { signal: context.signal }).then(() => ({ served: true }) as const);
    const isLicensed = context.capabilities.turnedOn?.includes('dspermissions.enforcement') === true;
    const mayLack = (error: unknown): boolean => isNotFound(error) && !isLicensed;
    return found.catch(valueIf(mayLack, { served: false, reason: reason('enterprise-only') }));
  },

  owners: liveDataSources,
});
