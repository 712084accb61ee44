import { compact } from '../../contract/compact.ts';
import { kindContext, type Org } from '../../grafana/instance.ts';
import type { WriteContext } from '../../grafana/kinds/kind.ts';
import type { PlanRequest } from './types.ts';

/** The context for writing: a fresh memory, the secrets and options of the request. */
export function writeContext(request: PlanRequest, org: Org): WriteContext {
  const { instance, clock, log, signal, repository, options, manifest, onWait } = request;
  const expectedUsers = request.expectedUsers?.get(org.id);
  return {
    ...kindContext(
      instance,
      org,
      compact({ clock, log, signal, decryptSecrets: repository.encrypted, onWait, expectedUsers }),
    ),
    secrets: (kind, uid) => options.secrets?.(kind, uid, org.id),
    includeManaged: options.includeManaged,
    keepSecrets: options.keepSecrets === true,
    message: `Restored by Dashkeep from snapshot ${manifest.id}`,
  };
}
