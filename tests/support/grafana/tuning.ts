import type { ListStorage } from './profiles/list-versions.ts';
import type { Role } from './model/stored.ts';

/** Behaviours of real servers that differ by configuration, storage or luck. */
export interface Tuning {
  /** Pages of `/apis` lists end once their bodies reach this size (Grafana's `max_page_size_bytes`). */
  pageBytes: number;
  /** Every n-th page of an `/apis` list comes empty, with `continue` set; 0 = never. */
  emptyPageEvery: number;
  /** What the resource version of an `/apis` list is made of. */
  listStorage: ListStorage;
  /**
   * How long an org that a request created has no Alertmanager, in milliseconds. Up to a minute on a real server (the
   * poll interval of its job); not at all here by default, since many tests run on the real clock.
   */
  alertingWarmUpMs: number;
  /** How long a write holds the one Alertmanager document, in milliseconds: a second writer meanwhile collides. */
  alertingWriteMs: number;
  /** Enterprise features: data source permissions, … */
  enterprise: boolean;
  /** Toggle overrides of the profile. */
  nestedFolders: boolean;
  /** People without an account may look around (`[auth.anonymous]`). */
  anonymous: boolean;
  /** A created user is put into an org that is there; otherwise Grafana makes one for them (`auto_assign_org`). */
  autoAssignOrg: boolean;
  /** Org that a created user is put in where the request names none (`auto_assign_org_id`). */
  autoAssignOrgId: number;
  /** Role that a created user gets in the org that they are put in (`auto_assign_org_role`). */
  autoAssignOrgRole: Role;
  /** Answers are compressed for callers that accept it (Grafana's `enable_gzip`, off by default). */
  gzip: boolean;
  /**
   * Where it is served besides its root (`serve_from_sub_path`), such as /grafana. There, Grafana takes the path apart
   * after it has decoded it, so that no route takes a name with a slash.
   */
  subPath: string;
}

export const DEFAULT_TUNING: Omit<Tuning, 'nestedFolders'> = {
  pageBytes: 2 * 1024 * 1024,
  emptyPageEvery: 0,
  listStorage: 'sql',
  alertingWarmUpMs: 0,
  alertingWriteMs: 0,
  enterprise: false,
  anonymous: false,
  autoAssignOrg: true,
  autoAssignOrgId: 1,
  autoAssignOrgRole: 'Viewer',
  gzip: false,
  subPath: '',
};
