import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { Killed } from '../../chaos/cut-points.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { typedFor, type RestoreBench } from '../harness.ts';

/** The plan of the undo of a run. */
export async function planOfUndo(bench: RestoreBench, run: string, signal = new AbortController().signal) {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({ signal });
  return planUndo(asked, (await bench.repository.run(run))!);
}

/** Undoes a run. @returns the record of the run that did it */
export async function undo(bench: RestoreBench, run: string, signal?: AbortSignal): Promise<RunRecord> {
  const { request, plan } = await planOfUndo(bench, run, signal);
  const randomness = new SeededRandomness(`${run} ${bench.sim.requests.length}`);
  const session = { ...request, randomness, version: '0.1.0' };
  let id = '';
  await recordRun(session, { kind: 'restore', trigger: 'undo', signal: request.signal }, (one) => {
    id = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...typedFor(plan, plan.confirm) }, one);
  }).catch((error: unknown) => {
    if (!request.signal.aborted) {
      throw error;
    }
  });
  return (await bench.repository.run(id))!.record;
}

interface Stop {
  match: RegExp;
  skip?: number;
  end: 'killed' | 'stopped';
  moment?: 'before' | 'after';
}

/** Work that is stopped after a request or before Grafana handles it; a process that was killed does nothing more. */
export async function stoppedAt<T>(
  bench: RestoreBench,
  { match, skip = 0, end, moment = 'after' }: Stop,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let dead = false;
  const { store } = bench.repository;
  const put = store.put.bind(store);
  store.put = (...given) => (dead ? Promise.reject(new Killed()) : put(...given));
  const cut = (): void => {
    dead = end === 'killed';
    if (dead) {
      bench.sim.setFaults({ match: /./, action: { kind: 'status', status: 403 } });
    }
    stop.abort(new Killed());
  };
  const never = new Promise<void>(() => undefined);
  const action = moment === 'after' ? { kind: moment, run: cut } : { kind: moment, run: () => (cut(), never) };
  bench.sim.setFaults({ match, action, skip, times: 1 });
  try {
    return await work(stop.signal);
  } finally {
    bench.sim.setFaults();
    store.put = put;
  }
}
