import { ChangePage, ChangesQuery } from '../../../contract/api/changes.ts';
import type { ServiceParts } from '../../parts.ts';
import { responses } from '../responses.ts';
import type { Api } from '../api.ts';

/** Registers the route that lists what became of all resources. */
export function changeRoutes(
  api: Api,
  { recentChanges, guard, signal }: Pick<ServiceParts, 'recentChanges' | 'guard' | 'signal'>,
): void {
  api.get(
    '/changes',
    {
      config: { access: 'organization', uses: ['repository', 'concurrency'] },
      schema: {
        summary: 'All changes, newest first',
        tags: ['versions'],
        querystring: ChangesQuery,
        response: responses(ChangePage),
      },
    },
    (request) => guard.run(request, () => recentChanges.page(request.query, request.caller, signal)),
  );
}
