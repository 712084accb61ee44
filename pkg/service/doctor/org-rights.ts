import { asDashkeepError, type DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { because } from '../../contract/reasons/reason.ts';
import { atLeast, type Capabilities } from '../../grafana/capabilities.ts';
import { closedOrgs } from '../../grafana/closed-orgs.ts';
import { notAskedFor } from '../../engine/served-kinds.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import { assertReached } from '../../grafana/orgs.ts';
import type { Kind, KindContext, Serving } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { isJsonObject } from '../../lib/json/json.ts';

/** Organizations checked concurrently: there may be hundreds. */
const ORGS_AT_ONCE = 4;

type Run = Pick<KindContext, 'clock' | 'log' | 'signal'>;

/** What the credentials may read in one organization. */
export interface OrgRights {
  org: Pick<Org, 'id' | 'name'>;
  /** What a backup would report of each kind. */
  kinds: Manifest['kinds'];
  /** Kinds that cannot be read, or only listed in part, with the action that Grafana does not grant. */
  lacking: { kind: KindName; action: string; isListed: boolean }[];
  /** Why nothing can be read, or known. */
  refused?: DashkeepError;
}

interface OrgRun {
  instance: Instance;
  org: Org;
  run: Run;
  excludeKinds: readonly KindName[];
  /** Whether to look at what belongs to the whole server, too. */
  withServer: boolean;
}

/**
 * Compares the actions that kinds name with those that Grafana grants in each organization: a list may be shorter
 * without one of them instead of being refused. Kinds that this Grafana does not have need none.
 */
export async function rightsByOrg(
  instance: Instance,
  run: Run,
  excludeKinds: readonly KindName[],
): Promise<OrgRights[]> {
  const closed = await closedOrgs(instance, run.signal);
  // Resources of server scope are the same seen from every organization.
  const first = instance.orgs.find(({ id }) => !closed.has(id));
  return mapConcurrently(
    ORGS_AT_ONCE,
    instance.orgs,
    async (org) => {
      const refused = closed.get(org.id);
      return refused === undefined
        ? rightsIn({ instance, org, run, excludeKinds, withServer: org === first })
        : { org, kinds: {}, lacking: [], refused };
    },
    run.signal,
  );
}

async function rightsIn({ instance, org, run, excludeKinds, withServer }: OrgRun): Promise<OrgRights> {
  const context = kindContext(instance, org, { ...run, decryptSecrets: false });
  const onServer = kindContext(instance, org, { ...run, decryptSecrets: false }, 'server');
  let permissions;
  try {
    // Of another organization, all that follows would say nothing.
    await assertReached(org.client, org.id, run.signal);
    permissions = await context.grafana.get('/api/access-control/user/permissions', { signal: run.signal });
  } catch (error) {
    run.signal.throwIfAborted();
    return { org, kinds: {}, lacking: [], refused: asDashkeepError(error) };
  }
  const granted = new Set(isJsonObject(permissions) ? Object.keys(permissions) : []);
  const lacking: OrgRights['lacking'] = [];
  const kinds: Manifest['kinds'] = {};
  for (const kind of KINDS.filter(({ declaration }) => declaration.scope === 'org' || withServer)) {
    const report = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
    const isExcluded = excludeKinds.includes(kind.name);
    const serving: Serving = isExcluded
      ? { served: false, reason: notAskedFor(kind, instance.capabilities) }
      : await servingOf(kind, kind.declaration.scope === 'org' ? context : onServer);
    // What a server admin may do is no matter of single rights.
    const actions = kind.declaration.scope === 'org' ? actionsOf(kind, instance.capabilities) : [];
    const isListed = actions.some((action) => granted.has(action));
    const hidden = serving.served && serving.lacking?.why?.code === 'list-hides' ? serving.lacking.why.params : {};
    const [action] = actions;
    if (serving.served && action !== undefined && (!isListed || 'permission' in hidden)) {
      lacking.push({ kind: kind.name, action: hidden['permission'] ?? action, isListed });
    }
    kinds[kind.name] = serving.served ? report : { ...report, ...because(serving.reason) };
  }
  return { org, kinds, lacking };
}

/** Actions of which one is enough. The declarations are for people; these are what looks like one in the first. */
function actionsOf({ declaration }: Kind, capabilities: Capabilities): string[] {
  const [text = ''] = declaration.rights;
  return [...text.matchAll(/(?:^|\bor |\()([a-z.]+:[a-z]+)\b(?: from Grafana (\d+))?/g)].flatMap(
    ([, action = '', since]) => (since === undefined || atLeast(capabilities, Number(since)) ? [action] : []),
  );
}

/** Whether this Grafana has the kind; where it does not let us look, it may have. */
async function servingOf(kind: Kind, context: KindContext): Promise<Serving> {
  try {
    return await kind.serves(context);
  } catch {
    return { served: true };
  }
}
