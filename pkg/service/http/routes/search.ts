import { SearchPage, SearchQuery } from '../../../contract/api/search.ts';
import type { Service } from '../../service.ts';
import { answers } from '../answers.ts';
import type { Api } from '../api.ts';
import type { Heavy } from '../heavy.ts';

/** Registers the route that searches all versions. */
export function searchRoutes(api: Api, service: Service, heavy: Heavy): void {
  const { textSearch, signal } = service;

  api.get(
    '/search',
    {
      config: { access: 'organization', uses: ['repository', 'heavy'] },
      schema: {
        summary: 'Titles, panels, queries, tags and data sources in the newest and in past versions',
        tags: ['versions'],
        querystring: SearchQuery,
        response: answers(SearchPage),
      },
    },
    ({ query, caller }) => heavy.run(() => textSearch.page(query, caller, signal)),
  );
}
