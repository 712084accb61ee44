import type { Run, RunRequest } from '../../pkg/contract/api/runs.ts';
import { call } from './client.ts';

/** Starts a run, once even if Grafana's proxy sends the request twice. @throws ServiceError */
export function startRun(request: RunRequest): Promise<Run> {
  return call('POST /runs', {
    body: request,
    headers: { 'Idempotency-Key': crypto.getRandomValues(new Uint32Array(4)).join('-') },
  });
}
