import type { ServiceParts } from '../../parts.ts';
import { route, type Api } from '../api.ts';

/** Registers the route that lists the versions of a resource. */
export function versionRoutes(
  api: Api,
  { versions, guard, signal }: Pick<ServiceParts, 'versions' | 'guard' | 'signal'>,
): void {
  route(
    api,
    'GET /resources/:org/:kind/:uid/versions',
    { access: 'organization', uses: ['repository', 'concurrency'] },
    (request) =>
      guard.run(request, () => {
        const { params, query, caller } = request;
        return query.below === 'true'
          ? versions.pageBelow(params, query, caller, signal)
          : versions.page(params, query, caller, signal);
      }),
  );
}

const VERSIONS_PATH = /^(\/api\/v1\/resources\/[^/?]+\/[^/?]+\/)([^?]+)(\/versions)(?=$|\?)/;

/** Encodes the slashes of a uid in a path again, which Grafana's proxy has decoded. */
export function withEncodedUid(url: string): string {
  return url.replace(
    VERSIONS_PATH,
    (_, before: string, uid: string, after: string) => before + uid.replaceAll('/', '%2F') + after,
  );
}
