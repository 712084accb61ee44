import type { Touched } from '../../../contract/runs.ts';
import type { Reference } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { contentFingerprint } from '../apply/change-log.ts';
import { storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

const READS_AT_ONCE = 16;

/** What a restore touched. */
export interface Undone extends Touched {
  /** The mark without the permissions of those whom the restore deleted: Grafana deletes these along. */
  deprived?: string;
}

/**
 * What a restore touched, and the permissions of others that Grafana changed when the restore deleted service accounts
 * or teams that they name.
 * @param request - the snapshot is the safety snapshot of the restore
 */
export async function withDeprived(request: PlanRequest, touched: readonly Touched[]): Promise<Undone[]> {
  const deleted = new Set(
    touched.filter(({ did, kind }) => did === 'deleted' && kindOf(kind).isPermitted === true).map(keyOf),
  );
  const undone = new Map<string, Undone>(touched.map((one) => [keyOf(one), one]));
  const candidates =
    deleted.size === 0 ? [] : request.manifest.resources.filter(({ kind }) => kindOf(kind).namesPeople);
  await forEachConcurrently(READS_AT_ONCE, candidates, async (entry) => {
    const { org, uid } = entry;
    const kind = kindOf(entry.kind);
    const whole = await storedContent(request.repository, entry, request.signal);
    const isDeleted = (one: Reference): boolean => deleted.has(keyOf({ org, ...one }));
    if (kind.references(whole).some(isDeleted)) {
      const rest = kind.rename?.(whole, (one) => (isDeleted(one) ? '' : one.uid)) ?? whole;
      const deprived = contentFingerprint(request.repository, kind, rest);
      const known = undone.get(keyOf(entry)) ?? { org, kind: kind.name, uid, did: 'updated', mark: deprived };
      undone.set(keyOf(entry), { ...known, deprived });
    }
  });
  return [...undone.values()];
}
