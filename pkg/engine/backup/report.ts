import { compact } from '../../contract/compact.ts';
import type { BackupReport } from '../../contract/coverage.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { coverageOf } from '../../repository/snapshots/coverage.ts';

/** What `dashkeep backup` prints about a snapshot. */
export function backupReport(manifest: Manifest): BackupReport {
  const { id, status, kinds, errors, shrunk, accepted, lastFull, upgrade } = manifest;
  const marks = { shrunk, accepted, lastFull, upgrade };
  return compact({ snapshot: id, status, kinds, errors, coverage: coverageOf(manifest), ...marks });
}
