import { compact } from '../../../contract/compact.ts';
import { Doctor, Status, Trends, TrendsQuery } from '../../../contract/api/status.ts';
import { doctor } from '../../doctor/doctor.ts';
import type { Service } from '../../service.ts';
import { responses } from '../responses.ts';
import type { ConcurrencyGuard } from '../concurrency-guard.ts';
import type { Api } from '../api.ts';

/** Registers the routes of status, trends and doctor. */
export function statusRoutes(api: Api, service: Service, guard: ConcurrencyGuard): void {
  api.get(
    '/status',
    {
      config: { access: 'organization', anytime: true },
      schema: {
        summary: 'Last backup and state of the service, from memory',
        tags: ['status'],
        response: responses(Status),
      },
    },
    async ({ caller }) => service.statusView.status(caller),
  );

  api.get(
    '/trends',
    {
      config: { access: 'organization', uses: ['repository'] },
      schema: {
        summary: 'The newest backups as points, oldest first',
        tags: ['status'],
        querystring: TrendsQuery,
        response: responses(Trends),
      },
    },
    async ({ query: { points }, caller }) => {
      const runs = await service.runs.past(
        points,
        (run) => run.kind === 'backup' && run.finished !== undefined,
        caller,
        service.signal,
      );
      const sizes = await service.snapshots.sizes(
        runs.slice(0, points).flatMap(({ snapshot }) => snapshot ?? []),
        caller,
        service.signal,
      );
      return {
        points: runs
          .slice(0, points)
          .reverse()
          .map(({ started, snapshot, status, duration }) => {
            const size = snapshot === undefined ? undefined : sizes.get(snapshot);
            return {
              time: started,
              status,
              ...compact({ snapshot, duration }),
              ...(size === undefined ? {} : { resources: size.resources, bytes: size.bytes }),
            };
          }),
      };
    },
  );

  api.get(
    '/doctor',
    {
      config: { access: 'home', uses: ['concurrency'] },
      schema: { summary: 'Check everything', tags: ['status'], response: responses(Doctor) },
    },
    (request) => guard.run(request, () => doctor(service, service.signal)),
  );
}
