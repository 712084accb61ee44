import type { KindName } from '../../contract/kinds.ts';
import type { Listed } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';

/** Kinds whose resources may be taken over unread, as long as what they depend on has not changed. */
const DEPENDENT = KINDS.filter(({ staleAfter, owner }) => staleAfter !== undefined && owner !== undefined);
const OWNERS = new Set(DEPENDENT.flatMap(({ owner }) => owner ?? []));
const SUBJECTS = new Set(DEPENDENT.flatMap(({ dependsOn }) => dependsOn));

/**
 * What a backup finds out about resources that others depend on: which there are and which changed since the last
 * snapshot. Permissions have no revision; they are taken over only where nothing here speaks against it.
 */
export class Changes {
  readonly #owners = new Map<string, Map<string, Listed>>();
  readonly #changed = new Set<string>();
  /** Folders of what changed and is no owner itself, by organization. */
  readonly #places = new Map<number, Set<string>>();
  readonly #filled = new Map<number, ReadonlySet<string>>();
  readonly #lost = new Set<KindName>();

  /** Whether this run has to keep account of the kind. */
  static concern(kind: KindName): boolean {
    return SUBJECTS.has(kind);
  }

  /** Takes a listing that came to its end, and the uids that the last snapshot held. */
  listed(org: number, kind: KindName, all: readonly Listed[], before: Iterable<string>): void {
    const byUid = new Map(all.map((one) => [one.uid, one]));
    if (OWNERS.has(kind)) {
      this.#owners.set(`${org} ${kind}`, byUid);
    }
    for (const uid of before) {
      if (!byUid.has(uid)) {
        this.#lost.add(kind);
        return;
      }
    }
  }

  /** A resource that its listing lacks is there all the same. */
  found(org: number, kind: KindName, one: Listed): void {
    this.#owners.get(`${org} ${kind}`)?.set(one.uid, one);
    this.changed(org, kind, one.uid);
  }

  /** A resource that was listed is gone. */
  gone(org: number, kind: KindName, uid: string): void {
    this.#owners.get(`${org} ${kind}`)?.delete(uid);
  }

  /** @param folder - where it is, if those who may see that may see it */
  changed(org: number, kind: KindName, uid: string, folder?: string): void {
    if (OWNERS.has(kind)) {
      this.#changed.add(`${org} ${kind} ${uid}`);
    } else if (folder !== undefined) {
      this.#places.set(org, (this.#places.get(org) ?? new Set()).add(folder));
    }
  }

  /** All resources of the kind, where this run listed them to the end. */
  owners(org: number, kind: KindName | undefined): Listed[] | undefined {
    const owners = this.#owners.get(`${org} ${kind}`);
    return owners && [...owners.values()];
  }

  /**
   * Whether the owner was listed by this run and is what it was in the last snapshot, with all that is below it: what
   * came into a folder may be for those only who may see it now. Asked when all owners were read.
   */
  isOwnerUnchanged(org: number, owner: KindName, uid: string): boolean {
    return (
      this.#owners.get(`${org} ${owner}`)?.has(uid) === true &&
      !this.#changed.has(`${org} ${owner} ${uid}`) &&
      !(owner === 'folder' && this.#filledFolders(org).has(uid))
    );
  }

  /** Folders in or below which something changed. */
  #filledFolders(org: number): ReadonlySet<string> {
    const known = this.#filled.get(org);
    if (known !== undefined) {
      return known;
    }
    const filled = new Set<string>();
    const folders = this.#owners.get(`${org} folder`);
    const fill = (folder: string | undefined): void => {
      for (let at = folder; at !== undefined && at !== '' && !filled.has(at); at = folders?.get(at)?.folderUid) {
        filled.add(at);
      }
    };
    this.#places.get(org)?.forEach(fill);
    for (const kind of OWNERS) {
      for (const { uid, folderUid } of this.owners(org, kind) ?? []) {
        if (this.#changed.has(`${org} ${kind} ${uid}`)) {
          fill(folderUid);
        }
      }
    }
    this.#filled.set(org, filled);
    return filled;
  }

  /** Whether a resource of one of these kinds went away, or has another name now, which is the same to a listing. */
  hasLost(kinds: readonly KindName[], except: KindName): boolean {
    return kinds.some((kind) => kind !== except && this.#lost.has(kind));
  }
}
