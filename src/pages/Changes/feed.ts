import { config } from '@grafana/runtime';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';

/** A change with what it is about. */
export type FeedChange = ResourceVersion & { resource: NonNullable<ResourceVersion['resource']> };

/** The changes that a backup shows for the first time. */
export interface BackupChanges {
  snapshot: string;
  time: string;
  rows: FeedRow[];
}

/** One change, or all that a restore made. */
export interface FeedRow {
  /** Of the restore. */
  run?: string;
  changes: [FeedChange, ...FeedChange[]];
}

/** Changes in order, by the backup that first shows them; those of a restore in one row. */
export function changesByBackup(items: readonly ResourceVersion[]): BackupChanges[] {
  const groups = new Map<string, BackupChanges>();
  for (const item of items) {
    const { resource, snapshots, time, restored } = item;
    if (resource !== undefined) {
      const group = groups.get(snapshots.first) ?? { snapshot: snapshots.first, time, rows: [] };
      groups.set(snapshots.first, group);
      const change = { ...item, resource };
      const first = group.rows.find(
        ({ changes: [one] }) => restored !== undefined && one.restored?.run === restored.run,
      );
      if (first === undefined) {
        group.rows.push({ changes: [change] });
      } else {
        Object.assign(first, { run: restored?.run });
        first.changes.push(change);
      }
    }
  }
  return [...groups.values()];
}

/** A unique key of a change. */
export function keyOf({ resource, snapshots }: FeedChange): string {
  return `${snapshots.first} ${resource.kind}/${resource.uid}`;
}

/** What a change is about. */
export function refOfChange({ resource }: FeedChange): NamedRef {
  return { org: config.bootData.user.orgId, ...resource };
}
