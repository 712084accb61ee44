import { compact } from '../../contract/compact.ts';
import type { BackupReport } from '../../contract/coverage.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { coverageOf } from '../../repository/snapshots/coverage.ts';

/** What a backup did, by its manifest: all that a record counts, except bytes that are new. */
export function countsOf({ kinds, changes }: Pick<Manifest, 'kinds' | 'changes'>): Record<string, number> {
  const { orgs: _orgs, ...changed } = changes ?? {};
  const counts = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  for (const report of Object.values(kinds)) {
    for (const name of ['listed', 'stored', 'reused', 'skipped', 'failed'] as const) {
      counts[name] += report[name];
    }
  }
  return { ...counts, ...changed };
}

/** What `dashkeep backup` prints about a snapshot. */
export function backupReport(manifest: Manifest): BackupReport {
  const { id, status, kinds, errors, shrunk, accepted, lastFull, upgrade } = manifest;
  const marks = { shrunk, accepted, lastFull, upgrade };
  return compact({ snapshot: id, status, kinds, errors, coverage: coverageOf(manifest), ...marks });
}
