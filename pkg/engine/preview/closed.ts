import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { stringAt, type JsonObject } from '../../lib/json/json.ts';
import { objectsOf } from '../../grafana/http/pagination/lists.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { writePermissions } from '../../grafana/permissions.ts';
import { requireAnyAction } from '../../grafana/rights.ts';

/** A folder, or a dashboard in one. */
export interface Closable {
  resource: 'folders' | 'dashboards';
  uid: string;
}

const ADMIN_ROLES = ['Admin', 'Grafana Admin'];

/**
 * Takes away all permissions of a folder or dashboard, reads back who may see it, and allows nobody but admins:
 * inherited permissions, teams and roles of Grafana Enterprise count.
 * @throws DK_GRAFANA_REFUSED when others may see it
 */
export async function closeToOthers(context: KindContext, closable: Closable): Promise<void> {
  let others = await othersIn(context, closable);
  if (others.length > 0) {
    await writePermissions(context, closable.resource, closable.uid, { permissions: [] });
    others = await othersIn(context, closable);
  }
  if (others.length > 0) {
    const who = others.join(', ');
    throw new DashkeepError('DK_GRAFANA_REFUSED', `people other than admins would see the copy: ${who}`, {
      advice: reason('close-folders-to-others', { who }),
    });
  }
}

/** Who may see it besides admins, by name. */
async function othersIn(context: KindContext, { resource, uid }: Closable): Promise<string[]> {
  const { grafana, signal } = context;
  // Without them Grafana leaves entries out of the list.
  await requireAnyAction(context, 'who may see a copy', ['teams:read']);
  await requireAnyAction(context, 'who may see a copy', ['org.users:read']);
  const path = `/api/access-control/${resource}/${encodeURIComponent(uid)}`;
  const entries = objectsOf(await grafana.get(path, { signal }), path);
  return entries.filter((entry) => !isOfAdmins(entry)).map(nameOf);
}

/** A service account with a role for all folders got it from an admin, and nobody looks at dashboards with it. */
function isOfAdmins(entry: JsonObject): boolean {
  const isAdmin = ADMIN_ROLES.includes(stringAt(entry, 'builtInRole') ?? '');
  const isAccountByRole = entry['isServiceAccount'] === true && entry['isManaged'] !== true;
  return isAdmin || (isAccountByRole && entry['isInherited'] !== true);
}

function nameOf(entry: JsonObject): string {
  const names = ['team', 'userLogin', 'builtInRole'].map((name) => stringAt(entry, name) ?? '');
  return names.find((name) => name !== '') ?? stringAt(entry, 'roleName') ?? '?';
}

/** The path of a dashboard in the API. */
export function dashboardPath(uid: string): string {
  return `/api/dashboards/uid/${encodeURIComponent(uid)}`;
}
