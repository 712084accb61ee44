import { compact } from '../../../contract/compact.ts';
import { doctor, type DoctorParts } from '../../doctor/doctor.ts';
import type { ServiceParts } from '../../parts.ts';
import { route, type Api } from '../api.ts';

/** Registers the routes of status, trends and doctor. */
export function statusRoutes(
  api: Api,
  parts: Pick<ServiceParts, 'statusView' | 'runs' | 'snapshots' | 'guard' | 'signal'> & DoctorParts,
): void {
  const { statusView, runs: allRuns, snapshots, guard, signal } = parts;
  route(api, 'GET /status', { access: 'organization', anytime: true }, async ({ caller }) => statusView.status(caller));

  route(api, 'GET /trends', { access: 'organization', uses: ['repository'] }, async ({ query: { points }, caller }) => {
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
  });

  route(api, 'GET /doctor', { access: 'home', uses: ['concurrency'] }, (request) =>
    guard.run(request, async () => {
      await parts.keeper?.askAgain();
      return doctor(parts, signal);
    }),
  );
}
