import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import type { Manifest, SnapshotTrigger } from '../../contract/manifest.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Clock, Randomness, Log } from '../../contract/ports.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { Listed } from '../../grafana/kinds/kind.ts';
import type { Repository } from '../../repository/repository.ts';
import type { OnProgress } from '../progress.ts';
import type { Alarm } from './losses/shrunk.ts';

/** A resource that a restore is about to overwrite or delete. */
export interface ToBeWritten extends Listed {
  org: number;
  kind: KindName;
  isDeleted: boolean;
}

export interface BackupOptions {
  instance: Instance;
  repository: Repository;
  /** Id of the run and of its snapshot; made up when not given. */
  id?: string;
  trigger: SnapshotTrigger;
  /** Who asked, where known. For information only. */
  by?: string;
  /** Kinds to read; all by default. The others are reported as skipped. */
  kinds?: readonly KindName[];
  /** Read every body at least every n-th snapshot, whatever the revisions say; 12 by default. */
  fullReadEvery?: number;
  /** The shrunk snapshot whose losses are accepted: it is what this one is compared with. */
  acceptLoss?: string;
  /** From when on deleted and overwritten resources are reported. */
  alarm?: Alarm;
  /** Whether a resource is to be read however recently that was done: a restore is about to write there. */
  mustRead?: (org: number, uid: string) => boolean;
  /** Take nothing over that may have changed without a list showing it, such as permissions. */
  readsAll?: boolean;
  /**
   * For a safety snapshot: all resources that the restore overwrites or deletes. Only these are read if the last
   * snapshot can be the base; see `basedOn` of the manifest.
   */
  touched?: readonly ToBeWritten[];
  /** All that it creates: none of it exists, whatever the last snapshot says. */
  creates?: readonly ResourceRef[];
  /** The last backup, where the clock here is behind and takes it for one of the future. */
  follows?: Manifest;
  /** Whether the restore that a safety snapshot is taken for deletes nothing. */
  deletesNothing?: boolean;
  /** Keep `grafana-backups/dashboard-<uid>.json` up to date. */
  plainCopies: boolean;
  version: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  signal: AbortSignal;
  onProgress?: OnProgress;
  /** Gets what the record of the run is to warn of. */
  onWarning?: (warning: KnownReason) => void;
}
