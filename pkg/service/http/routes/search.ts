import type { ServiceParts } from '../../parts.ts';
import { route, type Api } from '../api.ts';

/** Registers the route that searches all versions. */
export function searchRoutes(
  api: Api,
  { textSearch, guard, signal }: Pick<ServiceParts, 'textSearch' | 'guard' | 'signal'>,
): void {
  route(api, 'GET /search', { access: 'organization', uses: ['repository', 'concurrency'] }, (request) =>
    guard.run(request, () => textSearch.page(request.query, request.caller, signal)),
  );
}
