import type { Run, RunSummary } from '../../contract/api/runs.ts';
import { runLine, type Progress, type RunLine, type RunRecord } from '../../contract/runs.ts';

/** A run as the API's lists show it. */
export function runSummary(line: RunLine, progress?: Progress): RunSummary {
  const active = line.status === 'running' || line.status === 'queued';
  return {
    ...line,
    ...(progress === undefined || !active ? {} : { progress }),
    cancellable: active,
  };
}

export function runView(record: RunRecord, progress?: Progress, restore?: string): Run {
  return {
    ...runSummary(runLine(record), progress),
    errors: record.errors,
    ...(restore === undefined ? {} : { restore }),
    undoable: record.kind === 'restore' && record.snapshot !== undefined && record.finished !== undefined,
  };
}
