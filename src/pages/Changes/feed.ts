import { config } from '@grafana/runtime';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';

/** A change with what it is about. */
export type FeedChange = ResourceVersion & { resource: NonNullable<ResourceVersion['resource']> };

/** The changes that a backup shows for the first time. */
export interface BackupChanges {
  snapshot: string;
  time: string;
  changes: FeedChange[];
}

/** Changes in order, grouped by the backup that first shows them. */
export function changesByBackup(items: readonly ResourceVersion[]): BackupChanges[] {
  const groups = new Map<string, BackupChanges>();
  for (const item of items) {
    const { resource, snapshots, time } = item;
    if (resource !== undefined) {
      const group = groups.get(snapshots.first) ?? { snapshot: snapshots.first, time, changes: [] };
      group.changes.push({ ...item, resource });
      groups.set(snapshots.first, group);
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
