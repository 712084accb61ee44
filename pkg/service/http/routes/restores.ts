import {
  ApplyRequest,
  FoldersQuery,
  LiveFolders,
  PlanItemPage,
  PlanItemsQuery,
  RestorePlan,
  RestoreRequest,
  ResultPage,
  ResultsQuery,
} from '../../../contract/api/restores.ts';
import { Run } from '../../../contract/api/runs.ts';
import { requireOwn } from '../../organizations/caller.ts';
import type { Service } from '../../service.ts';
import { answers, IdParameter } from '../answers.ts';
import { nameOf } from '../caller.ts';
import type { Heavy } from '../heavy.ts';
import type { Api } from '../api.ts';

/** Registers the routes that plan and apply restores. */
export function restoreRoutes(api: Api, service: Service, heavy: Heavy): void {
  const tags = ['restores'];
  const config = { access: 'organization', uses: ['plans'] } as const;

  api.get(
    '/folders',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'heavy'] },
      schema: {
        summary: 'Possible destinations of copies',
        tags,
        querystring: FoldersQuery,
        response: answers(LiveFolders),
      },
    },
    ({ query: { org }, caller }) =>
      heavy.run(async () => {
        const { repositoryCache, signal } = service;
        requireOwn(caller, org);
        return { folders: await repositoryCache.use(signal, (work) => work.folders(caller, signal)) };
      }),
  );

  api.post(
    '/restores',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'rights', 'heavy'] },
      schema: {
        summary: 'Plan a restore; reads only',
        tags,
        body: RestoreRequest,
        response: answers(RestorePlan, 201),
      },
    },
    async ({ body, caller }, reply) => {
      const plan = await heavy.run(() => service.requests.plan(body, caller));
      reply.code(201);
      return plan;
    },
  );

  api.get(
    '/restores/:id',
    {
      config,
      schema: { summary: 'A plan, or its result', tags, params: IdParameter, response: answers(RestorePlan) },
    },
    async ({ params, caller }) => service.restores.view(params.id, caller),
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
        response: answers(PlanItemPage),
      },
    },
    async ({ params, query, caller }) => service.restores.items(params.id, caller, query),
  );

  api.post(
    '/restores/:id/apply',
    {
      config: { access: 'organization', uses: ['plans', 'runs', 'repository'] },
      schema: { summary: 'Do it', tags, params: IdParameter, body: ApplyRequest, response: answers(Run, 202) },
    },
    async (request, reply) => {
      const { params, body, caller } = request;
      const record = await service.requests.apply(params.id, body.confirm, { ...caller, by: nameOf(request) });
      reply.code(202);
      return service.runs.view(record, caller);
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
        response: answers(ResultPage),
      },
    },
    async ({ params, query, caller }) => service.restores.results(params.id, caller, query),
  );
}
