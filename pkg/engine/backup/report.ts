import { compact } from '../../contract/compact.ts';
import type { BackupReport } from '../../contract/coverage.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import { warningOf } from '../../contract/reasons/reason.ts';
import { coverageOf, shrunkReason } from '../../repository/snapshots/coverage.ts';
import type { RunOutcome } from '../run.ts';

/** What `dashkeep backup` prints about a snapshot. */
export function backupReport(manifest: Manifest): BackupReport {
  const { id, status, kinds, errors, shrunk, accepted, lastFull } = manifest;
  return compact({ snapshot: id, status, kinds, errors, coverage: coverageOf(manifest), shrunk, accepted, lastFull });
}

/**
 * What the run record says about a snapshot.
 * @param warnings - that the backup gave
 */
export function backupOutcome(manifest: Manifest, warnings: readonly KnownReason[]): RunOutcome<Manifest> {
  const counts = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  for (const report of Object.values(manifest.kinds)) {
    for (const name of ['listed', 'stored', 'reused', 'skipped', 'failed'] as const) {
      counts[name] += report?.[name] ?? 0;
    }
  }
  const all = [...warnings, ...(manifest.shrunk === undefined ? [] : [shrunkReason(manifest.shrunk)])];
  return {
    value: manifest,
    status: manifest.status,
    snapshot: manifest.id,
    counts,
    errors: manifest.errors,
    ...(all.length > 0 ? warningOf(all) : {}),
  };
}
