import type { StoreCall, StoreObserver } from './observe.ts';

export interface CallTotals {
  calls: number;
  failures: number;
  bytes: number;
  objects: number;
  milliseconds: number;
}

/** Adds calls up by operation: for run reports, metrics and benchmarks. */
export function totalCalls(): { observer: StoreObserver; totals: ReadonlyMap<StoreCall['operation'], CallTotals> } {
  const totals = new Map<StoreCall['operation'], CallTotals>();
  const observer: StoreObserver = (call) => {
    const total = totals.get(call.operation) ?? { calls: 0, failures: 0, bytes: 0, objects: 0, milliseconds: 0 };
    totals.set(call.operation, {
      calls: total.calls + 1,
      failures: total.failures + (call.error === undefined ? 0 : 1),
      bytes: total.bytes + call.bytes,
      objects: total.objects + call.objects,
      milliseconds: total.milliseconds + call.milliseconds,
    });
  };
  return { observer, totals };
}
