import type { Org } from '../model/model.ts';
import type { DataSource } from '../model/org.ts';
import type { GrafanaState } from '../state.ts';

/** Puts a data source into an organization; what is not given is as Grafana fills it in. */
export function addDataSource(
  state: GrafanaState,
  org: Org,
  given: Partial<DataSource> & Pick<DataSource, 'uid' | 'name' | 'type'>,
): void {
  org.dataSources.set(given.uid, {
    id: state.nextId(),
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    withCredentials: false,
    isDefault: false,
    jsonData: {},
    secureJsonData: {},
    readOnly: false,
    version: 1,
    acl: [],
    ...given,
  });
}
