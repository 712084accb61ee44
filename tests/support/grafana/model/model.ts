import type { Body } from '../http/body.ts';
import type { SearchIndex } from '../search-index.ts';
import type { OrgExtras } from './org.ts';
import type { AclEntry, Role, Stored } from './stored.ts';

/** An action and the scope it is granted on, as Grafana's access control stores them. */
export interface Permission {
  action: string;
  /** `*`, `dashboards:*`, `folders:uid:abc`, … */
  scope: string;
}

export interface Folder extends Stored {
  title: string;
  description?: string;
  /** Empty at the root. */
  parentUid: string;
  acl: AclEntry[];
}

export interface Dashboard extends Stored {
  title: string;
  tags: string[];
  /** Empty at the root. */
  folderUid: string;
  /** API version it is stored as: `v0alpha1`, `v1`, `v2`, … */
  apiVersion: string;
  /** What it was stored as before; its own status still names that. */
  convertedFrom?: string;
  /** The spec, without id, uid and version. */
  body: Body;
  message: string;
  acl: AclEntry[];
  /** Uids of the library panels that it uses. */
  libraryPanels: string[];
}

export interface User {
  id: number;
  uid: string;
  login: string;
  email: string;
  name: string;
  password: string;
  isGrafanaAdmin: boolean;
  isDisabled: boolean;
  /** Comes from single sign-on or LDAP. */
  authLabels: string[];
  created: number;
  updated: number;
  preferences: Record<string, unknown>;
}

export interface ServiceAccount {
  id: number;
  uid: string;
  name: string;
  login: string;
  role: Role;
  isDisabled: boolean;
  isExternal: boolean;
  created: number;
  /** Granted on top of the role (Enterprise custom roles); for tests of narrow rights. */
  extra: Permission[];
  /** Actions taken away from the role; for tests of missing rights. */
  without: string[];
}

export interface Token {
  id: number;
  name: string;
  key: string;
  orgId: number;
  /** Undefined: it has no API key of this kind. */
  serviceAccountId?: number;
  role?: Role;
  created: number;
  expires?: number;
  lastUsed?: number;
  revoked: boolean;
}

export interface Address {
  address1: string;
  address2: string;
  city: string;
  zipCode: string;
  state: string;
  country: string;
}

export interface Org extends OrgExtras {
  id: number;
  name: string;
  address: Address;
  created: number;
  /** When a request created it; its alerting comes up to a minute later. Absent for those that were there before. */
  madeByRequest?: number;
  /** Whether alerting knows more than one routing tree (13). */
  multipleTrees: boolean;
  folders: Map<string, Folder>;
  dashboards: Map<string, Dashboard>;
  /** When dashboards were deleted whose annotations and public dashboards are still there, from 12 on. */
  trash: Map<string, number>;
  /** What was deleted, by the resource under `/apis` and uid, as lists of deleted objects have it from 12 on. */
  deleted: Record<string, Map<string, Stored>>;
  /** Every dashboard as each write left it, deletions among them, oldest first (table resource_history). */
  history: Dashboard[];
  serviceAccounts: Map<number, ServiceAccount>;
  /** Role by user id. */
  members: Map<number, Role>;
  index: SearchIndex;
}
