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
import { runView } from '../../runs/view.ts';
import type { Service } from '../../service.ts';
import { answers, IdParameter } from '../answers.ts';
import { callerOf } from '../caller.ts';
import type { Heavy } from '../heavy.ts';
import type { Api } from '../api.ts';

export function restoreRoutes(api: Api, service: Service, heavy: Heavy): void {
  const tags = ['restores'];

  api.get(
    '/folders',
    { schema: { summary: 'Where copies can be put', tags, querystring: FoldersQuery, response: answers(LiveFolders) } },
    ({ query: { org } }) =>
      heavy.run(async () => {
        const { library, signal } = service;
        return { folders: await library.use(signal, (work) => work.folders(org, signal)) };
      }),
  );

  api.post(
    '/restores',
    {
      schema: {
        summary: 'Plan a restore; reads only',
        tags,
        body: RestoreRequest,
        response: answers(RestorePlan, 201),
      },
    },
    async ({ body }, reply) => {
      const plan = await heavy.run(() => service.requests.plan(body));
      reply.code(201);
      return plan;
    },
  );

  api.get(
    '/restores/:id',
    { schema: { summary: 'A plan, or what became of it', tags, params: IdParameter, response: answers(RestorePlan) } },
    async ({ params }) => service.restores.view(params.id),
  );

  api.get(
    '/restores/:id/items',
    {
      schema: {
        summary: 'What it would do with each resource',
        tags,
        params: IdParameter,
        querystring: PlanItemsQuery,
        response: answers(PlanItemPage),
      },
    },
    async ({ params, query }) => service.restores.items(params.id, query),
  );

  api.post(
    '/restores/:id/apply',
    { schema: { summary: 'Do it', tags, params: IdParameter, body: ApplyRequest, response: answers(Run, 202) } },
    async (request, reply) => {
      const record = await service.requests.apply(request.params.id, request.body.confirm, callerOf(request));
      reply.code(202);
      return runView(record, undefined, request.params.id);
    },
  );

  api.get(
    '/restores/:id/results',
    {
      schema: {
        summary: 'What became of each resource',
        tags,
        params: IdParameter,
        querystring: ResultsQuery,
        response: answers(ResultPage),
      },
    },
    async ({ params, query }) => service.restores.results(params.id, query),
  );
}
