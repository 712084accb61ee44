import type { PluginExtensionAddedLinkConfig, PluginExtensionPanelContext } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { t } from '../lib/i18n.ts';
import { isAdmin } from '../lib/permissions.ts';
import { routes } from '../lib/routes.ts';
import manifest from '../plugin.json';

/*
 * What Dashkeep adds to Grafana's own pages. Loaded with module.js, so it imports what it does only when that is used.
 * Places are named by their ids: Grafana's enumeration of them lacks the newer ones in older versions. Titles and
 * places must be those in plugin.json.
 */

const SIDEBAR = 'grafana/dashboard/sidebar/v1';
const PANEL_MENU = 'grafana/dashboard/panel/menu';
const COMMAND_PALETTE = 'grafana/commandpalette/action';
const ADMINISTRATION = 'grafana/dynamic/nav-landing-page/nav-id-cfg/cards/v1';

type Link = PluginExtensionAddedLinkConfig;
const GROUP = { name: manifest.name, icon: 'shield' } as const;

/** The service responds to admins alone: others are shown no link that would lead nowhere. */
const forAdmins: NonNullable<Link['configure']> = () => (isAdmin() ? {} : undefined);

/** Grafana 13.2 and later have a place for it beside the dashboard. */
function hasSidebar(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 13 || (major === 13 && minor >= 2);
}

/**
 * The uid of the dashboard that an address shows; undefined for another page, and for a dashboard that was never saved.
 */
export function dashboardIn(pathname: string): string | undefined {
  return /\/d\/([^/]+)/.exec(pathname)?.[1];
}

const earlierVersions: Link = {
  targets: SIDEBAR,
  title: 'Earlier versions',
  description: 'Every version of this dashboard that a backup holds',
  icon: 'history',
  configure: () =>
    isAdmin() && dashboardIn(locationService.getLocation().pathname) !== undefined
      ? { title: t('extension.versions', 'Earlier versions') }
      : undefined,
  onClick: () => {
    const uid = dashboardIn(locationService.getLocation().pathname);
    if (uid !== undefined) {
      locationService.push(routes.versions('dashboard', decodeURIComponent(uid)));
    }
  },
};

const earlierVersionsOfPanel: PluginExtensionAddedLinkConfig<PluginExtensionPanelContext> = {
  targets: PANEL_MENU,
  title: 'Earlier versions',
  description: 'Every version of this dashboard that a backup holds',
  icon: 'history',
  group: GROUP,
  // Grafana refuses a link that leads nowhere before it was configured.
  path: routes.history(),
  configure: (context) => {
    const uid = context?.dashboard.uid ?? '';
    return isAdmin() && uid !== '' && !hasSidebar(config.buildInfo.version)
      ? { title: t('extension.versions', 'Earlier versions'), path: routes.versions('dashboard', uid) }
      : undefined;
  },
};

const backUp: Link = {
  targets: COMMAND_PALETTE,
  title: 'Back up now',
  description: 'Start a backup of Grafana with Dashkeep',
  icon: 'cloud-upload',
  group: GROUP,
  configure: forAdmins,
  onClick: () => void import('./backUp.ts').then(({ backUpNow }) => backUpNow()),
};

const restore: Link = {
  targets: COMMAND_PALETTE,
  title: 'Restore something',
  description: 'Choose what to restore from a backup with Dashkeep',
  icon: 'history',
  group: GROUP,
  path: routes.restore(),
  configure: forAdmins,
};

const status: Link = {
  targets: COMMAND_PALETTE,
  title: 'Backup status',
  description: 'See what the last backup with Dashkeep covers',
  icon: 'shield',
  group: GROUP,
  path: routes.overview(),
  configure: forAdmins,
};

const card: Link = {
  targets: ADMINISTRATION,
  title: 'Backup and restore',
  description: 'See what the last backup covers, browse earlier versions, and restore what was changed or deleted.',
  icon: 'shield',
  path: routes.overview(),
  configure: forAdmins,
};

/** All of them, in the order of plugin.json. */
export const links = [earlierVersions, backUp, restore, status, card];

/** The one that Grafana gives the panel that it is about. */
export const panelLink = earlierVersionsOfPanel;
