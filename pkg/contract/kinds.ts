/** Every kind of resource that Dashkeep knows, in the order in which a restore writes them. */
export const KIND_NAMES = [
  'org',
  'user',
  'team',
  'service-account',
  'plugin-settings',
  'data-source',
  'data-source-permissions',
  'correlation',
  'folder',
  'folder-permissions',
  'library-panel',
  'dashboard',
  'dashboard-permissions',
  'public-dashboard',
  'playlist',
  'notification-template',
  'mute-timing',
  'contact-point',
  'notification-policy',
  'inhibition-rule',
  'alert-rule-group',
  'silence',
  'annotation',
  'dashboard-snapshot',
  'org-preferences',
  'sso-settings',
  'server-settings',
] as const;

export type KindName = (typeof KIND_NAMES)[number];

/** Whether a string names a kind. */
export function isKindName(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}

/** Names one resource within a Grafana: the same triple always means the same thing in code, UI and docs. */
export interface ResourceRef {
  org: number;
  kind: KindName;
  uid: string;
}
