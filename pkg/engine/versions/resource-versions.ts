import type { ResourceVersion } from '../../contract/api/versions.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import { compact } from '../../contract/compact.ts';
import { parseJson, type Json } from '../../lib/json/json.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { VersionState } from '../../repository/index/versions/files.ts';
import type { ResourceChange } from '../../repository/index/versions/below/below.ts';
import type { VersionChange } from '../../repository/index/versions/timeline.ts';
import type { Versions } from '../../repository/repository.types.ts';
import { resourceChanges } from '../changes/changes.ts';
import type { Gone } from './deletions.ts';

/** Bodies read concurrently, each of which may take megabytes. */
const READ_AT_ONCE = 2;
/** A content of more bytes is not compared in passing; comparing two snapshots does that. */
const LARGEST = 4 * 1024 * 1024;
const MOST_CHANGES = 20;

/** Every change of a resource as people see it, newest first, without what changed in words. */
export function versionsOf({ changes, snapshots }: Versions): ResourceVersion[] {
  return changes.map((change) => versionOf(change, snapshots)).reverse();
}

/** The same of a folder with all that is or was below it. */
export function versionsBelow({
  changes,
  snapshots,
}: Pick<Versions<ResourceChange>, 'changes' | 'snapshots'>): ResourceVersion[] {
  return changes.map(({ change, ref: { kind, uid } }) => ({
    ...versionOf(change, snapshots),
    resource: { kind, uid },
  }));
}

function versionOf(change: VersionChange, snapshots: Versions['snapshots']): ResourceVersion {
  const timeOf = (id: string | undefined): string | undefined =>
    id === undefined ? undefined : snapshots.get(id)?.time;
  const { what, snapshots: held, state, before, after, had = after, until } = change;
  const time = timeOf(held.first) ?? '';
  const end = timeOf(until) ?? timeOf(held.last) ?? time;
  const { title = '', folder = '', folderUid } = state ?? before ?? {};
  const isMoved = state !== undefined && before !== undefined && before.folderUid !== state.folderUid;
  return compact({
    what,
    time,
    after: timeOf(after),
    until: timeOf(until),
    lived: Math.max(0, Date.parse(end) - Date.parse(time)),
    snapshots: compact({ ...held, before: had }),
    foreign: snapshots.get(held.first)?.foreign ?? snapshots.get(held.last)?.foreign,
    title,
    folder,
    folderUid,
    bytes: state?.bytes,
    updated: state?.updated,
    updatedBy: state?.updatedBy,
    version: state?.version,
    comment: state?.message,
    renamedFrom: state !== undefined && before !== undefined && before.title !== title ? before.title : undefined,
    movedFrom: isMoved ? before.folder : undefined,
  });
}

/** The resource that a version shows to be deleted. */
export function goneOf(
  { what, after, time, foreign, resource }: ResourceVersion,
  ref: Pick<Gone, 'kind' | 'uid'> | undefined = resource,
): Gone | undefined {
  return what !== 'deleted' || after === undefined || foreign === true || ref === undefined
    ? undefined
    : { kind: ref.kind, uid: ref.uid, after: new Date(after), before: new Date(time) };
}

export interface DescribeOptions {
  kind: KindName;
  /** The stored JSON text of an object. */
  read: (object: string) => Promise<string>;
  signal?: AbortSignal | undefined;
}

/**
 * Adds what changed to versions, by the content of each and of the one before it.
 * @param changes - those of the index that belong to them, in the same order
 */
export async function describeVersions(
  versions: readonly ResourceVersion[],
  changes: readonly VersionChange[],
  { kind, read, signal }: DescribeOptions,
): Promise<ResourceVersion[]> {
  const bodies = new RecentValues<Promise<Json>>();
  const bodyOf = (object: string): Promise<Json> => bodies.use(object, () => read(object).then(parseJson));
  const describe = async (
    version: ResourceVersion,
    before: VersionState,
    state: VersionState,
  ): Promise<ResourceVersion> => {
    if (state.object !== before.object && Math.max(state.bytes, before.bytes) > LARGEST) {
      return { ...version, untold: 'too-large' };
    }
    try {
      // Where the content is the same, there is nothing to read.
      const [old, fresh] =
        state.object === before.object ? [null, null] : [await bodyOf(before.object), await bodyOf(state.object)];
      // A folder that got another title has another path, too, and nothing was moved.
      const from = state.folderUid === before.folderUid ? state.folder : before.folder;
      const found = resourceChanges(kind, { body: old, folder: from }, { body: fresh, folder: state.folder });
      const isMore = found.truncated || found.changes.length > MOST_CHANGES;
      const changes = found.changes.slice(0, MOST_CHANGES);
      return compact({ ...version, changes, truncated: isMore ? true : undefined });
    } catch (error) {
      return { ...version, untold: reasonFor(error) };
    }
  };
  const pairs = versions.map((version, at) => ({ version, change: changes[at] }));
  return mapConcurrently(
    READ_AT_ONCE,
    pairs,
    async ({ version, change: { state, before } = {} }) =>
      state === undefined || before === undefined ? version : describe(version, before, state),
    signal,
  );
}

/** The same for versions of several resources. @param changes - those of the index, in the same order */
export function describeSeveral(
  versions: readonly ResourceVersion[],
  changes: readonly ResourceChange[],
  options: Omit<DescribeOptions, 'kind'>,
): Promise<ResourceVersion[]> {
  const pairs = versions.map((version, at) => ({ version, found: changes[at] }));
  return mapConcurrently(
    READ_AT_ONCE,
    pairs,
    async ({ version, found }) => {
      const [described] =
        found === undefined
          ? []
          : await describeVersions([version], [found.change], { ...options, kind: found.ref.kind });
      return described ?? version;
    },
    options.signal,
  );
}

/** @throws what is no fault of the content: the store does not answer, or the caller has gone. */
function reasonFor(error: unknown): NonNullable<ResourceVersion['untold']> {
  if (error instanceof DashkeepError && error.code === 'DK_IDENTITY_MISSING') {
    return 'no-identity';
  }
  const isOfContent =
    error instanceof DashkeepError ? /^DK_(OBJECT|JSON)_/.test(error.code) : error instanceof SyntaxError;
  if (!isOfContent) {
    throw error;
  }
  return 'not-readable';
}
