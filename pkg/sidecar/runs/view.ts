import type { Run, RunSummary } from '../../contract/api/runs.ts';
import type { Progress, RunRecord } from '../../contract/runs.ts';

/** A record as the API shows it. */
export function runSummary(record: RunRecord, progress?: Progress): RunSummary {
  const { errors, ...rest } = record;
  const active = record.status === 'running' || record.status === 'queued';
  return {
    ...rest,
    problems: Math.max(errors.length, record.counts['failures'] ?? 0),
    ...(progress === undefined || !active ? {} : { progress }),
    cancellable: active,
  };
}

export function runView(record: RunRecord, progress?: Progress, restore?: string): Run {
  return {
    ...runSummary(record, progress),
    errors: record.errors,
    ...(restore === undefined ? {} : { restore }),
    undoable: record.kind === 'restore' && record.snapshot !== undefined && record.finished !== undefined,
  };
}
