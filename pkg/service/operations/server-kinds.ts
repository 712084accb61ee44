import { SERVER_KINDS } from '../../contract/kinds.ts';
import type { Manifest, ResourceProblem } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, losing } from '../../contract/reasons/reason.ts';
import type { Plan } from '../../engine/restore/types.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** A snapshot without what the service has no rights to look at in Grafana, and what is to be said about that. */
export function withoutServerKinds(manifest: Manifest): { manifest: Manifest; problems: ResourceProblem[] } {
  const left = manifest.resources.filter(({ kind }) => SERVER_KINDS.has(kind));
  if (left.length === 0) {
    return { manifest, problems: [] };
  }
  const problems = [...new Map(left.map((entry) => [entry.kind, entry])).values()].map(({ org, kind }) => ({
    org,
    kind,
    uid: '',
    ...because(reason('no-server-admin-here')),
    count: left.filter((entry) => entry.kind === kind).length,
  }));
  return {
    manifest: { ...manifest, resources: manifest.resources.filter(({ kind }) => !SERVER_KINDS.has(kind)) },
    problems,
  };
}

/**
 * Blocks what belongs to the whole server in a plan of the service: it could make somebody a server admin, and anyone
 * who asks here is an admin of one organization.
 */
export function blockServerKinds(plan: Plan): void {
  for (const item of plan.items) {
    if (SERVER_KINDS.has(item.kind) && item.action !== 'unchanged') {
      const { plural } = kindOf(item.kind).declaration;
      const why = reason('command-line-only', { plural, snapshot: plan.snapshot, kind: item.kind });
      Object.assign(item, { action: 'blocked', ...because(why), ...losing([]) });
    }
  }
}
