import type { DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import type { Kind, KindContext, Serving } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { isJsonObject } from '../../lib/json/json.ts';
import { coverageOf, type Covered } from '../../repository/snapshots/coverage.ts';
import { checked } from './check.ts';

/** What backups are asked for. */
export interface AskedFor extends Pick<Covered, 'orgs' | 'scope'> {
  excludeKinds: readonly KindName[];
  /** Start of the variables of a connection; undefined for the Grafana that is backed up. */
  connection?: string;
}

/**
 * What a backup would cover. Compares the actions that kinds name with those that Grafana grants in the first
 * organization: a list may be shorter without one of them instead of being refused. Kinds that this Grafana does not
 * have need none.
 */
export async function checkRights(
  instance: Instance,
  run: Pick<KindContext, 'clock' | 'log' | 'signal'>,
  { excludeKinds, connection, ...asked }: AskedFor,
): Promise<DoctorCheck> {
  const subject = reason('check-of-rights');
  const [org] = instance.orgs as [Org];
  const context = kindContext(instance, org, { ...run, decryptSecrets: false });
  const onServer = kindContext(instance, org, { ...run, decryptSecrets: false }, 'server');
  let permissions;
  try {
    permissions = await context.grafana.get('/api/access-control/user/permissions', { signal: run.signal });
  } catch (error) {
    const { message } = asDashkeepError(error);
    return checked(subject, 'skipped', [reason('rights-silent', { message })]);
  }
  const granted = new Set(isJsonObject(permissions) ? Object.keys(permissions) : []);
  const lacking: { kind: KindName; action: string }[] = [];
  const kinds: Manifest['kinds'] = {};
  for (const kind of KINDS) {
    const report = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
    const isExcluded = excludeKinds.includes(kind.name);
    const serving: Serving = isExcluded
      ? { served: false, reason: reason('not-asked-for') }
      : await servingOf(kind, kind.declaration.scope === 'org' ? context : onServer);
    // What a server admin may do is no matter of single rights.
    const action = kind.declaration.scope === 'org' ? actionOf(kind) : undefined;
    const hidden = serving.served && serving.lacking?.why?.code === 'list-hides' ? serving.lacking.why.params : {};
    if (serving.served && action !== undefined && (!granted.has(action) || 'permission' in hidden)) {
      lacking.push({ kind: kind.name, action: hidden['permission'] ?? action });
    }
    kinds[kind.name] = serving.served ? report : { ...report, ...because(serving.reason) };
  }
  const errors = lacking.map(({ kind }) => ({ org: context.org.id, kind, uid: '', reason: '' }));
  const { whole, parts, advice: general } = coverageOf({ ...asked, kinds, errors });
  const advice =
    connection === undefined ? general : general.map(() => reason('include-in-connection', { connection }));
  if (lacking.length === 0) {
    return checked(subject, whole ? 'ok' : 'warning', parts, ...advice);
  }
  const named = lacking.map(({ kind, action }) => `${kind} (${action})`).join('; ');
  const others = parts.filter(({ code }) => code !== 'lacks-failed');
  const found = reason('rights-lacking', { kinds: named });
  // A backup with these credentials is partial, but a migration may do without these kinds.
  const status = connection === undefined ? 'failed' : 'warning';
  return checked(subject, status, [...others, found], reason('give-admin-role'), ...advice);
}

/** The declarations are for people; the action is the first word of the first that looks like one. */
function actionOf({ declaration }: Kind): string | undefined {
  return declaration.rights.flatMap((text) => /^([a-z.]+:[a-z]+)\b/.exec(text)?.[1] ?? [])[0];
}

/** Whether this Grafana has the kind; where it does not let us look, it may have. */
async function servingOf(kind: Kind, context: KindContext): Promise<Serving> {
  try {
    return await kind.serves(context);
  } catch {
    return { served: true };
  }
}
