import { createHash } from 'node:crypto';
import { canonicalJson, objectAt } from '../../../lib/json/json.ts';
import { RULE } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Kind, Reference } from '../../../grafana/kinds/kind.ts';
import { emailIn } from '../../../grafana/kinds/access/permissions/people.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { sourceOf } from '../content.ts';
import { keyOf } from '../target.ts';
import type { DataSourceMap } from './data-source-map.ts';
import { relink } from './relink.ts';
import type { PlanRequest, Mapped, Mapping, Parts } from '../types.ts';

/** Grafana's uids have up to 40 characters; its own have 14. */
const UID_LENGTH = 14;
const DEFAULT_NAME_SUFFIX = ' (copy)';

/** The name that a mapping uses for resources in no folder. */
const ROOT = 'general';

/**
 * Turns entries of the snapshot into what will be written: into another org, under new uids, with references to data
 * sources and copies renamed. New uids are derived from the snapshot, the original and the place, so that doing the
 * same again goes on with the same copies.
 */
export class Remap implements Mapping {
  readonly #request: PlanRequest;
  readonly #dataSources: DataSourceMap;
  readonly #parts: Parts;
  /** New uids, of copies or of all. */
  readonly #uids = new Map<string, string>();
  readonly users = new Map<string, string | undefined>();

  constructor(request: PlanRequest, selected: readonly ManifestEntry[], dataSources: DataSourceMap, parts: Parts) {
    this.#parts = parts;
    this.#request = request;
    this.#dataSources = dataSources;
    const selectedFolders = new Set(
      selected.filter(({ kind }) => kind === 'folder').map(({ org, uid }) => `${org}/${uid}`),
    );
    for (const entry of selected) {
      if (request.options.copy !== undefined && this.#isCopied(entry, selectedFolders)) {
        this.#uids.set(keyOf(entry), this.#copyUid(entry));
      }
    }
    if (request.options.newUids === true) {
      // Others may refer to resources that are not selected: they were sent earlier, or will be sent later.
      for (const entry of request.manifest.resources) {
        const derived = this.#derivedUid(entry);
        if (hasNewUid(entry) && [undefined, derived].includes(this.standIn(entry))) {
          this.#uids.set(keyOf(entry), derived);
        }
      }
    }
  }

  orgOf(entry: ManifestEntry): number {
    const { copy, orgs } = this.#request.options;
    return copy?.org ?? orgs?.get(entry.org) ?? entry.org;
  }

  isCopy(entry: ManifestEntry): boolean {
    return this.#request.options.copy !== undefined && this.#uids.has(keyOf(entry));
  }

  standIn(entry: ManifestEntry): string | undefined {
    const kind = goesWith(kindOf(entry.kind)) ?? entry.kind;
    if (kind !== 'data-source') {
      return this.#request.options.replace?.get(kind)?.get(entry.uid);
    }
    const found = this.#dataSources.standIn(this.orgOf(entry), entry.uid)?.to?.uid;
    // One that an earlier migration created is written again, and replaces nothing.
    return found === this.#uids.get(keyOf(entry)) ? undefined : found;
  }

  knownAs(entry: ManifestEntry): string {
    return this.#uids.get(keyOf(entry)) ?? entry.uid;
  }

  mayChange(entry: ManifestEntry): boolean {
    const { newUids, replace } = this.#request.options;
    return (
      newUids === true || replace !== undefined || this.isCopy(entry) || this.#dataSources.renames(this.orgOf(entry))
    );
  }

  leftOut(entry: ManifestEntry): KnownReason | undefined {
    if (this.#request.options.copy === undefined || this.isCopy(entry)) {
      return undefined;
    }
    // A panel from elsewhere is shared by the original and the copy.
    return kindOf(entry.kind).shared === true ? undefined : reason('not-copied');
  }

  async uidOf(entry: ManifestEntry, read: () => Promise<Content>): Promise<string> {
    const follows = kindOf(entry.kind).uidOf !== undefined;
    return follows && this.mayChange(entry) ? this.apply(entry, await read()).uid : this.knownAs(entry);
  }

