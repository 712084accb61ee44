import { liveFolders } from '../../../operations/live.ts';
import { requireOwn } from '../../organizations/caller.ts';
import { readMappings, removeMapping, saveMapping } from '../../connections/mappings.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { route, type Api } from '../api.ts';

type Parts = Pick<
  ServiceParts,
  'repositoryCache' | 'connections' | 'requests' | 'restores' | 'runs' | 'guard' | 'state' | 'log' | 'signal'
>;

/** Registers the routes that plan and apply restores. */
export function restoreRoutes(api: Api, parts: Parts): void {
  const { repositoryCache, connections, requests, restores, runs, guard, state, log, signal } = parts;
  const config = { access: 'organization', uses: ['plans'] } as const;

  route(api, 'GET /connections', { access: 'organization' }, async ({ caller }) => connections.list(caller));

  route(api, 'GET /mappings', { access: 'home', uses: ['settings'] }, () => readMappings(state));

  route(api, 'PUT /mappings/:name', { access: 'home', uses: ['settings'] }, async (request) => {
    const { name } = request.params;
    const saved = await saveMapping(state, name, request.body.text);
    log.info({ by: nameOf(request), name }, 'someone saved a mapping');
    return saved;
  });

  route(api, 'DELETE /mappings/:name', { access: 'home', uses: ['settings'] }, async (request) => {
    const { name } = request.params;
    const left = await removeMapping(state, name);
    log.info({ by: nameOf(request), name }, 'someone deleted a mapping');
    return left;
  });

  route(api, 'GET /folders', { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] }, (request) =>
    guard.run(request, async () => {
      const { query, caller } = request;
      requireOwn(caller, query.org);
      return {
        folders: await repositoryCache.use(signal, (target) =>
          liveFolders(target.grafanaOf(caller), caller.org, signal),
        ),
      };
    }),
  );

  route(
    api,
    'POST /restores',
    { access: 'organization', uses: ['repository', 'grafana', 'rights', 'concurrency'] },
    async (request) => {
      const { body, caller, query } = request;
      const plan =
        query.wait === 'false'
          ? await requests.startPlan(body, caller)
          : await guard.run(request, () => requests.plan(body, caller));
      return plan;
    },
  );

  route(api, 'GET /restores/:id', config, async ({ params, caller }) => restores.view(params.id, caller));

  route(api, 'GET /restores/:id/items', config, async ({ params, query, caller }) =>
    restores.items(params.id, caller, query),
  );

  route(
    api,
    'GET /restores/:id/changes',
    { access: 'organization', uses: ['plans', 'repository', 'grafana', 'concurrency'] },
    (request) => guard.run(request, () => requests.changes(request.params.id, request.query, request.caller)),
  );

  route(
    api,
    'POST /restores/:id/apply',
    { access: 'organization', uses: ['plans', 'runs', 'repository'] },
    async (request) => {
      const { params, body, caller } = request;
      const record = await requests.apply(params.id, body.confirm, { ...caller, by: nameOf(request) });
      return runs.view(record, caller);
    },
  );

  route(api, 'GET /restores/:id/results', config, async ({ params, query, caller }) =>
    restores.results(params.id, caller, query),
  );
}
