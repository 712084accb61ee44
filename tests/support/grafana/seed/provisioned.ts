import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import { defaultAcl } from '../access.ts';
import { addDashboard, contentOf } from '../dashboards.ts';
import { addFolder } from '../folders.ts';
import type { Org } from '../model/model.ts';
import type { AclEntry, Manager } from '../model/stored.ts';
import type { GrafanaState } from '../state.ts';

/** Whom Grafana names as the author of what files bring; the older routes say Anonymous. */
const GRAFANA = 'access-policy:service';

/** A folder at the root as a file brings it: nobody made it, so nobody but the roles has permissions. */
export function provisionFolder(
  state: GrafanaState,
  org: Org,
  { provider, ...folder }: { provider: string; uid: string; title: string },
): void {
  const managedBy: Manager = { kind: 'classic-file-provisioning', id: provider };
  addFolder(state, org, { ...folder, by: GRAFANA, acl: nobodys(state, ''), managedBy });
}

/** A dashboard as a file brings it. */
export function provisionDashboard(
  state: GrafanaState,
  org: Org,
  { provider, file, spec, folderUid = '' }: { provider: string; file: string; spec: JsonObject; folderUid?: string },
): void {
  addDashboard(state, org, {
    ...contentOf(spec, 'v0alpha1'),
    uid: String(spec['uid']),
    folderUid,
    by: GRAFANA,
    acl: nobodys(state, folderUid),
    managedBy: { kind: 'classic-file-provisioning', id: provider, sourcePath: file },
  });
}

function nobodys(state: GrafanaState, folderUid: string): AclEntry[] {
  return defaultAcl(() => state.nextId(), undefined, folderUid === '');
}
