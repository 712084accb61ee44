import type { ServiceParts } from '../../parts.ts';
import { route, type Api } from '../api.ts';

/** Registers the route that lists what became of all resources. */
export function changeRoutes(
  api: Api,
  { recentChanges, guard, signal }: Pick<ServiceParts, 'recentChanges' | 'guard' | 'signal'>,
): void {
  route(api, 'GET /changes', { access: 'organization', uses: ['repository', 'concurrency'] }, (request) =>
    guard.run(request, () => recentChanges.page(request.query, request.caller, signal)),
  );
}
