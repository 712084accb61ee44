import type { IconName } from '@grafana/data';
import type { Nameable } from '../../pkg/contract/kinds.ts';
import { t } from './i18n.ts';

const ICONS: Partial<Record<Nameable, IconName>> = {
  org: 'building',
  user: 'user',
  team: 'users-alt',
  'service-account': 'key-skeleton-alt',
  plugin: 'plug',
  'plugin-settings': 'plug',
  'data-source': 'database',
  'data-source-permissions': 'lock',
  correlation: 'link',
  folder: 'folder',
  'folder-permissions': 'lock',
  'library-panel': 'library-panel',
  dashboard: 'apps',
  'dashboard-permissions': 'lock',
  'public-dashboard': 'share-alt',
  playlist: 'presentation-play',
  'notification-template': 'envelope',
  'mute-timing': 'clock-nine',
  'contact-point': 'at',
  'notification-policy': 'sitemap',
  'inhibition-rule': 'bell-slash',
  'alert-rule-group': 'bell',
  'alert-rule': 'bell',
  silence: 'bell-slash',
  annotation: 'comment-alt',
  'dashboard-snapshot': 'camera',
};

/** @returns the icon of a kind */
export function kindIcon(kind: Nameable): IconName {
  return ICONS[kind] ?? 'cog';
}

/** What a kind is called, in the plural: the heading over its resources. */
export function kindLabel(kind: Nameable): string {
  const labels: Record<Nameable, string> = {
    org: t('kind.org', 'Organizations'),
    user: t('kind.user', 'Users'),
    team: t('kind.team', 'Teams'),
    'service-account': t('kind.service-account', 'Service accounts'),
    plugin: t('kind.plugin', 'Plugins'),
    'plugin-settings': t('kind.plugin-settings', 'Plugin settings'),
    'data-source': t('kind.data-source', 'Data sources'),
    'data-source-permissions': t('kind.data-source-permissions', 'Data source permissions'),
    correlation: t('kind.correlation', 'Correlations'),
    folder: t('kind.folder', 'Folders'),
    'folder-permissions': t('kind.folder-permissions', 'Folder permissions'),
    'library-panel': t('kind.library-panel', 'Library panels'),
    dashboard: t('kind.dashboard', 'Dashboards'),
    'dashboard-permissions': t('kind.dashboard-permissions', 'Dashboard permissions'),
    'public-dashboard': t('kind.public-dashboard', 'Shared dashboards'),
    playlist: t('kind.playlist', 'Playlists'),
    'notification-template': t('kind.notification-template', 'Notification templates'),
    'mute-timing': t('kind.mute-timing', 'Mute timings'),
    'contact-point': t('kind.contact-point', 'Contact points'),
    'notification-policy': t('kind.notification-policy', 'Notification policies'),
    'inhibition-rule': t('kind.inhibition-rule', 'Inhibition rules'),
    'alert-rule-group': t('kind.alert-rule-group', 'Alert rule groups'),
    'alert-rule': t('kind.alert-rule', 'Alert rules'),
    silence: t('kind.silence', 'Silences'),
    annotation: t('kind.annotation', 'Annotations'),
    'dashboard-snapshot': t('kind.dashboard-snapshot', 'Dashboard snapshots'),
    'org-preferences': t('kind.org-preferences', 'Preferences'),
    'sso-settings': t('kind.sso-settings', 'Single sign-on settings'),
    'server-settings': t('kind.server-settings', 'Server settings'),
  };
  return labels[kind];
}
