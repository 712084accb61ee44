import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';

/** The two sides of a comparison: snapshots, or `live`. */
export interface Sides {
  from: string;
  to: string;
}

/** What a version is compared with. */
export type Against = 'before' | 'live';

/** A key that is unique among the versions of a list. */
export function keyOf({ resource, snapshots }: ResourceVersion): string {
  return [resource?.kind, resource?.uid, snapshots.first].join(' ');
}

/** What a version is one of: of a folder's list also what is in it. */
export function refOfVersion({ org, ...own }: NamedRef, { resource }: ResourceVersion): NamedRef {
  return { org, ...own, ...resource };
}

/** Undefined where one side holds nothing, or is not known. */
export function sidesOf(
  version: ResourceVersion,
  items: readonly ResourceVersion[],
  against: Against,
): Sides | undefined {
  const { what, snapshots } = version;
  if (what === 'deleted') {
    return undefined;
  }
  if (against === 'live') {
    return { from: snapshots.last, to: 'live' };
  }
  const before = items.slice(placeOf(version, items) + 1).find((one) => isSame(one, version));
  return before === undefined || before.what === 'deleted'
    ? undefined
    : { from: before.snapshots.last, to: snapshots.first };
}

/** Its place in the list, which may have been read again since; -1 if it is not in it. */
export function placeOf(version: ResourceVersion, items: readonly ResourceVersion[]): number {
  const key = keyOf(version);
  return items.findIndex((one) => keyOf(one) === key);
}

function isSame({ resource: one }: ResourceVersion, { resource: other }: ResourceVersion): boolean {
  return one?.kind === other?.kind && one?.uid === other?.uid;
}
