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

/** One change, or all that a restore made or that were deleted together. */
export interface FeedRow {
  /** The ID of the restore, or kind and UID of what they were deleted with. */
  group?: string;
  changes: [FeedChange, ...FeedChange[]];
}

/** Changes in order, by the backup that first shows them; those of a restore, or deleted together, in one row. */
export function changesByBackup(items: readonly ResourceVersion[]): BackupChanges[] {
  const groups = new Map<string, BackupChanges>();
  for (const item of items) {
    const { resource, snapshots, time } = item;
    const key = groupOf(item);
    if (resource !== undefined) {
      const group = groups.get(snapshots.first) ?? { snapshot: snapshots.first, time, rows: [] };
      groups.set(snapshots.first, group);
      const change = { ...item, resource };
      const first = group.rows.find(({ changes: [one] }) => key !== undefined && groupOf(one) === key);
      if (first === undefined) {
        group.rows.push({ changes: [change] });
      } else {
        Object.assign(first, { group: key });
        first.changes.push(change);
      }
    }
  }
  return [...groups.values()];
}

function groupOf({ what, restored, deletedWith: head }: ResourceVersion): string | undefined {
  return what === 'deleted' ? head && `${head.kind}/${head.uid}` : restored?.run;
}

/** A unique key of a change. */
export function keyOf({ resource, snapshots }: FeedChange): string {
  return `${snapshots.first} ${resource.kind}/${resource.uid}`;
}

/** What a change is about. */
export function refOfChange({ resource }: FeedChange): NamedRef {
  return { org: config.bootData.user.orgId, ...resource };
}
