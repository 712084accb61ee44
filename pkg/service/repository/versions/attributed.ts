import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { entryFingerprint } from '../../../engine/restore/apply/change-log.ts';
import { versionsBelow } from '../../../engine/versions/resource-versions.ts';
import { isGivenToAccount } from '../../../grafana/kinds/access/permissions/defaults.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isJsonObject, parseJson } from '../../../lib/json/json.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import type { ResourceChange } from '../../../repository/index/versions/below/below.ts';
import type { ListedChanges } from '../../../repository/repository.types.ts';
import type { Caller } from '../../organizations/caller.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { withRestores, type VersionRef } from '../restored.ts';
import type { ListedChange } from './change-entries.ts';
import { listedOf, refIn } from './find-changes.ts';

/** Each change with the version that it led to, and the restore that made it. */
export async function attributedChanges(
  found: Pick<ListedChanges, 'changes' | 'snapshots'>,
  { repositoryCache, history }: { repositoryCache: RepositoryCache; history: History },
  caller: Caller,
  signal: AbortSignal,
): Promise<ListedChange[]> {
  const versions = versionsBelow(found);
  const changes = new Map(versions.map((version, at) => [version, found.changes[at]]));
  const bodies = new RecentValues<Promise<boolean>>();
  const read = async (object: string): Promise<boolean> => {
    try {
      const body = parseJson(await repositoryCache.object(object, signal));
      return isJsonObject(body) && isGivenToAccount(body);
    } catch {
      signal.throwIfAborted();
      return false;
    }
  };
  const isDefault = (object: string): Promise<boolean> => bodies.use(object, () => read(object));
  const refOf = (version: ResourceVersion): VersionRef => ({
    ...refIn(caller)(version),
    ...leftOf(changes.get(version), isDefault),
  });
  return listedOf(found.changes, await withRestores(versions, refOf, history, caller, signal));
}

/** By which a restore is recognized that left this state. */
function leftOf(
  one: ResourceChange | undefined,
  isDefault: (object: string) => Promise<boolean>,
): Pick<VersionRef, 'mark' | 'isGiven'> {
  const { what, state, before } = one?.change ?? {};
  if (one === undefined || state === undefined) {
    return {};
  }
  const isNew = one.ref.kind.endsWith('-permissions') && (what === 'created' || what === 'returned');
  const isGiven = async (): Promise<boolean> => state.object === before?.object || isDefault(state.object);
  return { ...markIn(one), ...(isNew ? { isGiven } : {}) };
}

/** The mark of the content that a change led to, as records of restores have it. */
export function markIn({ ref: { kind }, change: { state } }: ResourceChange): Pick<VersionRef, 'mark'> {
  return state === undefined ? {} : { mark: entryFingerprint(kindOf(kind), state) };
}
