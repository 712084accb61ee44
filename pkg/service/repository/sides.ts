import type { DiffOrigin } from '../../contract/api/diff.ts';
import { compact } from '../../contract/compact.ts';
import { isWholeResource, type KindName, type NamedRef, type ResourceRef } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { storedRule, rulesOfText } from '../../engine/rules/stored-rules.ts';
import { uidOfRule } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { liveBody } from '../../operations/live.ts';
import { lastSavedOrCreated } from '../../repository/index/versions/files.ts';
import { canonicalJson, stringAt } from '../../lib/json/json.ts';
import type { Caller } from '../organizations/caller.ts';
import { findEntry } from './browse.ts';
import type { Side } from './resource-diff.ts';
import type { RepositoryCache, ShownSnapshot } from './repository-cache.ts';
import type { Snapshots } from './snapshots.ts';

const GROUP: KindName = 'alert-rule-group';

/** A resource on one side of a comparison, and the snapshot, if that side is one. */
export interface FoundSide {
  found: Side | undefined;
  snapshot?: ShownSnapshot;
  /** Uid of the group that holds it, for a single rule. */
  group?: string;
}

/** @returns the sides of a comparison that are snapshots which do not count */
export function foreignSides(
  from: Pick<ShownSnapshot, 'signature'> | undefined,
  to: Pick<ShownSnapshot, 'signature'> | undefined,
): ('from' | 'to')[] {
  return [
    ...(from?.signature.foreign === true ? (['from'] as const) : []),
    ...(to?.signature.foreign === true ? (['to'] as const) : []),
  ];
}

/** @returns what is known of a side, but for the name of an account */
export function originOf({ found, snapshot }: FoundSide): DiffOrigin {
  return { ...compact({ time: snapshot?.manifest.started }), ...found?.saved };
}

/** Reads one resource, or one alert rule, on both sides of a comparison. */
export class Sides {
  readonly #repositoryCache: RepositoryCache;
  readonly #snapshots: Snapshots;
  readonly #signal: AbortSignal;

  constructor(repositoryCache: RepositoryCache, snapshots: Snapshots, signal: AbortSignal) {
    this.#repositoryCache = repositoryCache;
    this.#snapshots = snapshots;
    this.#signal = signal;
  }

  /** Each side is a snapshot or `live`. What a side does not hold is undefined. */
  async both(from: string, to: string, ref: NamedRef, caller: Caller): Promise<[FoundSide, FoundSide]> {
    if (isWholeResource(ref) || (from !== 'live' && to !== 'live')) {
      return Promise.all([this.#side(from, ref, caller), this.#side(to, ref, caller)]);
    }
    // The stored side says which group to look into.
    const stored = await this.#side(from === 'live' ? to : from, ref, caller);
    const live = await this.#liveRule(stored.group, ref, caller);
    return from === 'live' ? [live, stored] : [stored, live];
  }

  async #side(snapshot: string, ref: NamedRef, caller: Caller): Promise<FoundSide> {
    if (snapshot === 'live') {
      return isWholeResource(ref) ? { found: await this.#live(ref, caller) } : { found: undefined };
    }
    const shown = await this.#snapshots.shown(snapshot, caller, this.#signal);
    if (!isWholeResource(ref)) {
      return { ...(await this.#storedRule(shown, ref, caller)), snapshot: shown };
    }
    const entry = findEntry(shown.manifest, ref);
    if (entry === undefined) {
      return { found: undefined, snapshot: shown };
    }
    const text = await this.#snapshots.body(shown, entry, caller, this.#signal);
    return {
      found: { text, title: entry.title, folderUid: entry.folderUid, saved: lastSavedOrCreated(entry.facts) },
      snapshot: shown,
    };
  }

  async #storedRule(shown: ShownSnapshot, ref: NamedRef, caller: Caller): Promise<FoundSide> {
    const read = (entry: ManifestEntry): Promise<string> => this.#snapshots.body(shown, entry, caller, this.#signal);
    const rule = await storedRule(shown.manifest, ref, read);
    if (rule === undefined) {
      return { found: undefined };
    }
    const { body, title, group } = rule;
    return {
      found: { text: canonicalJson(body), title, folderUid: group.folderUid },
      group: group.uid,
    };
  }

  async #liveRule(group: string | undefined, { org, uid }: NamedRef, caller: Caller): Promise<FoundSide> {
    if (group === undefined) {
      return { found: undefined };
    }
    const ref = { org, kind: GROUP, uid: group };
    const found = await this.#live(ref, caller);
    const rule = found === undefined ? undefined : rulesOfText(found.text).find((one) => uidOfRule(one) === uid);
    return rule === undefined || found === undefined
      ? { found: undefined }
      : { found: { text: canonicalJson(rule), title: stringAt(rule, 'title'), folderUid: found.folderUid } };
  }

  async #live(ref: ResourceRef, caller: Caller): Promise<Side | undefined> {
    const signal = this.#signal;
    const found = await this.#repositoryCache.use(signal, async (target) =>
      liveBody(await target.session(signal, { caller }), ref, signal),
    );
    return found === undefined ? undefined : { ...found, title: undefined };
  }
}
