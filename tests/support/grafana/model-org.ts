import type { JsonObject } from '../../../pkg/contract/json.ts';
import type { Stored } from './model.ts';

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

/** The kinds of an org beyond folders, dashboards and access. */
export interface OrgExtras {
  preferences: Record<string, unknown>;
  teams: Map<number, Team>;
  libraryPanels: Map<string, LibraryPanel>;
}

export function emptyExtras(): OrgExtras {
  return { preferences: {}, teams: new Map(), libraryPanels: new Map() };
}
