import type { PluginExtensionAddedLinkConfig, PluginExtensionPanelContext } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { isAdmin } from '../lib/permissions.ts';
import { routes } from '../lib/routes.ts';
import manifest from '../plugin.json';
import { ENGLISH, wordsOf, type LinkName } from './words.ts';

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
const forAdmins =
  (link: LinkName): NonNullable<Link['configure']> =>
  () =>
    isAdmin() ? wordsOf(link) : undefined;

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
  ...ENGLISH.versions,
  icon: 'history',
  configure: () =>
    isAdmin() && dashboardIn(locationService.getLocation().pathname) !== undefined ? wordsOf('versions') : undefined,
  onClick: () => {
    const uid = dashboardIn(locationService.getLocation().pathname);
    if (uid !== undefined) {
      locationService.push(routes.versions('dashboard', decodeURIComponent(uid)));
    }
  },
};

const earlierVersionsOfPanel: PluginExtensionAddedLinkConfig<PluginExtensionPanelContext> = {
  targets: PANEL_MENU,
  ...ENGLISH.versions,
  icon: 'history',
  group: GROUP,
  // Grafana refuses a link that leads nowhere before it was configured.
  path: routes.history(),
  configure: (context) => {
    const uid = context?.dashboard.uid ?? '';
    return isAdmin() && uid !== '' && !hasSidebar(config.buildInfo.version)
      ? { ...wordsOf('versions'), path: routes.versions('dashboard', uid) }
      : undefined;
  },
};

const backUp: Link = {
  targets: COMMAND_PALETTE,
  ...ENGLISH.backUp,
  icon: 'cloud-upload',
  group: GROUP,
  configure: forAdmins('backUp'),
  onClick: () => void import('./backUp.ts').then(({ backUpNow }) => backUpNow()),
};

// The palette of Grafana 12 follows no address: it calls `onClick`, also where there is none.
const restore: Link = {
  targets: COMMAND_PALETTE,
  ...ENGLISH.restore,
  icon: 'history',
  group: GROUP,
  configure: forAdmins('restore'),
  onClick: () => locationService.push(routes.restore()),
};

const status: Link = {
  targets: COMMAND_PALETTE,
  ...ENGLISH.status,
  icon: 'shield',
  group: GROUP,
  configure: forAdmins('status'),
  onClick: () => locationService.push(routes.overview()),
};

/*
 * It does not say whether the last backup is complete or overdue. Grafana calls `configure` while it draws the page,
 * takes no promise from it, and does not ask again: the text would be what an earlier visit found, and a backup that
 * failed since would still be called complete.
 */
const card: Link = {
  targets: ADMINISTRATION,
  ...ENGLISH.card,
  icon: 'shield',
  path: routes.overview(),
  configure: forAdmins('card'),
};

/** All of them, in the order of plugin.json. */
export const links = [earlierVersions, backUp, restore, status, card];

/** The one that Grafana gives the panel that it is about. */
export const panelLink = earlierVersionsOfPanel;
