import type { ResourceProblem } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { because } from '../contract/reasons/reason.ts';
import { compareAllClocks } from '../engine/clocks.ts';
import { countingManifest, drill, newestFull } from '../engine/drill/drill.ts';
import type { DrillReport } from '../engine/drill/report.ts';
import { withInstance } from './grafana.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/**
 * Restores a snapshot into a temporary place, by default the newest full one.
 * @throws DK_NOT_FOUND, DK_CLOCK_SKEW
 */
export async function runDrill(
  { repository, grafana, clock, log }: Session,
  { snapshot }: { snapshot: string | undefined },
  { id, signal, onProgress }: Run,
): Promise<RunOutcome<DrillReport>> {
  const options = { id, repository, clock, log, signal, onProgress };
  const report = await withInstance(
    grafana(),
    signal,
    async (instance) => {
      await compareAllClocks({ ...options, instance });
      const manifest =
        snapshot === undefined
          ? await newestFull(repository, signal)
          : await countingManifest(repository, snapshot, { signal });
      return drill({ ...options, instance, manifest });
    },
    onProgress,
  );
  return drillOutcome(report);
}

/** What the run record says about a drill: complete when everything that can be tried out came back. */
export function drillOutcome(report: DrillReport): RunOutcome<DrillReport> {
  const problems = report.skipped.filter(({ problem }) => problem);
  const skipped = report.skipped.reduce((sum, { count }) => sum + count, 0);
  const errors: ResourceProblem[] = [
    ...report.differs,
    ...problems.flatMap(({ org, kind, uids, reason, code, params }) =>
      uids.map((uid) => ({ org, kind, uid, reason, code, params })),
    ),
    ...(report.leftover === undefined ? [] : [leftoverProblem(report.scratch, report.leftover)]),
  ];
  return {
    value: report,
    // A drill that compared nothing has proved nothing.
    status: errors.length === 0 && report.checked > 0 ? 'complete' : 'partial',
    snapshot: report.snapshot,
    counts: { checked: report.checked, verified: report.verified, differs: report.differs.length, skipped },
    errors,
  };
}

function leftoverProblem({ type, name }: DrillReport['scratch'], message: string): ResourceProblem {
  return { org: 1, kind: type, uid: name, ...because(reason('drill-leftover', { message })) };
}
