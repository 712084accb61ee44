import { compact } from '../../../contract/compact.ts';
import { Doctor, Status, Trends, TrendsQuery } from '../../../contract/api/status.ts';
import { doctor, type DoctorParts } from '../../doctor/doctor.ts';
import type { ServiceParts } from '../../parts.ts';
import { responses } from '../responses.ts';
import type { Api } from '../api.ts';

/** Registers the routes of status, trends and doctor. */
export function statusRoutes(
  api: Api,
  parts: Pick<ServiceParts, 'statusView' | 'runs' | 'snapshots' | 'guard' | 'signal'> & DoctorParts,
): void {
  const { statusView, runs: allRuns, snapshots, guard, signal } = parts;
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
    async ({ caller }) => statusView.status(caller),
  );

  api.get(
    '/trends',
    {
      config: { access: 'organization', uses: ['repository'] },
      schema: {
        summary: 'The newest backups as data points, oldest first',
        tags: ['status'],
        querystring: TrendsQuery,
        response: responses(Trends),
      },
    },
    async ({ query: { points }, caller }) => {
      const runs = await allRuns.past(
        points,
        (run) => run.kind === 'backup' && run.finished !== undefined,
        caller,
        signal,
      );
      const sizes = await snapshots.sizes(
        runs.slice(0, points).flatMap(({ snapshot }) => snapshot ?? []),
        caller,
        signal,
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
      schema: { summary: 'Check the setup', tags: ['status'], response: responses(Doctor) },
    },
    (request) => guard.run(request, () => doctor(parts, signal)),
  );
}