  apply(entry: ManifestEntry, stored: Content): Mapped {
    const kind = kindOf(entry.kind);
    const content = this.#meant(kind, entry, stored);
    if (kind.hasMemberships === true) {
      return { uid: entry.uid, content: { ...this.#joining(entry, content), snapshotOrgs: this.#snapshotOrgs(entry) } };
    }
    const newUid = this.#uids.get(keyOf(entry));
    // Beside the original a copy would notify people a second time.
    const pauses = this.#request.options.pauseRules === true || this.isCopy(entry);
    const wanted = (pauses ? kind.pause?.(content) : undefined) ?? content;
    const renamed = this.#relinked(entry, this.#placed(entry, this.#renamed(kind, entry, wanted)));
    if (newUid === undefined) {
      // Of equal annotations, a number distinguishes the second from the first; only a changed content has another uid.
      const changed = kind.uidOf !== undefined && canonicalJson(renamed.body) !== canonicalJson(content.body);
      return { uid: (changed ? kind.uidOf?.(renamed) : undefined) ?? entry.uid, content: renamed };
    }
    const suffix = this.#suffixFor(kind, entry, renamed);
    const titled = (suffix === '' ? undefined : kind.retitle?.(renamed, `${renamed.title}${suffix}`)) ?? renamed;
    const uid = kind.uidOf?.(titled) ?? newUid;
    if (kind.deletedWith !== undefined && !this.isCopy(entry)) {
      // Renamed with its dashboard. In another Grafana its link is free.
      return { uid, content: titled };
    }
    const ofPart = this.isCopy(entry) ? undefined : (part: string) => this.#derived(entry.org, RULE, part);
    return { uid, content: kind.copy?.(titled, uid, ofPart) ?? withUid(titled, uid) };
  }

  /** What of the content is restored. */
  #meant(kind: Kind, entry: ManifestEntry, content: Content): Content {
    const parts = this.#parts.get(entry);
    if (parts !== undefined) {
      return kind.only?.(content, new Set(parts.keys())) ?? content;
    }
    return (this.#request.selection.exactly === true ? kind.exactly?.(content) : undefined) ?? content;
  }

  /** What of a member of organizations that the restore creates is restored, if the account exists. */
  #joining({ uid }: ManifestEntry, content: Content): Content {
    const { newOrgs, overwrite } = this.#request.options;
    const joinsOnly = newOrgs?.(uid);
    const isMember = kindOf('user')
      .references(content)
      .some((one) => joinsOnly?.has(one.uid) === true);
    return joinsOnly === undefined || overwrite || !isMember ? content : { ...content, joinsOnly };
  }

  #snapshotOrgs({ uid }: ManifestEntry): ReadonlySet<string> {
    const { manifest, options } = this.#request;
    const entries = manifest.resources.filter(({ kind }) => kind === 'org').map((one) => one.uid);
    return new Set([...manifest.orgs.map(({ name }) => name), ...entries, ...(options.leaves?.(uid) ?? [])]);
  }

