import type { DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import type { Kind, KindContext } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { isJsonObject } from '../../lib/json/json.ts';
import { checked } from './check.ts';

/**
 * Compares the actions that kinds name with those that Grafana grants in the first organization: a list may be shorter
 * without one of them instead of being refused. Kinds that this Grafana does not have need none.
 */
export async function checkRights(
  instance: Instance,
  run: Pick<KindContext, 'clock' | 'log' | 'signal'>,
): Promise<DoctorCheck> {
  const subject = reason('check-of-rights');
  const context = kindContext(instance, instance.orgs[0] as Org, { ...run, decryptSecrets: false });
  let permissions;
  try {
    permissions = await context.grafana.get('/api/access-control/user/permissions', { signal: run.signal });
  } catch (error) {
    const { message } = asDashkeepError(error);
    return checked(subject, 'skipped', [reason('rights-silent', { message })]);
  }
  const granted = new Set(isJsonObject(permissions) ? Object.keys(permissions) : []);
  const lacking: string[] = [];
  for (const kind of KINDS) {
    const action = actionOf(kind);
    if (action !== undefined && !granted.has(action) && (await mayBeServed(kind, context))) {
      lacking.push(`${kind.name} (${action})`);
    }
  }
  if (lacking.length === 0) {
    const kinds = KINDS.filter(({ declaration }) => instance.serverAdmin || declaration.scope === 'org');
    return checked(subject, 'ok', [reason('rights-complete', { count: String(kinds.length) })]);
  }
  const found = reason('rights-lacking', { kinds: lacking.join('; ') });
  return checked(subject, 'warning', [found], reason('give-admin-role'));
}

/** The declarations are for people; the action is the first word of the first that looks like one. */
function actionOf({ declaration }: Kind): string | undefined {
  return declaration.rights.flatMap((text) => /^([a-z.]+:[a-z]+)\b/.exec(text)?.[1] ?? [])[0];
}

/** Whether this Grafana has the kind; where it does not let us look, it may have. */
async function mayBeServed(kind: Kind, context: KindContext): Promise<boolean> {
  try {
    return (await kind.serves(context)).served;
  } catch {
    return true;
  }
}
