import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import { emptyContent, type ContentExtras } from './content.ts';
import { newAlerting, type Alerting } from './alerting.ts';
import type { Stored, AclEntry } from './stored.ts';

/** A group of users in an org. */
export interface Team {
  id: number;
  uid: string;
  name: string;
  email: string;
  /** Comes from SCIM. */
  isProvisioned: boolean;
  externalUID: string;
  created: number;
  updated: number;
  /** Permission by user id: 0 member, 4 admin. */
  members: Map<number, 0 | 4>;
  preferences: Record<string, unknown>;
}

/** A panel that several dashboards share. */
export interface LibraryPanel extends Stored {
  name: string;
  folderUid: string;
  type: string;
  description: string;
  model: JsonObject;
}

export interface DataSource {
  id: number;
  uid: string;
  name: string;
  type: string;
  access: string;
  url: string;
  user: string;
  database: string;
  basicAuth: boolean;
  basicAuthUser: string;
  withCredentials: boolean;
  isDefault: boolean;
  jsonData: JsonObject;
  /** Secret values: no endpoint ever gives them out. */
  secureJsonData: Record<string, string>;
  /** Provisioned from a file. */
  readOnly: boolean;
  version: number;
  acl: AclEntry[];
}

/** The kinds of an org beyond folders, dashboards and access. */
export interface OrgExtras extends ContentExtras {
  preferences: Record<string, unknown>;
  teams: Map<number, Team>;
  libraryPanels: Map<string, LibraryPanel>;
  dataSources: Map<string, DataSource>;
  alerting: Alerting;
}

export function emptyExtras(receiver: string): OrgExtras {
  return {
    preferences: {},
    teams: new Map(),
    libraryPanels: new Map(),
    dataSources: new Map(),
    alerting: newAlerting(receiver),
    ...emptyContent(),
  };
}
