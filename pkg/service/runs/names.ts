import type { RunKind } from '../../contract/runs.ts';

/** What kinds of runs are called, in sentences and reports, in the order in which a report shows them. */
export const RUN_NAMES: Record<RunKind, string> = {
  backup: 'backup',
  verify: 'verification',
  drill: 'restore test',
  restore: 'restore',
  copy: 'second copy',
  import: 'import',
  forget: 'retention',
  prune: 'prune',
  repair: 'repair',
};
