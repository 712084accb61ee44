import { createHash } from 'node:crypto';
import { Run, RunPage, RunRequest, RunsQuery } from '../../../contract/api/runs.ts';
import { RestorePlan } from '../../../contract/api/restores.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { runLine, type RunLine } from '../../../contract/runs.ts';
import { holds, pageOfList } from '../../page.ts';
import { runSummary, runView } from '../../runs/view.ts';
import type { Service } from '../../service.ts';
import { answers, IdParameter } from '../answers.ts';
import { callerOf } from '../caller.ts';
import type { Api } from '../api.ts';

export function runRoutes(api: Api, service: Service): void {
  const tags = ['runs'];

  async function view(id: string): Promise<Run> {
    const here = service.queue.find(id);
    if (here !== undefined) {
      return runView(here.record, here.progress, service.queue.restoreOf(id));
    }
    const foreign = service.leadership.foreignRun();
    if (foreign?.id === id) {
      return { ...foreign, errors: [], undoable: false };
    }
    const record = await service.history.find(id, service.signal);
    if (record === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', 'there is no such run');
    }
    return runView(record, undefined, service.queue.restoreOf(id));
  }

  api.get(
    '/runs',
    { schema: { summary: 'Runs, newest first', tags, querystring: RunsQuery, response: answers(RunPage) } },
    async ({ query }) => {
      const matches = (run: RunLine): boolean =>
        (query.kind === undefined || query.kind.includes(run.kind)) &&
        (query.status === undefined || query.status.includes(run.status)) &&
        (query.trigger === undefined || query.trigger === run.trigger) &&
        (query.from === undefined || run.started >= query.from) &&
        (query.to === undefined || run.started < query.to) &&
        holds(query.search, run.id, run.by, run.failure?.message);
      // Enough for this page and to know whether there is another; deeper pages read more of the history.
      const wanted = query.cursor === undefined ? query.limit + 1 : Number.POSITIVE_INFINITY;
      const past = await service.history.list(wanted, matches, service.signal);
      const active = [service.queue.queued, service.queue.running].flatMap((one) =>
        one === undefined ? [] : [runLine(one.record)],
      );
      const ids = new Set(active.map(({ id }) => id));
      const page = pageOfList(
        [...active.filter(matches), ...past.filter(({ id }) => !ids.has(id))],
        ({ id }) => id,
        query,
      );
      return { ...page, items: page.items.map((run) => runSummary(run, service.queue.find(run.id)?.progress)) };
    },
  );

  api.post(
    '/runs',
    { schema: { summary: 'Start a run', tags, body: RunRequest, response: answers(Run, 202) } },
    async (request, reply) => {
      const idempotencyKey = keyOf(request.headers['idempotency-key']);
      const id = await service.requests.start(request.body, { by: callerOf(request), idempotencyKey });
      reply.code(202);
      return view(id);
    },
  );

  api.get(
    '/runs/:id',
    { schema: { summary: 'One run with its progress', tags, params: IdParameter, response: answers(Run) } },
    ({ params }) => view(params.id),
  );

  api.post(
    '/runs/:id/cancel',
    { schema: { summary: 'Cancel a run', tags, params: IdParameter, response: answers(Run) } },
    async ({ params: { id } }) => {
      if (service.queue.find(id) === undefined) {
        const { status } = await view(id);
        const elsewhere = status === 'running' || status === 'queued';
        const why = elsewhere
          ? `runs on another replica (${service.leadership.holder ?? 'unknown'})`
          : `is ${status} already`;
        throw new DashkeepError('DK_BUSY', `the run ${why}`);
      }
      service.queue.cancel(id);
      return view(id);
    },
  );

  api.post(
    '/runs/:id/undo',
    {
      schema: { summary: 'Plan the way back of a restore', tags, params: IdParameter, response: answers(RestorePlan) },
    },
    ({ params: { id } }) => service.requests.planUndo(id),
  );
}

/** Only a hash is kept: keys come from outside and may be long. */
function keyOf(header: string | string[] | undefined): string | undefined {
  const key = Array.isArray(header) ? header[0] : header;
  return key === undefined || key === '' ? undefined : createHash('sha256').update(key).digest('hex');
}
