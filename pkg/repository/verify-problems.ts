import type { DashkeepError, ErrorCode } from '../contract/errors.ts';
import type { ResourceRef } from '../contract/kinds.ts';
import type { NamedKey } from './layout.ts';
import { readManifest } from './manifests.ts';
import type { OpenedRepository } from './repository.ts';
import { isUnreadable } from './snapshot-index.ts';

export type HurtResource = ResourceRef & { title: string };

export interface VerifyProblem {
  /** Empty when a manifest itself is the problem. */
  object: string;
  /** Whether the object is, or should be, there in its encrypted form. */
  encrypted: boolean;
  code: ErrorCode;
  reason: string;
  /** Ids of the snapshots that need it. */
  snapshots: string[];
  /** What cannot be restored because of it. */
  resources: HurtResource[];
}

/** What is wrong with one object, whatever needs it. */
export interface Defect {
  encrypted: boolean;
  code: ErrorCode;
  reason: string;
}

/** What was read of a manifest; undefined when it was forgotten meanwhile, or is unreadable: then the handler is told. */
export async function ifReadable<T>(
  reading: Promise<T>,
  unreadable: (error: DashkeepError) => void,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    if (error.code !== 'DK_NOT_FOUND') {
      unreadable(error);
    }
    return undefined;
  }
}

/**
 * The snapshots and resources that defects of objects hurt, a problem for each object. Reads the manifests once more, only
 * when there is something to tell.
 * @param defects - by object id
 */
export async function nameTheHurt(
  { store, keyring }: OpenedRepository,
  keys: readonly NamedKey[],
  defects: ReadonlyMap<string, Defect>,
  calls: { signal?: AbortSignal },
): Promise<VerifyProblem[]> {
  const found = new Map<string, { snapshots: string[]; resources: Map<string, HurtResource> }>();
  for (const key of defects.size === 0 ? [] : keys) {
    const read = await ifReadable(readManifest(store, keyring, key, calls), () => undefined);
    for (const { org, kind, uid, title, object } of read?.manifest.resources ?? []) {
      if (defects.has(object)) {
        const hurt = found.get(object) ?? { snapshots: [], resources: new Map<string, HurtResource>() };
        found.set(object, hurt);
        if (hurt.snapshots.at(-1) !== key.id) {
          hurt.snapshots.push(key.id);
        }
        hurt.resources.set(`${org}/${kind}/${uid}`, { org, kind, uid, title });
      }
    }
  }
  return [...found].flatMap(([object, { snapshots, resources }]) => {
    const defect = defects.get(object);
    return defect === undefined
      ? []
      : [{ object, ...defect, snapshots: snapshots.sort(), resources: [...resources.values()] }];
  });
}
