import { expect } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import type { Plan, RestoreOptions } from '../../../pkg/engine/restore/types.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { bench } from '../burned.ts';
import { typedFor } from '../harness.ts';
import { stoppedAt } from '../undo/undoing.ts';

/** Restores everything. @returns the plan, and the record of the run */
export async function recorded(
  manifest: Manifest,
  signal = new AbortController().signal,
  options: Partial<RestoreOptions> = {},
): Promise<{ plan: Plan; record: RunRecord }> {
  const request = await bench.request({ manifest, signal, options });
  const plan = await planEverything(request);
  const session = { ...request, randomness: new SeededRandomness(`${bench.sim.requests.length}`), version: '0.1.0' };
  let run = '';
  await recordRun(session, { kind: 'restore', trigger: 'manual', signal }, (one) => {
    run = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...typedFor(plan, plan.confirm) }, one);
  }).catch((error: unknown) => {
    if (!signal.aborted) {
      throw error;
    }
  });
  return { plan, record: (await bench.repository.run(run))!.record };
}

/** Restores everything in a process that is killed after a request, or before Grafana handles it. */
export async function killedAt(
  match: RegExp,
  manifest: Manifest,
  moment: 'before' | 'after' = 'after',
  options: Partial<RestoreOptions> = {},
): Promise<RunRecord> {
  const { record } = await stoppedAt(bench, { match, moment, end: 'killed' }, (signal) =>
    recorded(manifest, signal, options),
  );
  expect(record.status).toBe('running');
  return record;
}
