import { SearchPage, SearchQuery } from '../../../contract/api/search.ts';
import type { ServiceParts } from '../../parts.ts';
import { responses } from '../responses.ts';
import type { Api } from '../api.ts';

/** Registers the route that searches all versions. */
export function searchRoutes(
  api: Api,
  { textSearch, guard, signal }: Pick<ServiceParts, 'textSearch' | 'guard' | 'signal'>,
): void {
  api.get(
    '/search',
    {
      config: { access: 'organization', uses: ['repository', 'concurrency'] },
      schema: {
        summary: 'Titles, panels, queries, tags and data sources in current and earlier versions',
        tags: ['versions'],
        querystring: SearchQuery,
        response: responses(SearchPage),
      },
    },
    (request) => guard.run(request, () => textSearch.page(request.query, request.caller, signal)),
  );
}
