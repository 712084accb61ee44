import type { KindName } from '../../contract/kinds.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Json } from '../../lib/json/json.ts';
import type { Feature } from '../capabilities.ts';
import type { Content } from './content.ts';

/** What Grafana deletes with a resource of another kind, under another UID: people may have made it at any time. */
export interface DeletedAlong<Context, Listed> {
  /** The kind of that resource. */
  readonly owner: KindName;
  /**
   * The fact in which a snapshot names that resource; empty = none. Absent, also in a snapshot = the content names it,
   * by its first reference to that kind.
   */
  readonly fact?: string;
  /** All that goes with one of them. @throws if some can't be read */
  of(context: Context, owner: string): AsyncIterable<Listed>;
}

/** What a Grafana needs to have a kind. */
export interface Needs {
  feature?: Feature;
  /** Grafana Enterprise or Cloud. */
  license?: true;
  /** Major and minor. */
  version?: readonly [number, number];
}

/** How an account leaves organizations, where Grafana takes it out of all teams and permissions. */
export interface Departure {
  /** Names of the organizations. */
  readonly from: readonly string[];
  /** The account until then: it is still a member, with the lowest role. */
  readonly until: Content;
}

/**
 * What the rest of the program has to know about a kind besides how to read and write it. Each trait is absent where it
 * does not hold, so that a new kind says only what is special about it.
 */
export interface KindTraits {
  /** Its resources are in folders: a selection of folders has them, a copy of a folder copies them. */
  readonly inFolders?: true;
  /** Bodies may have megabytes: anyone who reads one waits for room in memory. */
  readonly largeBodies?: true;
  /** A plan knows enough without the body, which is read only when it is written. */
  readonly readsLate?: true;
  /** That many resources refer to it that one list is cheaper than looking at each. */
  readonly manyReferences?: true;
  /** Nobody can read its secrets: given ones are written even where all else is as in the snapshot. */
  readonly hasSecrets?: true;
  /** The uid is a name that people read: a copy gets a suffix, not a uid that is made up. */
  readonly uidIsName?: true;
  /** Grafana or a program made the uid up: in another Grafana it may have another one. */
  readonly uidIsMadeUp?: true;
  /** The original and a copy share what neither of them holds: it is copied only with its folder, or by name. */
  readonly shared?: true;
  /** Holds memberships of organizations: those that the snapshot does not know stay as they are. */
  readonly hasMemberships?: true;
  /**
   * How writing the content over the live one makes an account leave organizations, undefined if it leaves none: it
   * does so at the end of a restore, after its teams and permissions were written. Absent = never. Pure.
   */
  leaving?(content: Content, live: Content): Departure | undefined;
  /** Names people and teams: where these are missing, it comes back in part. */
  readonly namesPeople?: true;
  /** Permissions can name it, and Grafana deletes those along with it. */
  readonly isPermitted?: true;
  /** Size of a body that lists nothing, in bytes of canonical JSON: a list that was emptied is lost, too. */
  readonly emptyBytes?: number;
  /**
   * A restore with `--delete-extra` deletes what the snapshot lacks. Others are never deleted: their secrets would be
   * gone.
   */
  readonly deletable?: true;
  /** A missing one is created only when a person names the kind or the resource, or restores everything. */
  readonly createdOnRequest?: true;
  /** The kind of the resource, under the same uid, with which Grafana deletes it, though it is made by itself. */
  readonly deletedWith?: KindName;
  /** Why a drill in its own organization leaves it out. */
  readonly leftOutOfDrills?: KnownReason;

  /** What Grafana needs to have the kind, as far as it says. Absent = nothing. */
  readonly needs?: Needs;

  /** Whether it does something by itself as soon as it is there, such as notify people. Goes with `pause`. Pure. */
  isActive?(content: Content): boolean;
  /** The same content, doing nothing by itself until a person resumes it. Pure. */
  pause?(content: Content): Content;
  /**
   * The same content with only some of its parts (rules of a group), by their uids. Written, it leaves all else that is
   * live as it is. Absent = it has no parts that can be restored alone. Pure.
   */
  only?(content: Content, parts: ReadonlySet<string>): Content;
  /** The same content, to be written without keeping what only the live one has. Absent = nothing is kept. Pure. */
  exactly?(content: Content): Content;
  /**
   * Whether live content is what an interrupted deletion left of it: some of its parts, unchanged. Absent = Grafana
   * deletes it in one request. Pure.
   */
  isPartOf?(live: Content, whole: Content): boolean;
  /** Grafana also creates it part by part: an interrupted creation leaves what `isPartOf` recognizes. */
  readonly createdInParts?: true;
  /**
   * Whether live content is what an interrupted update left: each part as it was before or as it was to be, and nothing
   * else. Absent = Grafana updates it in one request. Pure.
   * @param live - undefined if nothing is live
   */
  isBetween?(live: Content | undefined, before: Content, after: Content): boolean;
  /**
   * The body without members that only some versions of Grafana return: they add defaults or hide fields, which is no
   * change. Absent = every version returns the same. Pure.
   */
  withoutDefaults?(content: Content, other: Content): Json;
  /** The same content with another title, for a copy. Absent = it has none. Pure. */
  retitle?(content: Content, title: string): Content;
  /** The same content in another folder, for a copy of what was in none. Pure. */
  moveTo?(content: Content, folderUid: string): Content;
}
