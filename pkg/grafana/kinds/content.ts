import type { ManagedBy } from '../../contract/manifest.ts';
import type { Json } from '../../lib/json/json.ts';

/** The restorable content of a resource, and the facts about it that are not content. */
export interface Content {
  /** Normalised: no version, timestamp, numeric id, URL or author. The same resource read twice gives the same body. */
  body: Json;
  title: string;
  /** Uid of the folder it is in. Absent at the root and for kinds outside folders. */
  folderUid?: string;
  apiVersion?: string;
  provenance?: string;
  managedBy?: ManagedBy;
  facts?: Record<string, string | number | boolean>;
  /** Of live content: what a write that replaces it has to name, so that nobody's change is lost. */
  liveVersion?: string;
  /** Live content that Grafana made by itself and nobody changed: a restore may replace it as if nothing were there. */
  pristine?: true;
  /**
   * Live content with the mark of a restore that was cut short: a restore may replace it without being asked to
   * overwrite. Anyone who may edit it can give it that mark, so it says nothing about what is in it.
   */
  unfinished?: true;
  /** Users only: organizations that the snapshot knows. Memberships of others stay; without it none do. */
  snapshotOrgs?: ReadonlySet<string>;
  /** Users only: of an account that exists, only its memberships of these organizations are meant. */
  joinsOnly?: ReadonlySet<string>;
  /**
   * Groups of alert rules only. `some`: only these rules are meant, and all else of the group stays as it is live.
   * `all`: live rules that are not among these go. Without it they stay, after these.
   */
  rules?: 'some' | 'all';
  /** Contact points only: live integrations that are not among these go. Without it they stay. */
  integrations?: 'all';
  /** Dashboards only: the form in which the classic script stored it, for the plain copy. */
  plain?: Json;
}
