import {
  ApplyRequest,
  FoldersQuery,
  LiveFolders,
  PlanItemPage,
  PlanItemsQuery,
  PlanQuery,
  RestorePlan,
  RestoreRequest,
  ResultPage,
  ResultsQuery,
} from '../../../contract/api/restores.ts';
import { Run } from '../../../contract/api/runs.ts';
import { liveFolders } from '../../../operations/live.ts';
import { requireOwn } from '../../organizations/caller.ts';
import type { ServiceParts } from '../../parts.ts';
import { responses, IdParameter } from '../responses.ts';
import { nameOf } from '../caller.ts';
import type { Api } from '../api.ts';

type Parts = Pick<ServiceParts, 'repositoryCache' | 'requests' | 'restores' | 'runs' | 'guard' | 'signal'>;

/** Registers the routes that plan and apply restores. */
export function restoreRoutes(api: Api, parts: Parts): void {
  const { repositoryCache, requests, restores, runs, guard, signal } = parts;
  const tags = ['restores'];
  const config = { access: 'organization', uses: ['plans'] } as const;

  api.get(
    '/folders',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] },
      schema: {
        summary: 'Possible destinations of copies',
        tags,
        querystring: FoldersQuery,
        response: responses(LiveFolders),
      },
    },
    (request) =>
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

  api.post(
    '/restores',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'rights', 'concurrency'] },
      schema: {
        summary: 'Plan a restore; reads only',
        tags,
        querystring: PlanQuery,
        body: RestoreRequest,
        response: responses(RestorePlan, 201),
      },
    },
    async (request, reply) => {
      const { body, caller, query } = request;
      const plan =
        query.wait === 'false'
          ? await requests.startPlan(body, caller)
          : await guard.run(request, () => requests.plan(body, caller));
      reply.code(201);
      return plan;
    },
  );

  api.get(
    '/restores/:id',
    {
      config,
      schema: { summary: 'A plan, or its result', tags, params: IdParameter, response: responses(RestorePlan) },
    },
    async ({ params, caller }) => restores.view(params.id, caller),
  );

  api.get(
    '/restores/:id/items',
    {
      config,
      schema: {
        summary: 'Planned action for each resource',
        tags,
        params: IdParameter,
        querystring: PlanItemsQuery,
        response: responses(PlanItemPage),
      },
    },
    async ({ params, query, caller }) => restores.items(params.id, caller, query),
  );

  api.post(
    '/restores/:id/apply',
    {
      config: { access: 'organization', uses: ['plans', 'runs', 'repository'] },
      schema: { summary: 'Apply a plan', tags, params: IdParameter, body: ApplyRequest, response: responses(Run, 202) },
    },
    async (request, reply) => {
      const { params, body, caller } = request;
      const record = await requests.apply(params.id, body.confirm, { ...caller, by: nameOf(request) });
      reply.code(202);
      return runs.view(record, caller);
    },
  );

  api.get(
    '/restores/:id/results',
    {
      config,
      schema: {
        summary: 'Result for each resource',
        tags,
        params: IdParameter,
        querystring: ResultsQuery,
        response: responses(ResultPage),
      },
    },
    async ({ params, query, caller }) => restores.results(params.id, caller, query),
  );
}
