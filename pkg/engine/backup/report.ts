import { compact } from '../../contract/compact.ts';
import type { BackupReport } from '../../contract/coverage.ts';
import { SERVER_KINDS } from '../../contract/kinds.ts';
import { problemCount, type Manifest, type ManifestEntry } from '../../contract/manifest.ts';
import type { RunRecord } from '../../contract/runs.ts';
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

/**
 * What a backup of several organizations did in each; nothing where there is one. What the organization had before
 * counts as reused; that another one has the same content must not show.
 * @param before - resources of the snapshot before; absent where they are not known, nor what is new
 */
export function countsByOrg(
  { orgs: all, changes, resources, skipped, errors }: Manifest,
  before?: Manifest['resources'],
): Pick<RunRecord, 'orgs'> {
  if (all.length < 2) {
    return {};
  }
  const orgs = all.map(({ id }) => {
    const { id: _id, ...changed } = changes?.orgs?.find((one) => one.id === id) ?? { id };
    const ofOrg = ({ org, kind }: Pick<ManifestEntry, 'org' | 'kind'>): boolean =>
      org === id && !SERVER_KINDS.has(kind);
    const own = resources.filter(ofOrg);
    const known = before && objectsOf(before.filter(ofOrg));
    const fresh = known && own.filter(({ object }) => !known.has(object));
    const problems = problemCount(errors.filter(ofOrg));
    const left = problemCount(skipped.filter(ofOrg));
    const counts = {
      listed: own.length + left + problems,
      ...(fresh && { stored: fresh.length, reused: own.length - fresh.length }),
      skipped: left,
      failed: problems,
      ...changed,
      ...(fresh && { bytes: fresh.reduce((sum, { bytes }) => sum + bytes, 0) }),
    };
    return { id, counts, problems };
  });
  return { orgs };
}

function objectsOf(resources: Manifest['resources']): ReadonlySet<string> {
  return new Set(resources.map(({ object }) => object));
}

/** What `dashkeep backup` prints about a snapshot. */
export function backupReport(manifest: Manifest): BackupReport {
  const { id, status, kinds, errors, shrunk, accepted, lastFull, upgrade } = manifest;
  const marks = { shrunk, accepted, lastFull, upgrade };
  return compact({ snapshot: id, status, kinds, errors, coverage: coverageOf(manifest), ...marks });
}
