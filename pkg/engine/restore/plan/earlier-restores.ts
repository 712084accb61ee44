import type { Touched } from '../../../contract/runs.ts';
import type { StoredRun } from '../../../repository/runs.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { MAX_SKEW } from '../../../repository/clocks.ts';
import { restoresSince } from '../../restored-since.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

/** The record of a restore, and what it touched by key. */
interface EarlierRestore extends StoredRun {
  touched: ReadonlyMap<string, Touched>;
}

/**
 * What earlier restores wrote, by their records; read when first asked for. Only those since the snapshot matter: what
 * a restore wrote before is in it.
 */
export class EarlierRestores {
  readonly #request: PlanRequest;
  #records: Promise<EarlierRestore[]> | undefined;

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  /**
   * Whether a restore since the snapshot wrote the resource, as it belongs to the owner that is live: where a later
   * restore found the owner missing, or the owner was made after the restore, what was written before went with an
   * earlier one. That a restore made the owner, and that a write failed, only a record says that a trusted key signed,
   * for it lets permissions be widened.
   */
  async wrote(context: WriteContext, kind: Kind, uid: string, owner: Content): Promise<boolean> {
    return (await this.#last(context, kind, uid, owner)) === 'it';
  }

  /** Whether a restore since the snapshot made its owner, and none wrote the resource after that. */
  async madeOwner(context: WriteContext, kind: Kind, uid: string): Promise<boolean> {
    return (await this.#last(context, kind, uid)) === 'owner';
  }

  /**
   * Whether what is live is what a restore of this snapshot left of the resource, which was not what was to be written,
   * and nobody has changed it since. Only a record that a trusted key signed says so, for it lets it be overwritten.
   */
  async leftHalf(context: WriteContext, kind: Kind, uid: string, live: string): Promise<boolean> {
    const key = keyOf({ org: context.org.id, kind: kind.name, uid });
    for (const { record, author, touched } of await this.#read()) {
      const last = touched.get(key);
      // What was to be written next, and is not there, was not written.
      if (last === undefined || last.open === true) {
        continue;
      }
      const isMeant = record.source === this.#request.manifest.id && this.#request.repository.trust.counts(author);
      if (!isMeant || last.mark !== live || last.differs === true) {
        return isMeant && last.mark === live;
      }
    }
    return false;
  }

  /** What was written last of a resource and its owner; of the live owner, where it is given. */
  async #last(context: WriteContext, kind: Kind, uid: string, owner?: Content): Promise<'it' | 'owner' | undefined> {
    const org = context.org.id;
    const [key, ownerKey] = [kind.name, goesWith(kind)].map((name) => name && keyOf({ org, kind: name, uid }));
    for (const { record, author, touched } of await this.#read()) {
      if (owner !== undefined && this.#isBefore(record, context, owner)) {
        continue;
      }
      const its = touched.get(key ?? '');
      const isTrusted = this.#request.repository.trust.counts(author);
      const isFailed = isTrusted && record.errors.some((problem) => keyOf(problem) === key);
      if (!isFailed && its !== undefined && its.open !== true) {
        return 'it';
      }
      if (isTrusted && touched.get(ownerKey ?? '')?.did === 'created') {
        return 'owner';
      }
    }
    return undefined;
  }

  /** Whether a restore ended before its owner was made, however far apart the clocks may be. */
  #isBefore({ finished = '' }: EarlierRestore['record'], { grafana }: WriteContext, owner: Content): boolean {
    const latest = Date.parse(finished) + MAX_SKEW + Math.max(grafana.clockAhead ?? 0, 0);
    return !this.#request.repository.ignoreClock && isMadeSince(latest, owner);
  }

  #read(): Promise<EarlierRestore[]> {
    return (this.#records ??= this.#load());
  }

  async #load(): Promise<EarlierRestore[]> {
    const { repository, manifest, signal } = this.#request;
    const since = Date.parse(manifest.finished);
    const runs = await restoresSince({ repository, signal }, ({ started }) => Date.parse(started) >= since);
    return runs.map((run) => ({ ...run, touched: new Map(run.record.touched?.map((one) => [keyOf(one), one])) }));
  }
}

/**
 * Whether something came with an owner that was made after the snapshot, and is still what Grafana gave it: then it
 * says nothing that anybody chose. So the permissions of a folder come back also when a restore was killed between the
 * folder and them. What a restore has written since, and is the default now, somebody narrowed. Grafana says only in
 * which second the owner was made; the record of the restore that made it knows better.
 */
export async function isRenewed(
  { manifest }: Pick<PlanRequest, 'manifest'>,
  earlier: EarlierRestores,
  kind: Kind,
  context: WriteContext,
  uid: string,
  live: Content,
): Promise<boolean> {
  const isNew = async (owner: Content): Promise<boolean> =>
    (isMadeAfter(manifest, owner) || (await earlier.madeOwner(context, kind, uid))) &&
    !(await earlier.wrote(context, kind, uid, owner));
  return isOwnersDefault(kind, context, uid, live, isNew);
}

/** Whether something is what Grafana gave it with its owner. */
export async function isOwnersDefault(
  kind: Kind,
  context: WriteContext,
  uid: string,
  live: Content,
  isMeant: (owner: Content) => Promise<boolean> = async () => true,
): Promise<boolean> {
  if (kind.owner === undefined || kind.isDefault === undefined) {
    return false;
  }
  const owner = await kindOf(kind.owner).read(context, { uid, title: uid });
  return owner !== undefined && (await isMeant(owner)) && kind.isDefault(context, live, owner);
}

/** Whether the live resource was made after the snapshot was taken. */
export function isMadeAfter({ finished }: { finished: string }, live: Content): boolean {
  return isMadeSince(Date.parse(finished), live);
}

function isMadeSince(time: number, { facts }: Content): boolean {
  return Date.parse(String(facts?.['created'] ?? '')) > time;
}
