import type { Instance } from '../grafana/instance.ts';
import type { ProgressCounter } from './progress.ts';

/** From now on a run waits for a Grafana that is restarting, and its progress says so. */
export function waitOutRestarts({ orgs }: Instance, progress: ProgressCounter, signal: AbortSignal): void {
  // All clients of one Grafana wait together.
  orgs[0]?.client.waitOutRestarts({ onWait: (waiting) => progress.waiting(waiting), signal });
}
