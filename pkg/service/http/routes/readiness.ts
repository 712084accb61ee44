import { ConfirmationRequest, Readiness, ReportQuery, SavedFile } from '../../../contract/api/readiness.ts';
import type { ServiceParts } from '../../parts.ts';
import type { Api } from '../api.ts';
import { nameOf } from '../caller.ts';
import { responses } from '../responses.ts';

type Parts = Pick<ServiceParts, 'readiness' | 'recoveryKit' | 'guard' | 'clock' | 'log' | 'signal'>;

/** Registers the routes about readiness: whether a recovery would work, what people confirm, what to keep on paper. */
export function readinessRoutes(api: Api, { readiness, recoveryKit, guard, clock, log, signal }: Parts): void {
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

  api.get(
    '/readiness/report',
    {
      config: { access: 'home', uses },
      schema: {
        summary: 'Report for a period, as a file',
        tags,
        querystring: ReportQuery,
        response: responses(SavedFile),
      },
    },
    (request) =>
      guard.run(request, async () => {
        const { format, from, to } = request.query;
        const period = { format, from: new Date(from), to: new Date(to) };
        const text = await readiness.periodReport(period, request.caller, signal);
        const name = `backup-report-${from.slice(0, 10)}-${to.slice(0, 10)}.${format}`;
        return { name, type: `text/${format}`, text };
      }),
  );

  api.get(
    '/recovery-kit',
    {
      config: { access: 'home', uses },
      schema: {
        summary: 'Recovery kit, as a file without secrets',
        tags,
        response: responses(SavedFile),
      },
    },
    (request) =>
      guard.run(request, async () => {
        const text = await recoveryKit.html({ caller: request.caller }, signal);
        log.info({ by: nameOf(request) }, 'someone downloaded a recovery kit');
        return { name: `recovery-kit-${clock.now().toISOString().slice(0, 10)}.html`, type: 'text/html', text };
      }),
  );
}
