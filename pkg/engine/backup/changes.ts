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

  changed(org: number, kind: KindName, uid: string): void {
    if (OWNERS.has(kind)) {
      this.#changed.add(`${org} ${kind} ${uid}`);
    }
  }

  /** All resources of the kind, where this run listed them to the end. */
  owners(org: number, kind: KindName | undefined): Listed[] | undefined {
    const owners = this.#owners.get(`${org} ${kind}`);
    return owners && [...owners.values()];
  }

  /** Whether the owner was listed by this run and is what it was in the last snapshot. */
  isOwnerUnchanged(org: number, owner: KindName, uid: string): boolean {
    return this.#owners.get(`${org} ${owner}`)?.has(uid) === true && !this.#changed.has(`${org} ${owner} ${uid}`);
  }

  /** Whether a resource of one of these kinds went away, or has another name now, which is the same to a listing. */
  hasLost(kinds: readonly KindName[], except: KindName): boolean {
    return kinds.some((kind) => kind !== except && this.#lost.has(kind));
  }
}
