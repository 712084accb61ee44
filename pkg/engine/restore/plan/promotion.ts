import type { ResourceRef } from '../../../contract/kinds.ts';
import type { RunRecord, Touched } from '../../../contract/runs.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { trustedRestores } from '../../restored-since.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';
import { isOwnersDefault } from '../owners-default.ts';

/** A resource of the target as it is now. */
interface LiveResource {
  kind: Kind;
  context: WriteContext;
  uid: string;
  /** Undefined when nothing is there. */
  live: Content | undefined;
  /** Its mark; undefined when nothing is there. */
  mark: string | undefined;
}

/**
 * What earlier migrations left in the target, so that a promotion overwrites and deletes nothing else. Only records
 * that a trusted key signed count, because they let resources be overwritten.
 */
export class Promotion {
  readonly #request: PlanRequest;
  #known: Promise<Known> | undefined;

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  /** Why a promotion leaves a resource to a person; undefined when it is as a migration left it, or was never there. */
  async conflict({ kind, context, uid, live, mark }: LiveResource): Promise<KnownReason | undefined> {
    const { written, areAll } = await (this.#known ??= this.#load());
    const target = { org: context.org.id, kind: kind.name, uid };
    const last = written.get(keyOf(target));
    if (last?.undone === true) {
      return reason('undone-there');
    }
    if (last === undefined || last.did === 'deleted') {
      if (live === undefined) {
        return last === undefined && !areAll ? reason('maybe-deleted-there') : undefined;
      }
      return (await isLeftDefault(written, { kind, context, uid, live })) ? undefined : reason('not-promoted');
    }
    if (mark === undefined) {
      return reason('deleted-there');
    }
    return mark === last.mark ? undefined : reason('changed-there');
  }

  /** Why a promotion does not delete it: also when migrations only changed what had been created there. */
  async keeps(resource: LiveResource): Promise<KnownReason | undefined> {
    const conflict = await this.conflict(resource);
    const { kind, context, uid } = resource;
    const last = (await this.#known)?.written.get(keyOf({ org: context.org.id, kind: kind.name, uid }));
    return conflict ?? (last?.created === true ? undefined : reason('not-promoted'));
  }

  async #load(): Promise<Known> {
    const written = new Map<string, Written>();
    const { records, areAll } = await trustedRestores(this.#request);
    for (const record of records) {
      for (const one of readBack(record)) {
        const key = keyOf(one);
        const later = written.get(key);
        if (later === undefined) {
          written.set(key, one);
        } else {
          later.created ||= one.created;
        }
      }
    }
    return { written, areAll };
  }
}

interface Known {
  /** What each resource of the target was left as, by its key. */
  written: Map<string, Written>;
  /** False where a record may have been hidden: then what is absent here may have been written all the same. */
  areAll: boolean;
}

/** What a restore left, by its own reading. */
type Written = Touched & {
  undone: boolean;
  /** By this restore or an earlier one. */
  created: boolean;
};

/** What was written and not read back may be as it was before: then an earlier record says what that is. */
function readBack({ touched = [], undoes }: RunRecord): Written[] {
  const undone = undoes !== undefined;
  return touched.filter(({ open }) => open !== true).map((one) => ({ ...one, undone, created: one.did === 'created' }));
}

/** Whether it is what Grafana gave to an owner that a migration created. */
async function isLeftDefault(
  written: ReadonlyMap<string, Written>,
  { kind, context, uid, live }: Omit<LiveResource, 'mark'> & { live: Content },
): Promise<boolean> {
  const owner: ResourceRef | undefined = kind.owner && { org: context.org.id, kind: kind.owner, uid };
  return (
    owner !== undefined &&
    written.get(keyOf(owner))?.did === 'created' &&
    (await isOwnersDefault(kind, context, uid, live))
  );
}
