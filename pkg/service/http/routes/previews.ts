import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { route, type Api } from '../api.ts';

/** Dashboards as they were: temporary copies in Grafana. */
export function previewRoutes(api: Api, { previews, guard }: Pick<ServiceParts, 'previews' | 'guard'>): void {
  const config = { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] } as const;

  route(api, 'GET /previews', config, (request) =>
    guard.run(request, async () => ({ previews: await previews.list(request.caller) })),
  );

  route(api, 'POST /previews', config, (request) =>
    guard.run(request, () => previews.open(request.body, nameOf(request), request.caller)),
  );

  route(api, 'DELETE /previews/:uid', config, (request) =>
    guard.run(request, async () => {
      const { uid } = request.params;
      await previews.remove(uid, request.caller);
      return { removed: uid };
    }),
  );
}
