import { compact } from '../contract/compact.ts';
import type { Clock } from '../contract/ports.ts';
import type { Instance } from '../grafana/instance.ts';
import type { Patience } from '../grafana/http/outage.ts';
import { ProgressCounter, type OnProgress } from './progress.ts';

/** From now on a run waits for a Grafana that is restarting, and its progress says so. */
export function waitOutRestarts({ orgs, server }: Instance, progress: ProgressCounter, signal: AbortSignal): void {
  // Clients of one Grafana that were opened together wait together.
  for (const client of [orgs[0]?.client, server]) {
    client?.waitOutRestarts({ onWait: (waiting) => progress.waiting(waiting), signal });
  }
}

/**
 * How a run that begins waits for a Grafana that is down, and its progress says so.
 * @param within - milliseconds; those of the client when not given.
 */
export function patienceAtStart(
  run: { clock: Clock; onProgress: OnProgress | undefined; signal: AbortSignal },
  within?: number,
): Patience {
  const progress = new ProgressCounter(run.clock, run.onProgress);
  const onWait = (waiting: boolean): void => progress.waiting(waiting);
  return compact({ atStart: true, onWait, signal: run.signal, within });
}
