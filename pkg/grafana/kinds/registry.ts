import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import { alertRuleGroup } from './alert-rule-group.ts';
import { annotation } from './annotation.ts';
import { contactPoint } from './contact-point.ts';
import { correlation } from './correlation.ts';
import { dashboard } from './dashboard.ts';
import { dashboardPermissions } from './dashboard-permissions.ts';
import { dashboardSnapshot } from './dashboard-snapshot.ts';
import { dataSource } from './data-source.ts';
import { dataSourcePermissions } from './data-source-permissions.ts';
import { folder } from './folder.ts';
import { folderPermissions } from './folder-permissions.ts';
import { inhibitionRule } from './inhibition-rule.ts';
import type { Kind } from './kind.ts';
import { libraryPanel } from './library-panel.ts';
import { muteTiming } from './mute-timing.ts';
import { notificationPolicy } from './notification-policy.ts';
import { notificationTemplate } from './notification-template.ts';
import { org } from './org.ts';
import { orgPreferences } from './org-preferences.ts';
import { playlist } from './playlist.ts';
import { pluginSettings } from './plugin-settings.ts';
import { publicDashboard } from './public-dashboard.ts';
import { serverSettings } from './server-settings.ts';
import { serviceAccount } from './service-account.ts';
import { silence } from './silence.ts';
import { ssoSettings } from './sso-settings.ts';
import { team } from './team.ts';
import { user } from './user.ts';

const kinds: Kind[] = [
  alertRuleGroup,
  annotation,
  contactPoint,
  correlation,
  dashboard,
  dashboardPermissions,
  dashboardSnapshot,
  dataSource,
  dataSourcePermissions,
  folder,
  folderPermissions,
  inhibitionRule,
  libraryPanel,
  muteTiming,
  notificationPolicy,
  notificationTemplate,
  org,
  orgPreferences,
  playlist,
  pluginSettings,
  publicDashboard,
  serverSettings,
  serviceAccount,
  silence,
  ssoSettings,
  team,
  user,
];

/** Every kind, in the order in which a restore writes them. */
export const KINDS: readonly Kind[] = [...kinds].sort(
  (a, b) => KIND_NAMES.indexOf(a.name) - KIND_NAMES.indexOf(b.name),
);

/** Kinds whose resources are in folders. */
export const KINDS_IN_FOLDERS: ReadonlySet<KindName> = new Set(
  KINDS.filter(({ inFolders }) => inFolders === true).map(({ name }) => name),
);

const byName = new Map(KINDS.map((kind) => [kind.name, kind]));

/** @throws when the name is of a kind that this build does not have. */
export function kindOf(name: KindName): Kind {
  const kind = byName.get(name);
  if (kind === undefined) {
    throw new Error(`no such kind: ${name}`);
  }
  return kind;
}

/** The kind of the resource, under the same uid, that a resource of this kind goes with when Grafana deletes it. */
export function goesWith({ owner, deletedWith }: Kind): KindName | undefined {
  return owner ?? deletedWith;
}
