import type { ResourceRef } from '../../../contract/kinds.ts';
import type { RunRecord, RunStatus, Touched } from '../../../contract/runs.ts';
import type { StoredRun } from '../../../repository/runs.ts';
import { areLastStates } from '../../../repository/unfinished-restores.ts';
import type { Kind, Restorable, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { MAX_SKEW } from '../../../repository/clocks.ts';
import { restoresSince } from '../../restored-since.ts';
import { publishedBy } from '../../runs.ts';
import { contentFingerprint, entryFingerprint } from '../apply/change-log.ts';
import { isCreatedInPart, isUpdatedInPart, storedContent } from '../content.ts';
import { thoseHere } from '../exclusive.ts';
import { isMadeAfter, isMadeSince, isOwnersDefault } from '../owners-default.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

/** A restore that came to its end lists what it could not do. */
const HAS_ENDED: ReadonlySet<RunStatus> = new Set(['complete', 'partial']);

/** The record of a restore, and what it touched by key. */
interface EarlierRestore extends StoredRun {
  touched: ReadonlyMap<string, Touched>;
}

/** What the newest restore that wrote a resource or created its owner did. */
interface LastWrite {
  of: 'it' | 'owner';
  run: EarlierRestore;
  touched: Touched;
}

/** What restores since the snapshot wrote in this Grafana, by their records; read when first asked for. */
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
    return (await this.#last(context, kind, uid, owner))?.of === 'it';
  }

  /** Whether a restore since the snapshot made its owner, and none wrote the resource after that. */
  async madeOwner(context: WriteContext, kind: Kind, uid: string): Promise<boolean> {
    return (await this.#last(context, kind, uid))?.of === 'owner';
  }

  /**
   * Whether a restore that did not finish created the live owner, and none wrote the resource after that: `creating`
   * if it had not read the owner back, so that Grafana may have cancelled the rest of the request.
   */
  async leftOwner(
    context: WriteContext,
    kind: Kind,
    uid: string,
    owner: Content,
  ): Promise<'creating' | 'created' | undefined> {
    const { of, run, touched } = (await this.#last(context, kind, uid)) ?? {};
    const isCut = run !== undefined && !HAS_ENDED.has(run.record.status);
    const isLeft = of === 'owner' && isCut && this.#isSince(run.record, context, owner);
    return isLeft ? (touched?.open === true ? 'creating' : 'created') : undefined;
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

  /**
   * What the last restores that touched the resource were doing to it when they stopped, newest first, as far as those
   * were of this snapshot. Only records that a trusted key signed say so, for they let the resource be overwritten.
   */
  async *began(ref: ResourceRef): AsyncGenerator<{ did: Touched['did']; run: RunRecord }> {
    const key = keyOf(ref);
    for (const run of await this.#read()) {
      const last = run.touched.get(key);
      if (last !== undefined && !(last.open === true && this.#isMeant(run))) {
        return;
      }
      if (last !== undefined) {
        yield { did: last.did, run: run.record };
      }
    }
  }

  /** Whether the last restore that touched the resource was one of this snapshot that did not complete it; the same. */
  async left(ref: ResourceRef): Promise<boolean> {
    const { open, differs } = (await this.#lastMeant(ref))?.touched ?? {};
    return open === true || differs === true;
  }

  /**
   * What the last restore that touched the resource did, if that was one of this snapshot and did not come to its end.
   * Only a record that a trusted key signed says so.
   */
  async cutOff(ref: ResourceRef): Promise<Touched | undefined> {
    const { record, touched } = (await this.#lastMeant(ref)) ?? {};
    return record !== undefined && !HAS_ENDED.has(record.status) ? touched : undefined;
  }

  /** Whether that is all that was done: no one has put back an earlier state of its record, or removed another one. */
  async isAllDone(ref: ResourceRef): Promise<boolean> {
    const { record } = (await this.#lastMeant(ref)) ?? {};
    const all = (await this.#read()).map((run) => run.record);
    return record !== undefined && areLastStates(this.#request.repository.trust.keys.state, record, all);
  }

  /**
   * What restores of this snapshot deleted with dashboards and did not bring back, as they were to, with the safety
   * snapshot that has it; the same.
   */
  async setAside(): Promise<{ touched: Touched; snapshot: string }[]> {
    const last = new Map<string, { touched: Touched; snapshot: string | undefined }>();
    for (const run of await this.#read()) {
      const { snapshot } = run.record;
      for (const [key, touched] of run.touched) {
        const isNext = touched.open === true && touched.did !== 'deleted' && this.#isMeant(run);
        if (!last.has(key) && !isNext) {
          last.set(key, { touched, snapshot: this.#isMeant(run) ? snapshot : undefined });
        }
      }
    }
    return [...last.values()].flatMap(({ touched, snapshot }) =>
      touched.aside === true && snapshot !== undefined ? [{ touched, snapshot }] : [],
    );
  }

  /** Whether any restore since the snapshot completed the resource. */
  async hasWritten(ref: ResourceRef): Promise<boolean> {
    const key = keyOf(ref);
    return (await this.#read()).some(({ touched }) => touched.has(key) && touched.get(key)?.open !== true);
  }

  /** The last restore that touched the resource, if that was one of this snapshot. */
  async #lastMeant(ref: ResourceRef): Promise<{ record: RunRecord; touched: Touched | undefined } | undefined> {
    const key = keyOf(ref);
    const last = (await this.#read()).find(({ touched }) => touched.has(key));
    return last !== undefined && this.#isMeant(last) ? { ...last, touched: last.touched.get(key) } : undefined;
  }

  #isMeant({ record, author }: StoredRun): boolean {
    const { repository, manifest } = this.#request;
    return record.source === manifest.id && repository.trust.counts(author);
  }

  /** What was written last of a resource and its owner; of the live owner, where it is given. */
  async #last(context: WriteContext, kind: Kind, uid: string, owner?: Content): Promise<LastWrite | undefined> {
    const org = context.org.id;
    const [key, ownerKey] = [kind.name, goesWith(kind)].map((name) => name && keyOf({ org, kind: name, uid }));
    for (const run of await this.#read()) {
      const { record, author, touched } = run;
      if (owner !== undefined && this.#isBefore(record, context, owner)) {
        continue;
      }
      const its = touched.get(key ?? '');
      const isTrusted = this.#request.repository.trust.counts(author);
      const isFailed = isTrusted && record.errors.some((problem) => keyOf(problem) === key);
      if (!isFailed && its !== undefined && its.open !== true) {
        return { of: 'it', run, touched: its };
      }
      const owners = touched.get(ownerKey ?? '');
      if (isTrusted && owners?.did === 'created') {
        return { of: 'owner', run, touched: owners };
      }
    }
    return undefined;
  }

  /** Whether a restore ended before its owner was made, however far apart the clocks may be. */
  #isBefore({ finished = '' }: EarlierRestore['record'], { grafana }: WriteContext, owner: Content): boolean {
    const latest = Date.parse(finished) + MAX_SKEW + Math.max(grafana.clockAhead ?? 0, 0);
    return !this.#request.repository.ignoreClock && isMadeSince(latest, owner);
  }

  /** Whether its owner was made after a restore began, however far apart the clocks may be. */
  #isSince({ started }: EarlierRestore['record'], { grafana }: WriteContext, owner: Content): boolean {
    const earliest = Date.parse(started) - MAX_SKEW + Math.min(grafana.clockAhead ?? 0, 0);
    return this.#request.repository.ignoreClock || isMadeSince(earliest, owner);
  }

  #read(): Promise<EarlierRestore[]> {
    return (this.#records ??= this.#load());
  }

  async #load(): Promise<EarlierRestore[]> {
    const { repository, manifest, signal } = this.#request;
    const since = Date.parse(manifest.finished);
    // A restore of the snapshot is later, whatever the clock of its machine said.
    const isSince = ({ source, started }: Pick<RunRecord, 'source' | 'started'>): boolean =>
      source === manifest.id || Date.parse(started) >= since;
    const runs = await thoseHere(this.#request, await restoresSince({ repository, signal }, isSince));
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

/**
 * Whether a restore was cut off while Grafana created the owner, so that Grafana has not given it what a new one gets:
 * if a client goes away, it cancels the request after it has stored a folder or dashboard and before it sets the
 * permissions, which it does all together (folder_storage.go Create, apistore/store.go Create).
 */
export async function isHalfMade(
  earlier: EarlierRestores,
  kind: Kind,
  context: WriteContext,
  uid: string,
  live: Content,
): Promise<boolean> {
  return kind.isEmpty?.(live) === true && (await ownerLeft(earlier, kind, context, uid)) === 'creating';
}

/**
 * Whether restores of this snapshot were cut off while they wrote something in several requests: what is live is a part
 * of what was to be created, or each part of it is as the restore found it, by its safety snapshot, or as it was to be.
 * One that had not begun to write left what an earlier one had left.
 */
export async function isHalfWritten(
  { repository, signal }: Pick<PlanRequest, 'repository' | 'signal'>,
  earlier: EarlierRestores,
  kind: Kind,
  ref: ResourceRef,
  { live, content }: Pick<Restorable, 'live' | 'content'>,
): Promise<boolean> {
  if (kind.isBetween === undefined && kind.createdInParts !== true) {
    return false;
  }
  for await (const { did, run } of earlier.began(ref)) {
    if (did !== 'updated') {
      return did === 'created' && live !== undefined && isCreatedInPart(kind, live, content);
    }
    const made = run.snapshot === undefined ? undefined : await publishedBy(repository, run.snapshot, { signal });
    const entry = made?.resources.find((one) => keyOf(one) === keyOf(ref));
    if (entry === undefined) {
      return false;
    }
    if (live === undefined || contentFingerprint(repository, kind, live) !== entryFingerprint(kind, entry)) {
      return isUpdatedInPart(kind, live, await storedContent(repository, entry, signal), content);
    }
  }
  return false;
}

/** What a restore that did not finish left of the owner; see `leftOwner`. */
export async function ownerLeft(
  earlier: EarlierRestores,
  kind: Kind,
  context: WriteContext,
  uid: string,
): ReturnType<EarlierRestores['leftOwner']> {
  if (kind.owner === undefined || kind.isDefault === undefined || !(await earlier.madeOwner(context, kind, uid))) {
    return undefined;
  }
  const owner = await kindOf(kind.owner).read(context, { uid, title: uid });
  return owner && earlier.leftOwner(context, kind, uid, owner);
}
