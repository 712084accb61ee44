import { ConfirmationRequest, Readiness } from '../../../contract/api/readiness.ts';
import type { ServiceParts } from '../../parts.ts';
import type { Api } from '../api.ts';
import { nameOf } from '../caller.ts';
import { responses } from '../responses.ts';

type Parts = Pick<ServiceParts, 'readiness' | 'guard' | 'log' | 'signal'>;

/** Registers the routes that show whether a recovery would work, and that confirm what only a person knows. */
export function readinessRoutes(api: Api, { readiness, guard, log, signal }: Parts): void {
  const tags = ['status'];
  const uses = ['repository', 'concurrency'] as const;

  api.get(
    '/readiness',
    {
      config: { access: 'organization', uses },
      schema: { summary: 'Whether a recovery would work today', tags, response: responses(Readiness) },
    },
    (request) => guard.run(request, () => readiness.report(request.caller, signal)),
  );

  api.post(
    '/readiness/confirmations',
    {
      config: { access: 'home', uses },
      schema: {
        summary: 'Confirm what only a person can know',
        tags,
        body: ConfirmationRequest,
        response: responses(Readiness),
      },
    },
    (request) =>
      guard.run(request, async () => {
        const { line } = request.body;
        const by = nameOf(request);
        await readiness.confirm(line, by, signal);
        log.info({ line, by }, 'someone confirmed a line of the readiness');
        return readiness.report(request.caller, signal);
      }),
  );
}
