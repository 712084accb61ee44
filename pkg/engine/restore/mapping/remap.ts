import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../lib/json/json.ts';
import type { KindName } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Kind, Reference } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import type { PlanRequest, Mapped, Mapping, Parts } from '../types.ts';

/** Grafana's uids have up to 40 characters; its own have 14. */
const UID_LENGTH = 14;
const DEFAULT_NAME_SUFFIX = ' (copy)';

/** Finds a data source of the snapshot at the target. */
export interface DataSourceLookup {
  /** Uid to use in an org of the target; the same uid where nothing else fits. */
  resolve(targetOrg: number, uid: string): string;
  /** Whether any has another uid there. */
  renames(targetOrg: number): boolean;
}

/**
 * Turns entries of the snapshot into what will be written: into another org, under new uids, with references to data
 * sources and copies renamed. New uids are derived from the snapshot, the original and the place, so that doing the
 * same again goes on with the same copies.
 */
export class Remap implements Mapping {
  readonly #request: PlanRequest;
  readonly #dataSources: DataSourceLookup;
  readonly #parts: Parts;
  readonly #copies = new Map<string, string>();

  constructor(request: PlanRequest, selected: readonly ManifestEntry[], dataSources: DataSourceLookup, parts: Parts) {
    this.#parts = parts;
    this.#request = request;
    this.#dataSources = dataSources;
    const selectedFolders = new Set(
      selected.filter(({ kind }) => kind === 'folder').map(({ org, uid }) => `${org}/${uid}`),
    );
    for (const entry of selected) {
      if (request.options.copy !== undefined && this.#isCopied(entry, selectedFolders)) {
        this.#copies.set(keyOf(entry.org, entry.kind, entry.uid), this.#copyUid(entry));
      }
    }
  }

  orgOf(entry: ManifestEntry): number {
    const { copy, orgs } = this.#request.options;
    return copy?.org ?? orgs?.get(entry.org) ?? entry.org;
  }

  isCopy({ org, kind, uid }: ManifestEntry): boolean {
    return this.#copies.has(keyOf(org, kind, uid));
  }

  leftOut(entry: ManifestEntry): KnownReason | undefined {
    if (this.#request.options.copy === undefined || this.isCopy(entry)) {
      return undefined;
    }
    // A panel from elsewhere is shared by the original and the copy.
    return kindOf(entry.kind).shared === true ? undefined : reason('not-copied');
  }

  async uidOf(entry: ManifestEntry, read: () => Promise<Content>): Promise<string> {
    const copyUid = this.#copies.get(keyOf(entry.org, entry.kind, entry.uid));
    const follows = kindOf(entry.kind).uidOf !== undefined;
    const moved = copyUid !== undefined || this.#dataSources.renames(this.orgOf(entry));
    return follows && moved ? this.apply(entry, await read()).uid : (copyUid ?? entry.uid);
  }

  apply(entry: ManifestEntry, stored: Content): Mapped {
    const kind = kindOf(entry.kind);
    const content = this.#meant(kind, entry, stored);
    if (kind.hasMemberships === true) {
      return { uid: entry.uid, content: { ...content, snapshotOrgs: this.#snapshotOrgs() } };
    }
    const copyUid = this.#copies.get(keyOf(entry.org, entry.kind, entry.uid));
    // Beside the original a copy would notify people a second time.
    const pauses = this.#request.options.pauseRules === true || copyUid !== undefined;
    const wanted = (pauses ? kind.pause?.(content) : undefined) ?? content;
    const renamed = this.#placed(entry, this.#renamed(kind, entry, wanted), copyUid !== undefined);
    if (copyUid === undefined) {
      // Of equal annotations, a number distinguishes the second from the first; only a changed content has another uid.
      const changed = kind.uidOf !== undefined && canonicalJson(renamed.body) !== canonicalJson(content.body);
      return { uid: (changed ? kind.uidOf?.(renamed) : undefined) ?? entry.uid, content: renamed };
    }
    const suffix = this.#suffixFor(kind, entry, renamed);
    const titled = (suffix === '' ? undefined : kind.retitle?.(renamed, `${renamed.title}${suffix}`)) ?? renamed;
    const uid = kind.uidOf?.(titled) ?? copyUid;
    return { uid, content: kind.copy?.(titled, uid) ?? titled };
  }

  /** What of the content is restored. */
  #meant(kind: Kind, entry: ManifestEntry, content: Content): Content {
    const parts = this.#parts.get(entry);
    if (parts !== undefined) {
      return kind.only?.(content, new Set(parts.keys())) ?? content;
    }
    return (this.#request.selection.exactly === true ? kind.exactly?.(content) : undefined) ?? content;
  }

  #snapshotOrgs(): ReadonlySet<string> {
    const { orgs, resources } = this.#request.manifest;
    const entries = resources.filter(({ kind }) => kind === 'org').map(({ uid }) => uid);
    return new Set([...orgs.map(({ name }) => name), ...entries]);
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
    return createHash('sha256').update(place.join('\n')).digest('hex').slice(0, UID_LENGTH);
  }

  #renamed(kind: Kind, entry: ManifestEntry, content: Content): Content {
    const targetOrg = this.orgOf(entry);
    const rename = (reference: Reference): string => {
      if (reference.kind === 'data-source') {
        return this.#dataSources.resolve(targetOrg, reference.uid);
      }
      const copied = this.#copies.get(keyOf(entry.org, reference.kind, reference.uid));
      const moved = reference.kind === 'folder' ? this.#movedTo(entry) : undefined;
      return copied ?? moved ?? reference.uid;
    };
    return kind.rename?.(content, rename) ?? content;
  }

  /** The folder that copies are put in, where theirs is not copied with them. */
  #movedTo(entry: ManifestEntry): string | undefined {
    return this.isCopy(entry) ? this.#request.options.copy?.folderUid : undefined;
  }

  /** What lay at the root names no folder that could be renamed. */
  #placed(entry: ManifestEntry, content: Content, copied: boolean): Content {
    const into = this.#request.options.copy?.folderUid;
    if (!copied || into === undefined || content.folderUid !== undefined) {
      return content;
    }
    return kindOf(entry.kind).moveTo?.(content, into) ?? content;
  }

  /** A group of rules is known by folder and title: beside the original it needs another title. */
  #suffixFor(kind: Kind, entry: ManifestEntry, content: Content): string {
    const { suffix } = this.#request.options.copy ?? {};
    const beside = kind.uidOf?.(content) === entry.uid && this.orgOf(entry) === entry.org;
    return suffix ?? (beside ? DEFAULT_NAME_SUFFIX : '');
  }
}

function keyOf(org: number, kind: KindName, uid: string): string {
  return `${org}/${kind}/${uid}`;
}
