import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import type { ManifestEntry, Manifest } from '../../contract/manifest.ts';
import type { PlanItem } from '../../contract/plan.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { Repository } from '../../repository/repository.types.ts';
import type { OnProgress } from '../progress.ts';

/** What of a snapshot is to be restored. Several conditions narrow it down together; none = everything. */
export interface Selection {
  kinds?: readonly KindName[];
  /** Single resources; without an org in whichever org holds them. */
  only?: readonly (Omit<ResourceRef, 'org'> & { org?: number })[];
}

export interface RestoreOptions {
  /** Also update what is live and differs. */
  overwrite: boolean;
  /** Also write what files, Git Sync, Terraform or an operator manage. */
  includeManaged: boolean;
  /** Secrets given for this restore, by field name. */
  secrets?: (kind: KindName, uid: string) => Record<string, string> | undefined;
}

export interface PlanRequest {
  manifest: Manifest;
  repository: Repository;
  instance: Instance;
  selection: Selection;
  options: RestoreOptions;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  onProgress?: OnProgress;
}

/** One item of a plan with what is needed to apply it. */
export interface PlannedItem extends PlanItem {
  entry: ManifestEntry;
  /** Fingerprint of what is live now; absent when nothing is. */
  live?: string;
}

/** What the selection needs, and neither the target nor the plan has. */
export interface MissingDependency extends ResourceRef {
  title: string;
  /** Whether the snapshot holds it, so that it can be added. */
  inSnapshot: boolean;
}

export interface Plan {
  snapshot: string;
  /** In the order in which they would be written. */
  items: PlannedItem[];
  missing: MissingDependency[];
}
