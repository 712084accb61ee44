import type { RunSummary } from '../../contract/api/runs.ts';
import type { Progress, RunLine } from '../../contract/runs.ts';

/** A run as the API's lists show it. */
export function runSummary(line: RunLine, progress?: Progress): RunSummary {
  const active = line.status === 'running' || line.status === 'queued';
  const { org: _org, orgs: _orgs, ...rest } = line;
  return {
    ...rest,
    ...(progress === undefined || !active ? {} : { progress }),
    cancellable: active,
  };
}
