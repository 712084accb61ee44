import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import { alertRuleGroup } from './alerting/alert-rule-group.ts';
import { annotation } from './dashboards/annotation.ts';
import { contactPoint } from './alerting/contact-point.ts';
import { correlation } from './data-sources/correlation.ts';
import { dashboard } from './dashboards/dashboard.ts';
import { dashboardPermissions } from './access/dashboard-permissions.ts';
import { dashboardSnapshot } from './dashboards/dashboard-snapshot.ts';
import { dataSource } from './data-sources/data-source.ts';
import { dataSourcePermissions } from './access/data-source-permissions.ts';
import { folder } from './dashboards/folder.ts';
import { folderPermissions } from './access/folder-permissions.ts';
import { inhibitionRule } from './alerting/inhibition-rule.ts';
import type { KindDefinition } from './definition.ts';
import type { Kind, KindContext, Listed, Reference } from './kind.ts';
import { libraryPanel } from './dashboards/library-panel.ts';
import { muteTiming } from './alerting/mute-timing.ts';
import { notificationPolicy } from './alerting/notification-policy.ts';
import { notificationTemplate } from './alerting/notification-template.ts';
import { org } from './server/org.ts';
import { orgPreferences } from './server/org-preferences.ts';
import { playlist } from './dashboards/playlist.ts';
import { plugin } from './server/plugin.ts';
import { pluginSettings } from './server/plugin-settings.ts';
import { publicDashboard } from './dashboards/public-dashboard.ts';
import { serverSettings } from './server/server-settings.ts';
import { serviceAccount } from './access/service-account.ts';
import { silence } from './alerting/silence.ts';
import { ssoSettings } from './server/sso-settings.ts';
import { team } from './access/team.ts';
import { user } from './access/user.ts';

const kinds: KindDefinition[] = [
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
  plugin,
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
export const KINDS: readonly Kind[] = kinds
  .map((kind): Kind => ({ serves: () => Promise.resolve({ served: true }), ...kind }))
  .sort((a, b) => KIND_NAMES.indexOf(a.name) - KIND_NAMES.indexOf(b.name));

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

/** What Grafana deletes with a resource, under other UIDs. @throws if some can't be read */
export async function* goingWith(context: KindContext, owner: Reference): AsyncGenerator<Listed & { kind: KindName }> {
  for (const kind of KINDS) {
    const { deletedAlong } = kind;
    for await (const listed of deletedAlong?.owner === owner.kind ? deletedAlong.of(context, owner.uid) : []) {
      yield { ...listed, kind: kind.name };
    }
  }
}
