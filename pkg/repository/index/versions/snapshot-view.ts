import { append } from '../../../lib/append.ts';
import { KIND_NAMES, SERVER_KINDS, type KindName } from '../../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { keyOf, orgOf, thingOf, type Thing } from '../generations/thing.ts';
import { cellOf, covers, type Scope } from './files.ts';

/** What the index takes of a manifest. */
export type ViewedManifest = Pick<Manifest, 'id' | 'orgs' | 'kinds' | 'errors' | 'skipped' | 'resources' | 'basedOn'>;

const NOTHING: ReadonlyMap<string, ManifestEntry> = new Map();

/** A manifest as the index reads it: what it covers, and what it says of each resource there. */
export class SnapshotView {
  readonly id: string;
  /** How its object ids were made: those of another way cannot be compared. */
  readonly scheme: string;
  readonly scope: Scope;
  readonly #cells = new Map<string, Map<string, ManifestEntry>>();
  /** Resources that it failed to read, and whole cells that lack some, nobody knows which. */
  readonly #unread = new Map<string, Thing>();
  readonly #incomplete = new Set<string>();

  /** @param known - names of organizations from before: of one that no longer exists everything is gone */
  constructor(manifest: ViewedManifest, scheme: string, known: ReadonlyMap<number, string> = new Map()) {
    this.id = manifest.id;
    this.scheme = scheme;
    let [lastOrg, lastKind]: [number?, KindName?] = [];
    let entries = new Map<string, ManifestEntry>();
    for (const entry of manifest.resources) {
      const org = orgOf(entry);
      // They are sorted by both, so the map is rarely another one.
      if (org !== lastOrg || entry.kind !== lastKind) {
        const cell = cellOf(org, entry.kind);
        entries = this.#cells.get(cell) ?? new Map<string, ManifestEntry>();
        this.#cells.set(cell, entries);
        [lastOrg, lastKind] = [org, entry.kind];
      }
      entries.set(entry.uid, entry);
    }
    for (const problem of [...manifest.errors, ...manifest.skipped]) {
      if (problem.uid === '') {
        this.#incomplete.add(cellOf(orgOf(problem), problem.kind));
      } else {
        const thing = thingOf(problem);
        this.#unread.set(keyOf(thing), thing);
      }
    }
    this.scope = this.#scopeOf(manifest, known);
  }

  /** What it names as not read, of all organizations and kinds. */
  get unread(): Iterable<Thing> {
    return this.#unread.values();
  }

  entries(org: number, kind: KindName): ReadonlyMap<string, ManifestEntry> {
    return this.#cells.get(cellOf(org, kind)) ?? NOTHING;
  }

  /** Of a resource in a cell that it covers. */
  state(org: number, kind: KindName, uid: string): ManifestEntry | 'deleted' | 'unread' {
    const entry = this.entries(org, kind).get(uid);
    return entry ?? (this.#isUnread(org, kind, uid) ? 'unread' : 'deleted');
  }

  #isUnread(org: number, kind: KindName, uid: string): boolean {
    return this.#incomplete.has(cellOf(org, kind)) || this.#unread.has(keyOf([org, kind, uid]));
  }

  #scopeOf({ orgs, kinds, basedOn }: ViewedManifest, known: ReadonlyMap<number, string>): Scope {
    const isListed = (org: number, kind: KindName): boolean => {
      if (this.#cells.has(cellOf(org, kind))) {
        return true;
      }
      const report = kinds[kind];
      return report !== undefined && report.reason === undefined && !this.#incomplete.has(cellOf(org, kind));
    };
    const names = this.entries(0, 'org');
    const isGone = (name: string): boolean => isListed(0, 'org') && names.size > 0 && !names.has(name);
    const covered = orgs.map(({ id }) => id);
    const gone = [...known].filter(([id, name]) => !covered.includes(id) && isGone(name));
    const all = [...orgs.map(({ id, name }): [number, string] => [id, name]), ...gone];
    const scope: Scope = { orgs: all.sort((a, b) => a[0] - b[0]), kinds: [], except: [], incomplete: [] };
    if (basedOn !== undefined) {
      scope.copied = true;
    }
    for (const kind of KIND_NAMES) {
      const places = SERVER_KINDS.has(kind) ? [0] : covered;
      const pair = (org: number): Scope['except'][number] => [org, kind];
      const missing = places.filter((org) => !isListed(org, kind));
      if (missing.length < places.length) {
        const lacking = places.filter((org) => !missing.includes(org) && this.#incomplete.has(cellOf(org, kind)));
        scope.kinds.push(kind);
        append(scope.except, missing.map(pair));
        append(scope.incomplete, lacking.map(pair));
      }
    }
    return scope;
  }
}

/** Every pair of organization and kind that a scope covers. */
export function cellsOf(scope: Scope): { org: number; kind: KindName }[] {
  return scope.kinds
    .flatMap((kind) => (SERVER_KINDS.has(kind) ? [0] : scope.orgs.map(([id]) => id)).map((org) => ({ org, kind })))
    .filter(({ org, kind }) => covers(scope, org, kind));
}
