import type { ResourceRef } from '../contract/kinds.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { canonicalOf } from '../grafana/kinds/text-content.ts';

/** Reads resources as they are now, for a repair; undefined when one is gone or its org is not part of the run. */
export function liveReader(
  instance: Instance,
  run: { clock: Clock; log: Log; signal: AbortSignal; decryptSecrets: boolean },
): (resource: ResourceRef & { title: string }) => Promise<string | undefined> {
  return async ({ org: orgId, kind, uid, title }) => {
    const org = instance.orgs.find((candidate) => candidate.id === orgId);
    const content = org && (await kindOf(kind).read(kindContext(instance, org, run), { uid, title }));
    return content && canonicalOf(content).toString('utf8');
  };
}
