import { createHash } from 'node:crypto';
import type { RunRequest } from '../../../contract/api/runs.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { requireHome, type Caller } from '../../organizations/caller.ts';
import { mayCancel } from '../../organizations/run-view.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { route, type Api } from '../api.ts';

type Parts = Pick<ServiceParts, 'requests' | 'runs' | 'queue' | 'leadership' | 'guard' | 'signal'>;

/** Registers the routes that start, show and cancel runs. */
export function runRoutes(api: Api, { requests, runs, queue, leadership, guard, signal }: Parts): void {
  const config = { access: 'organization', uses: ['repository'] } as const;

  route(api, 'GET /runs', config, ({ query, caller }) => runs.page(query, caller, signal));

  route(api, 'POST /runs', { access: 'organization', uses: ['repository', 'runs', 'rights'] }, async (request) => {
    const { body, caller } = request;
    if (body.kind !== 'backup') {
      requireHome(caller, `a ${body.kind}`);
    } else if (body.acceptLoss !== undefined) {
      requireHome(caller, 'accepting that resources are gone');
    }
    const idempotencyKey = keyOf(request.headers['idempotency-key'], caller, body);
    const id = await requests.start(body, { ...caller, by: nameOf(request), idempotencyKey });
    return runs.find(id, caller, signal);
  });

  route(api, 'GET /runs/:id', config, ({ params, caller }) => runs.find(params.id, caller, signal));

  route(
    api,
    'POST /runs/:id/cancel',
    { access: 'organization', uses: ['repository', 'runs', 'rights'] },
    async ({ params: { id }, caller }) => {
      const { status } = await runs.find(id, caller, signal);
      const run = queue.find(id)?.record;
      if (run === undefined) {
        const elsewhere = status === 'running' || status === 'queued';
        const why = elsewhere ? `runs on another replica (${leadership.holder ?? 'unknown'})` : `is already ${status}`;
        throw new DashkeepError('DK_BUSY', `the run ${why}`);
      }
      if (!mayCancel(run, caller)) {
        requireHome(caller, 'cancelling runs that others requested');
      }
      queue.cancel(id);
      return runs.find(id, caller, signal);
    },
  );

  route(
    api,
    'POST /runs/:id/undo',
    { access: 'organization', uses: ['repository', 'grafana', 'rights'] },
    async (request) => {
      const { params, query, caller } = request;
      const { id, snapshot, connection } = await runs.find(params.id, caller, signal);
      // Without a state before there is nothing to plan: the answer says so.
      return query.wait === 'false' && snapshot !== undefined
        ? requests.startUndo({ id, snapshot, connection }, caller)
        : guard.run(request, () => requests.planUndo({ id, connection }, caller));
    },
  );
}

/**
 * Only a hash is kept: keys come from outside and may be long. The same key of another organization, or with another
 * body, means another run.
 */
function keyOf(header: string | string[] | undefined, { org }: Caller, body: RunRequest): string | undefined {
  const key = Array.isArray(header) ? header[0] : header;
  return key === undefined || key === ''
    ? undefined
    : createHash('sha256')
        .update(JSON.stringify([org, body, key]))
        .digest('hex');
}
