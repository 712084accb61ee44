import type { ServiceParts } from '../../parts.ts';
import { route, type Api } from '../api.ts';
import { nameOf } from '../caller.ts';

type Parts = Pick<ServiceParts, 'fleet' | 'readiness' | 'recoveryKit' | 'guard' | 'clock' | 'log' | 'signal'>;

/** Registers the routes about readiness: whether a recovery would work, what people confirm, what to keep on paper. */
export function readinessRoutes(api: Api, { fleet, readiness, recoveryKit, guard, clock, log, signal }: Parts): void {
  const uses = ['repository', 'concurrency'] as const;

  route(api, 'GET /readiness', { access: 'organization', uses }, (request) =>
    guard.run(request, () => readiness.report(request.caller, signal)),
  );

  route(api, 'GET /fleet', { access: 'home', uses: ['concurrency'] }, (request) =>
    guard.run(request, () => fleet.read()),
  );

  route(api, 'POST /readiness/confirmations', { access: 'home', uses }, (request) =>
    guard.run(request, async () => {
      const { line } = request.body;
      const by = nameOf(request);
      await readiness.confirm(line, by, signal);
      log.info({ line, by }, 'someone confirmed a line of the readiness report');
      return readiness.report(request.caller, signal);
    }),
  );

  route(api, 'GET /readiness/report', { access: 'home', uses }, (request) =>
    guard.run(request, async () => {
      const { format, from, to } = request.query;
      const period = { format, from: new Date(from), to: new Date(to) };
      const text = await readiness.periodReport(period, request.caller, signal);
      const name = `backup-report-${from.slice(0, 10)}-${to.slice(0, 10)}.${format}`;
      return { name, type: `text/${format}`, text };
    }),
  );

  route(api, 'GET /recovery-kit', { access: 'home', uses }, (request) =>
    guard.run(request, async () => {
      const text = await recoveryKit.html({ caller: request.caller }, signal);
      log.info({ by: nameOf(request) }, 'someone downloaded a recovery kit');
      return { name: `recovery-kit-${clock.now().toISOString().slice(0, 10)}.html`, type: 'text/html', text };
    }),
  );
}
