/** Every kind of resource that Dashkeep knows, in the order in which a restore writes them. */
export const KIND_NAMES = [
  'org',
  'user',
  'team',
  'service-account',
  'plugin',
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

/** Kinds of the whole server: they belong to no organization, and only a server admin reads or writes them. */
export const SERVER_KINDS: ReadonlySet<KindName> = new Set<KindName>([
  'org',
  'user',
  'sso-settings',
  'server-settings',
]);

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

/** A single alert rule. It is kept in its group, and can be seen, compared and restored by its own uid. */
export const RULE = 'alert-rule';

/** What a person can name: a kind, or a part of a resource that can be restored alone. */
export const NAMEABLE = [...KIND_NAMES, RULE] as const;

export type Nameable = (typeof NAMEABLE)[number];

/** Names a resource, or a part of one. */
export interface NamedRef extends Omit<ResourceRef, 'kind'> {
  kind: Nameable;
}

/** Whether it names a whole resource. */
export function isWholeResource<T extends { kind: Nameable }>(ref: T): ref is T & { kind: KindName } {
  return ref.kind !== RULE;
}

/** Kinds whose live resources can replace those of a snapshot. */
export const REPLACEABLE = ['folder', 'team', 'user', 'contact-point', 'mute-timing'] as const;

/** Sorts by organization, then in the order in which a restore writes kinds. */
export function byWriteOrder(a: Pick<ResourceRef, 'org' | 'kind'>, b: Pick<ResourceRef, 'org' | 'kind'>): number {
  return a.org - b.org || KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind);
}
