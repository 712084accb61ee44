import type { ChangePage, ChangesQuery } from '../../../pkg/contract/api/changes.ts';
import type { ResourceVersion, VersionPage } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { call } from '../../api/client.ts';
import { usePages } from '../pages.ts';
import { REFRESH_EVERY } from '../useLatestChanges.ts';

/** How many are requested together: for each, what changed is read from its content. */
const VERSIONS_AT_ONCE = 20;

/** Every version of a resource that a backup holds, newest first; of a folder with what is below it, if asked for. */
export function useVersions({ org, kind, uid }: NamedRef, below: boolean) {
  return usePages<ResourceVersion, VersionPage>(
    ['versions', org, kind, uid, below],
    (cursor, signal) =>
      call('GET /resources/:org/:kind/:uid/versions', {
        params: { org, kind, uid },
        query: { cursor, limit: VERSIONS_AT_ONCE, below: below ? 'true' : 'false' },
        signal,
      }),
    { refreshEvery: () => REFRESH_EVERY },
  );
}

export type ChangeFilters = Pick<ChangesQuery, 'kind' | 'folder' | 'person'>;

/** The changes of all resources, newest first. */
export function useChanges(filters: ChangeFilters) {
  return usePages<ResourceVersion, ChangePage>(
    ['versions', 'changes', filters],
    (cursor, signal) => call('GET /changes', { query: { ...filters, cursor, limit: VERSIONS_AT_ONCE }, signal }),
    { refreshEvery: () => REFRESH_EVERY },
  );
}