  #isCopied({ org, kind, uid, folderUid }: ManifestEntry, selectedFolders: ReadonlySet<string>): boolean {
    const { only, kinds } = this.#request.selection;
    const named =
      (only?.some((wanted) => wanted.kind === kind && wanted.uid === uid) ?? false) || kinds?.includes(kind) === true;
    const { copy, shared, inFolders, owner } = kindOf(kind);
    if (copy === undefined) {
      return false;
    }
    if (shared === true) {
      return named || (folderUid !== undefined && selectedFolders.has(`${org}/${folderUid}`));
    }
    // All others are used as they are at the target.
    return named || inFolders === true || (owner !== undefined && kindOf(owner).inFolders === true);
  }

  #copyUid(entry: ManifestEntry): string {
    const { manifest, options } = this.#request;
    const { uidIsName, owner = entry.kind } = kindOf(entry.kind);
    if (uidIsName === true) {
      return `${entry.uid}${options.copy?.suffix ?? DEFAULT_NAME_SUFFIX}`;
    }
    if (options.copy?.uid !== undefined) {
      return options.copy.uid;
    }
    // Permissions have the uid of what they belong to.
    const place = [manifest.id, entry.org, owner, entry.uid, options.copy?.org ?? '', options.copy?.folderUid ?? ''];
    return hashOf(place);
  }

  /** The same for every snapshot, so that the next one updates what the last one created. */
  #derivedUid({ org, kind, uid }: ManifestEntry): string {
    return this.#derived(org, goesWith(kindOf(kind)) ?? kind, uid);
  }

  #derived(org: number, kind: string, uid: string): string {
    return hashOf([sourceOf(this.#request).id, org, kind, uid]);
  }

  #renamed(kind: Kind, entry: ManifestEntry, content: Content): Content {
    const renamed = kind.rename?.(content, (reference) => {
      if (reference.kind === 'user') {
        this.users.set(reference.uid, emailIn(content, reference.uid) ?? this.users.get(reference.uid));
      }
      return this.#rename(entry, reference);
    });
    return renamed ?? content;
  }

  #rename(entry: ManifestEntry, { kind, uid }: Pick<Reference, 'kind' | 'uid'>): string {
    const renewed = this.#uids.get(keyOf({ org: entry.org, kind, uid }));
    if (kind === 'data-source') {
      // Called in any case, so that the plan names it.
      const found = this.#dataSources.resolve(this.orgOf(entry), uid);
      return renewed ?? found;
    }
    const moved = kind === 'folder' ? this.#movedTo(entry) : undefined;
    return renewed ?? this.#request.options.replace?.get(kind)?.get(uid) ?? moved ?? uid;
  }

  /** Links in texts lead to the new UIDs too, and a variable selects the data source that replaces its own. */
  #relinked(entry: ManifestEntry, content: Content): Content {
    const { newUids, replace } = this.#request.options;
    const isMapped = newUids === true || replace !== undefined;
    if (!isMapped && !this.#dataSources.renames(this.orgOf(entry))) {
      return content;
    }
    const body = relink(content.body, (kind, uid) => {
      if (kind === 'data-source') {
        const found = this.#uids.get(keyOf({ org: entry.org, kind, uid }));
        return found ?? this.#dataSources.standIn(this.orgOf(entry), uid)?.to?.uid ?? uid;
      }
      if (kind !== RULE) {
        return isMapped ? this.#rename(entry, { kind, uid }) : uid;
      }
      return newUids === true ? this.#derived(entry.org, RULE, uid) : uid;
    });
    return body === content.body ? content : { ...content, body };
  }

  /** The folder that copies are put in, where theirs is not copied with them. */
  #movedTo(entry: ManifestEntry): string | undefined {
    return this.isCopy(entry) ? this.#request.options.copy?.folderUid : undefined;
  }

  /** What lay at the root names no folder that could be renamed. */
  #placed(entry: ManifestEntry, content: Content): Content {
    const { copy, replace } = this.#request.options;
    const into = this.isCopy(entry) ? copy?.folderUid : replace?.get('folder')?.get(ROOT);
    return into === undefined || content.folderUid !== undefined
      ? content
      : (kindOf(entry.kind).moveTo?.(content, into) ?? content);
  }

  /** A group of rules is known by folder and title: beside the original it needs another title. */
  #suffixFor(kind: Kind, entry: ManifestEntry, content: Content): string {
    const { suffix } = this.#request.options.copy ?? {};
    const beside = this.isCopy(entry) && kind.uidOf?.(content) === entry.uid && this.orgOf(entry) === entry.org;
    return suffix ?? (beside ? DEFAULT_NAME_SUFFIX : '');
  }
}

function hashOf(place: readonly (string | number)[]): string {
  return createHash('sha256').update(place.join('\n')).digest('hex').slice(0, UID_LENGTH);
}

function hasNewUid({ kind }: ManifestEntry): boolean {
  const owner = goesWith(kindOf(kind));
  return kindOf(owner ?? kind).uidIsMadeUp === true;
}

function withUid(content: Content, uid: string): Content {
  return { ...content, body: { ...objectAt(content.body), uid } };
}
