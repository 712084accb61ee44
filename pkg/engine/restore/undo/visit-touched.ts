import { compact } from '../../../contract/compact.ts';
import type { DashkeepError } from '../../../contract/errors.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Touched } from '../../../contract/runs.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import { contentFingerprint } from '../apply/change-log.ts';
import { visitLive } from '../live.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

/**
 * Looks at what is live of the resources that a restore touched; see `visitLive`.
 * @param stored - the entries of the snapshot that it brought back, where that is there
 */
export async function visitTouched(
  { manifest, repository }: PlanRequest,
  kind: Kind,
  context: WriteContext,
  touched: readonly Touched[],
  stored: ReadonlyMap<string, ManifestEntry> | undefined,
  found: {
    each(one: Touched, live: Content | undefined): Promise<void>;
    unreadable(one: Touched, error: DashkeepError): void;
  },
): Promise<void> {
  const byUid = new Map(touched.map((one) => [one.uid, one]));
  await visitLive({
    kind,
    context,
    wanted: touched.map((one) => {
      const { uid } = one;
      return compact({ uid, title: uid, revision: stored?.get(keyOf(one))?.revision });
    }),
    total: Math.max(manifest.kinds[kind.name]?.listed ?? 0, touched.length),
    isSame: (uid, live) => contentFingerprint(repository, kind, live) === byUid.get(uid)?.mark,
    async each(uid, live) {
      const one = byUid.get(uid);
      await (one && found.each(one, live));
    },
    unreadable(uid, error) {
      const one = byUid.get(uid);
      if (one !== undefined) {
        found.unreadable(one, error);
      }
    },
  });
}
