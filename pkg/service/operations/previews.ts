import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { openPreview, type Preview } from '../../engine/preview/preview.ts';
import type { PreviewRecords } from '../../engine/preview/record.ts';
import { listPreviews, removeExpiredPreviews, removePreview, type LivePreview } from '../../engine/preview/remove.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { assertCounts } from '../../repository/signing/acceptance.ts';
import type { Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import type { WithInstance } from './grafana-access.ts';
import type { LazyRepository } from './lazy-repository.ts';

/** Temporary copies of dashboards, each in the organization that asks. */
export interface PreviewOperations {
  /** @throws DK_NOT_FOUND, DK_SNAPSHOT_FOREIGN, GrafanaError */
  open(
    question: { snapshot: string; uid: string; by: string | undefined },
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Preview>;
  /** @throws GrafanaError */
  list(caller: Caller, signal: AbortSignal): Promise<LivePreview[]>;
  /** @throws DK_NOT_FOUND, GrafanaError */
  remove(uid: string, caller: Caller, signal: AbortSignal): Promise<void>;
  /** In every organization that the service works on. @throws GrafanaError */
  removeExpired(signal: AbortSignal): Promise<{ removed: number; left: number }>;
}

interface Parts {
  ports: { clock: Clock; randomness: Randomness; log: Log };
  records: PreviewRecords;
  repository: LazyRepository;
  inOrgOf: (caller: Caller) => WithInstance;
  inAll: WithInstance;
}

/** @returns what the service does with previews, by the engine */
export function previewOperations({ ports: given, records, repository, inOrgOf, inAll }: Parts): PreviewOperations {
  const ports = { ...given, records };
  return {
    async open({ snapshot, uid, by }, caller, signal) {
      const opened = await repository.open(signal);
      const stored = await opened.stored(snapshot, { signal });
      // A forged dashboard would send its queries as the person who looks at it.
      assertCounts(opened.trust, stored);
      const manifest = manifestFor(stored.manifest, caller);
      return inOrgOf(caller)(signal, (instance) => {
        const org = orgOf(instance, caller);
        return openPreview({ ...ports, manifest, repository: opened, instance, org, uid, by, signal });
      });
    },
    list: (caller, signal) =>
      inOrgOf(caller)(signal, (instance) => listPreviews(orgOf(instance, caller), { ...ports, signal })),
    remove: (uid, caller, signal) =>
      inOrgOf(caller)(signal, (instance) =>
        removePreview(instance, orgOf(instance, caller), uid, { ...ports, signal }),
      ),
    removeExpired: (signal) => inAll(signal, (instance) => removeExpiredPreviews(instance, { ...ports, signal })),
  };
}

function orgOf(instance: Instance, caller: Caller): Org {
  const org = instance.orgs.find(({ id }) => id === caller.org);
  if (org === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', `org ${caller.org} is not among the orgs that can be read`);
  }
  return org;
}
