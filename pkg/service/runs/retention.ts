import type { RetentionPreview } from '../../contract/api/settings.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { explained, planRetention, type RetentionPolicy } from '../../repository/snapshots/retention.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';

/** The rules of retention in the settings. */
export type Rules = EffectiveSettings['values']['retention'];

/** The policy that rules mean; undefined when no rule is set, which means that everything stays. */
export function policyOf(rules: Rules, timeZone: string): RetentionPolicy | undefined {
  const { keepWithin, ...counts } = rules;
  if (keepWithin === '' && Object.values(counts).every((count) => count === 0)) {
    return undefined;
  }
  return { ...counts, ...(keepWithin === '' ? {} : { keepWithin }), timeZone };
}

/** What a policy keeps and forgets now; without a policy it keeps everything. */
export function previewRetention(
  snapshots: readonly SnapshotSummary[],
  policy: RetentionPolicy | undefined,
  now: Date,
): RetentionPreview {
  if (policy === undefined) {
    const kept = snapshots.map(({ id, time }) => ({ id, time, ...explained([reason('no-rules')]) }));
    return { kept, forgotten: [] };
  }
  const { kept, forgotten } = planRetention(snapshots, policy, now);
  return { kept, forgotten };
}
